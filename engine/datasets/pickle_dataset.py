"""Datasets of any Python objects in a file, by pickle.

Reading such a file runs code that is in it: open only files that you made. The engine itself never reads a pickle;
this is for scripts that ask for it by name.
"""

from __future__ import annotations

import os
import pickle
import threading
from typing import Any, BinaryIO

from ..dataset.dataset_mixin import DatasetMixin

__all__ = ["PickleDataset", "PickleDatasetWriter", "open_pickle_dataset", "open_pickle_dataset_writer"]


class PickleDatasetWriter:
    """Writes objects one after the other; a context manager that closes the file.

    Args:
        writer: a binary file.
        protocol: of the pickles.
    """

    def __init__(self, writer: BinaryIO, protocol: int = pickle.HIGHEST_PROTOCOL) -> None:
        self._writer = writer
        self._protocol = protocol

    def write(self, x: Any) -> None:
        """Add an example."""
        pickle.dump(x, self._writer, protocol=self._protocol)

    def flush(self) -> None:
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()

    def __enter__(self) -> PickleDatasetWriter:
        return self

    def __exit__(self, *exc: Any) -> None:
        self.close()


class PickleDataset(DatasetMixin):
    """The objects of such a file, each read when it is asked for; a context manager that closes the file.

    Threads may read it at the same time. Opening it reads the file once, to find where each object begins; what a
    broken end holds is left out.

    Args:
        reader: a binary file with random access.
    """

    def __init__(self, reader: BinaryIO) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._positions: list[int] = []
        reader.seek(0)
        while True:
            position = reader.tell()
            try:
                pickle.load(reader)
            except (EOFError, pickle.UnpicklingError):
                break
            self._positions.append(position)

    def __len__(self) -> int:
        return len(self._positions)

    def get_example(self, i: int) -> Any:
        """Object number i."""
        with self._lock:
            if self._process != os.getpid():  # a forked process needs a file position of its own
                self._reader = open(self._reader.name, "rb")  # noqa: SIM115 - closed by `close`
                self._process = os.getpid()
            self._reader.seek(self._positions[i])
            return pickle.load(self._reader)

    def __getstate__(self) -> Any:
        """For another process: the file by its name."""
        return self._positions, getattr(self._reader, "name", self._reader)

    def __setstate__(self, state: Any) -> None:
        self._positions, file = state
        self._reader = open(file, "rb") if isinstance(file, str) else file  # noqa: SIM115 - closed by `close`
        self._lock = threading.Lock()
        self._process = os.getpid()

    def close(self) -> None:
        """Close the file; nothing can be read any more."""
        with self._lock:
            self._reader.close()

    def __enter__(self) -> PickleDataset:
        return self

    def __exit__(self, *exc: Any) -> None:
        self.close()


def open_pickle_dataset(path: str) -> PickleDataset:
    """The dataset in a file. Reading it runs code that is in it: open only files that you made."""
    return PickleDataset(open(path, "rb"))


def open_pickle_dataset_writer(path: str, protocol: int = pickle.HIGHEST_PROTOCOL) -> PickleDatasetWriter:
    """A writer of a new file."""
    return PickleDatasetWriter(open(path, "wb"), protocol)
