"""Reads the arrays that were lent to the log, on the writer's thread: each is identified, measured and put on the disk.

A piece of it at a time goes through all of that while it is in cache.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .lent import Lent
from .measuring import PIECE, Tally, measure
from .schema import NOT_CAPTURED, TENSOR_ALIGNMENT
from .segment_writer import SegmentWriter
from .staging import SEGMENT_BYTES, Chunk
from .tensor_store import TensorStore

__all__ = ["LentWriter"]

_PADDING = TENSOR_ALIGNMENT - 1


class LentWriter:
    """Puts loans into segment files of their own. For one thread.

    Args:
        directory: of the run.
        store: where they were lent.
    """

    def __init__(self, directory: Path, store: TensorStore) -> None:
        self._segments = SegmentWriter(directory)
        self._store = store
        self._chunk = Chunk()
        self._asked_for = -1

    def read(self, loan: Lent) -> tuple[bytes, bytes]:
        """The record and the statistics of a loan; its bytes are on disk after `flush`.

        Raises:
            OSError: the disk is full, or gone.
        """
        with loan.lock, np.errstate(all="ignore"):
            array = loan.array
            assert array is not None
            loan.identify()
            measured = b""
            place = self._store.placed(loan) if loan.keep.values else (NOT_CAPTURED, 0)
            stored = place is None
            if place is None:
                place, measured = self._copy(array.reshape(-1), loan.segment)
            return self._store.read(loan, place, stored), measured or measure(array)

    def flush(self) -> None:
        """Write what is still in memory."""
        chunk = self._chunk
        if chunk.written < chunk.filled:
            data = chunk.view[chunk.written : chunk.filled]
            self._segments.write(chunk.segment, chunk.base + chunk.written, data)
            chunk.written = chunk.filled

    def remove(self, segment: int) -> None:
        """Remove the file of a segment that nothing is written to any more."""
        self._segments.remove(segment)

    def close(self) -> None:
        """Close the file that is open."""
        self._segments.close()

    def _copy(self, flat: np.ndarray, segment: int) -> tuple[tuple[int, int], bytes]:
        """Copy an array behind the ones before it; gives its place, and its record of statistics unless that failed."""
        place = self._begin(segment, flat.nbytes)
        tally: Tally | None = Tally(flat.dtype)
        done = 0
        while done < flat.size:
            chunk = self._chunk
            room = (len(chunk.data) - chunk.filled) // flat.itemsize
            if not room:
                self.flush()
                chunk.begin(chunk.segment, chunk.base + len(chunk.data))
                continue
            end = min(done + min(room, PIECE), flat.size)
            size = (end - done) * flat.itemsize
            piece = chunk.data[chunk.filled : chunk.filled + size].view(flat.dtype)
            piece[...] = flat[done:end]
            if tally is not None and not tally.add(piece):
                tally = None
            chunk.filled += size
            done = end
        measured = None if tally is None else tally.record()
        return place, measured or b""

    def _begin(self, segment: int, size: int) -> tuple[int, int]:
        """Where `size` bytes go that were lent for `segment`."""
        chunk = self._chunk
        start = (chunk.filled + _PADDING) & ~_PADDING
        if segment != self._asked_for:
            self.flush()
            chunk.begin(segment, 0)
            self._asked_for, start = segment, 0
        elif chunk.base + start + size > SEGMENT_BYTES and chunk.base + start > 0:
            self.flush()
            chunk.begin(self._store.staging.new_segment(), 0)
            start = 0
        chunk.filled = start
        return chunk.segment, chunk.base + start
