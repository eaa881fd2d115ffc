"""The lines of text files."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ..dataset.dataset_mixin import DatasetMixin

__all__ = ["TextDataset"]


class TextDataset(DatasetMixin):
    """Example `i` is line `i` of a file, or the tuple of lines `i` of several files.

    Only where lines begin is kept in memory; an example is read when it is asked for.

    Args:
        paths: a path, or a list of paths of files with equally many lines.
        encoding, errors, newline: as for `open`; one for all files, or a list with one a file.
        filter_func: called with the lines `i` of all files; an example for which it gives false is left out.

    Raises:
        ValueError: the files differ in their number of lines.
    """

    def __init__(
        self,
        paths: Any,
        encoding: Any = None,
        errors: Any = None,
        newline: Any = None,
        filter_func: Callable[..., bool] | None = None,
    ) -> None:
        if isinstance(paths, str | os.PathLike):
            paths = [paths]
        elif not paths:
            raise ValueError("at least one text file must be specified")
        self._paths = [os.fspath(path) for path in paths]
        settings = {"encoding": encoding, "errors": errors, "newline": newline}
        self._settings = [
            {
                name: value if value is None or isinstance(value, str) else value[place]
                for name, value in settings.items()
            }
            for place in range(len(self._paths))
        ]
        self._files: list[Any] = []
        self._open()
        starts = [list(_line_starts(file)) for file in self._files]
        if len({len(places) for places in starts}) > 1:
            self.close()
            counts = ", ".join(f"{path}: {len(s)}" for path, s in zip(self._paths, starts, strict=True))
            raise ValueError(f"number of lines in files does not match ({counts})")
        self._lines = list(zip(*starts, strict=True))
        if filter_func is not None:
            self._lines = [places for places in self._lines if filter_func(*self._read(places))]

    def _open(self) -> None:
        self._files = [
            open(path, **setting)  # type: ignore[arg-type]  # noqa: SIM115  # open: for single lines
            for path, setting in zip(self._paths, self._settings, strict=True)
        ]

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            file.close()

    def __len__(self) -> int:
        return len(self._lines)

    def get_example(self, i: int) -> Any:
        """Line i with its line break, or a tuple of lines.

        Raises:
            IndexError: there are fewer, or i is negative.
        """
        if i < 0:
            raise IndexError(f"dataset index out of range: {i} of {len(self)}")
        lines = self._read(self._lines[i])
        return lines[0] if len(lines) == 1 else lines

    def _read(self, places: tuple[int, ...]) -> tuple[str, ...]:
        lines = []
        for file, place in zip(self._files, places, strict=True):
            file.seek(place)
            lines.append(file.readline())
        return tuple(lines)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_files": []}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()


def _line_starts(file: Any) -> Any:
    while True:
        place = file.tell()
        if not file.readline():
            return
        yield place
