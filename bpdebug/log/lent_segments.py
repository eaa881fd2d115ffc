"""Where the bytes of loans go: segment files of their own, through one staging buffer. For the writer's thread."""

from __future__ import annotations

from pathlib import Path

from .segment_writer import PAGE_BYTES, SegmentWriter
from .staging import SEGMENT_BYTES, Chunk, Staging

__all__ = ["LentSegments"]


class LentSegments:
    """Appends tensors, each after `begin`.

    Args:
        directory: of the run.
        staging: whom to ask for the number of one more segment.
    """

    def __init__(self, directory: Path, staging: Staging) -> None:
        self._segments = SegmentWriter(directory)
        self._staging = staging
        self._chunk = Chunk()
        self._asked_for = -1

    @property
    def memory(self) -> memoryview:
        """The staging buffer."""
        return self._chunk.view

    def reserve(self, segment: int, size: int) -> int | None:
        """As `begin` and `fill`: where in `memory` the bytes have their place; None where that isn't simply behind the
        ones before.
        """
        chunk = self._chunk
        start = chunk.next_place()
        end = start + size
        if segment != self._asked_for or end > len(chunk.view) or chunk.base + end > SEGMENT_BYTES:
            return None
        chunk.filled = end
        return start

    def address(self, place: int) -> tuple[int, int]:
        """Segment and offset of a place in `memory`."""
        return self._chunk.segment, self._chunk.base + place

    def begin(self, segment: int, size: int) -> tuple[int, int]:
        """Segment and offset for `size` bytes that were lent for `segment`; they come next.

        Raises:
            OSError: the disk is full, or gone.
        """
        chunk = self._chunk
        start = chunk.next_place()
        if segment != self._asked_for:
            self.flush()
            chunk.begin(segment, 0)
            self._asked_for, start = segment, 0
        elif chunk.base + start + size > SEGMENT_BYTES and chunk.base + start > 0:
            self.flush()
            chunk.begin(self._staging.new_segment(), 0)
            start = 0
        chunk.filled = start
        return chunk.segment, chunk.base + start

    def room(self) -> memoryview:
        """Memory for the next bytes, one at least; tell `fill` how much of it was used.

        Raises:
            OSError: the disk is full, or gone.
        """
        chunk = self._chunk
        if chunk.filled >= len(chunk.view):
            self.flush()
        return chunk.view[chunk.filled :]

    def fill(self, size: int) -> None:
        """So much of the room was used."""
        self._chunk.filled += size

    def append(self, data: memoryview) -> None:
        """Copy bytes, few enough to keep the interpreter's lock meanwhile.

        Raises:
            OSError: the disk is full, or gone.
        """
        while data:
            room = self.room()
            size = min(len(room), len(data))
            room[:size] = data[:size]
            self.fill(size)
            data = data[size:]

    def take_back(self, offset: int) -> None:
        """What was appended to the current segment from `offset` on isn't needed."""
        chunk = self._chunk
        if offset < chunk.base + chunk.written:
            self._segments.cut(offset)
        if offset < chunk.base:
            # What is before it is on disk, and not here any more: the rest of its page stays empty.
            chunk.begin(chunk.segment, -(-offset // PAGE_BYTES) * PAGE_BYTES)
        else:
            chunk.filled = offset - chunk.base
            chunk.written = min(chunk.written, chunk.filled)

    def flush(self) -> None:
        """Write what is still in memory, and begin to fill it anew.

        Raises:
            OSError: the disk is full, or gone.
        """
        chunk = self._chunk
        if chunk.written < chunk.filled:
            self._segments.write_pages(chunk.segment, chunk.base, chunk.view, chunk.written, chunk.filled)
            chunk.written = chunk.filled
        whole = chunk.filled // PAGE_BYTES * PAGE_BYTES
        if whole:
            rest = chunk.filled - whole
            chunk.view[:rest] = chunk.view[whole : chunk.filled]
            chunk.begin(chunk.segment, chunk.base + whole)
            chunk.filled = chunk.written = rest

    def remove(self, segment: int) -> None:
        """Remove the file of a segment that nothing is written to any more."""
        self._segments.remove(segment)

    def close(self) -> None:
        """Close the file that is open."""
        self._segments.close()
