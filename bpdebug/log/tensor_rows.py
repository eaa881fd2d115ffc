"""Records and statistics of tensors that are not on disk yet."""

from __future__ import annotations

import struct

from ..native import part
from .schema import TENSOR_INDEX, TENSOR_STATISTICS

__all__ = ["TensorRows", "TensorRowsInPython", "pack_record"]

_RECORD = struct.Struct("<16sQHHI")
assert _RECORD.size == TENSOR_INDEX.itemsize
_RECORD_BYTES = TENSOR_INDEX.itemsize
_STATISTICS_BYTES = TENSOR_STATISTICS.itemsize
_EMPTY_RECORD = bytes(_RECORD_BYTES)
_EMPTY_STATISTICS = bytes(_STATISTICS_BYTES)

pack_record = _RECORD.pack
"""Content id, offset, segment, flags, layout: the bytes of one row of `schema.TENSOR_INDEX`."""


class TensorRowsInPython:
    """The rows of `tensors.idx` and `tensors.stats` from row `first` on, in their order."""

    def __init__(self, first: int = 0) -> None:
        self.first = first
        self._records: list[bytes] = []
        self._statistics: list[bytes] = []

    @property
    def end(self) -> int:
        """The number of the next row."""
        return self.first + len(self._records)

    def add(self, record: bytes = _EMPTY_RECORD, statistics: bytes = _EMPTY_STATISTICS) -> int:
        """Append a row; gives its number. One that isn't known yet is put in later. Call it with the lock held."""
        self._records.append(record)
        self._statistics.append(statistics)
        return self.first + len(self._records) - 1

    def take(self) -> TensorRowsInPython:
        """What was added, to be written; what is added from here on comes behind it. Call it with the lock held."""
        taken = type(self)(self.first)
        taken._records, self._records = self._records, taken._records
        taken._statistics, self._statistics = self._statistics, taken._statistics
        self.first = taken.end
        return taken

    def set_record(self, row: int, record: bytes) -> None:
        self._records[row - self.first] = record

    def set_statistics(self, row: int, statistics: bytes) -> None:
        self._statistics[row - self.first] = statistics

    @property
    def records(self) -> bytes:
        """Rows of `schema.TENSOR_INDEX`."""
        return b"".join(self._records)

    @property
    def statistics(self) -> bytes:
        """Rows of `schema.TENSOR_STATISTICS`."""
        return b"".join(self._statistics)


TensorRows = TensorRowsInPython
_native = part("buffers")
if _native is not None:
    TensorRows = _native.TensorRows  # type: ignore[misc]
