"""Opens a run that a command names: by its directory, its name, or as a packed file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..log.reader import LogReader
from .run_names import run_called

__all__ = ["open_run"]


@contextmanager
def open_run(run: str) -> Iterator[LogReader]:
    """The run's log, as long as the context lasts.

    Raises:
        LogError: there is none, or it can't be unpacked.
    """
    path = run_called(run)
    if path.is_file():
        from ..packing import unpacked

        with unpacked(path) as directory, LogReader(directory) as reader:
            yield reader
    else:
        with LogReader(path) as reader:
            yield reader
