"""Files of fixed-width records, memory-mapped, that may grow while they are read."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import numpy as np

from .regular_file import open_regular

__all__ = ["MappedRecords", "is_whole", "map_file"]


class MappedRecords:
    """The whole records of a file as a read-only structured array.

    Args:
        path: the file; one that doesn't exist (yet) has no records.
        dtype: of one record.
    """

    def __init__(self, path: Path, dtype: np.dtype) -> None:
        self._path = path
        self._dtype = dtype
        self.array = np.empty(0, dtype)
        self.array.flags.writeable = False
        self._mapping: mmap.mmap | None = None
        self.loose_bytes = 0
        """Bytes at the end that are no whole record."""

    def grow(self) -> bool:
        """Look at the file again; whether there are more records than before."""
        try:
            size = self._path.stat().st_size
        except OSError:
            size = 0
        count, self.loose_bytes = divmod(size, self._dtype.itemsize)
        if count <= len(self.array):
            return False
        mapping = map_file(self._path, count * self._dtype.itemsize)
        if mapping is None:
            return False
        self._mapping = mapping
        self.array = np.frombuffer(mapping, self._dtype)
        return True

    def follow(self) -> None:
        """As `grow`, for a file that a writer on a full disk may shorten by records that nothing refers to."""
        if not self.whole:
            self.array, self._mapping = self.array[:0].copy(), None
        self.grow()

    @property
    def whole(self) -> bool:
        """Whether the file still holds all the records; touching those that it lost would end the process."""
        return self._mapping is None or is_whole(self._mapping)


def is_whole(mapping: mmap.mmap) -> bool:
    """Whether the mapped file is as long as it was: a page past its end can't be read (SIGBUS)."""
    return mapping.size() >= len(mapping)


def map_file(path: Path, size: int) -> mmap.mmap | None:
    """The first `size` bytes of a file; None if it has fewer, or can't be read."""
    try:
        file = open_regular(path)
    except OSError:
        return None
    try:
        if size == 0 or os.fstat(file).st_size < size:
            return None
        return mmap.mmap(file, size, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
    finally:
        os.close(file)
