"""Copies of tensors' bytes on their way to the segment files.

The training fills staging buffers, the writer's thread puts them on the disk. Both go through them in the order of the
segment files.
"""

from __future__ import annotations

import mmap
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..native import fields_of
from .schema import TENSOR_ALIGNMENT

__all__ = ["SEGMENT_BYTES", "Chunk", "Piece", "Staging"]

CHUNK_BYTES = 16 << 20
"""Size of one staging buffer; they are used again, because the kernel clears fresh memory page by page."""
MAX_CHUNKS = 4
"""Staging buffers in all: when none is free the training waits for the disk."""
SEGMENT_BYTES = 4 << 30
_PADDING = TENSOR_ALIGNMENT - 1
_PAGE = 4096

if TYPE_CHECKING:
    _ChunkFields = object
    _StagingFields = object
else:
    _ChunkFields, _StagingFields = fields_of("Chunk", "store_fields"), fields_of("Staging", "store_fields")


class Piece(NamedTuple):
    """Staged bytes that are not on disk yet: `data` belongs at `offset` of segment `segment`."""

    segment: int
    offset: int
    data: memoryview
    chunk: Chunk
    end: int


class Chunk(_ChunkFields):
    """A staging buffer: a stretch of one segment. `written <= filled`, both counted from its start."""

    def __init__(self) -> None:
        # Aligned to pages, as SegmentWriter wants it; private, because shared memory is rarely given huge pages.
        memory = mmap.mmap(-1, CHUNK_BYTES, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        if hasattr(mmap, "MADV_HUGEPAGE"):
            memory.madvise(mmap.MADV_HUGEPAGE)
        self.data = np.frombuffer(memory, np.uint8)
        self.view = memoryview(memory)
        self.begin(0, 0)

    def begin(self, segment: int, base: int, skipped: int = 0) -> None:
        """Take bytes for a segment from `base + skipped` on."""
        self.segment = segment
        self.base = base
        self.filled = skipped
        self.written = skipped

    def next_place(self) -> int:
        """Where the next tensor begins. The space before it has nothing of what the buffer was used for earlier."""
        start = (self.filled + _PADDING) & ~_PADDING
        if start > self.filled:
            self.view[self.filled : start] = bytes(start - self.filled)
        return start


class Staging(_StagingFields):
    """The staging buffers of a run.

    Args:
        lock: guards what the training and the writer's thread share; held for moments only.
        wake: called when there is enough to write that the writer's thread should not wait.
    """

    def __init__(self, lock: Any, wake: Callable[[], None]) -> None:
        self._room = threading.Condition(lock)
        self._lock = lock
        self._wake = wake
        self.closed = False
        self.writing_thread: int | None = None
        """The one that makes room, and so can't wait for it."""
        self._current = Chunk()
        self._sealed: list[Chunk] = []
        self._free: list[Chunk] = []
        self._chunks_made = 1
        self._last_segment = 0

    @property
    def segment_bytes(self) -> int:
        """How much of the current segment is filled."""
        return self._current.base + self._current.filled

    def new_segment(self) -> int:
        """The number of one more segment file, for whoever asks."""
        with self._lock:
            self._last_segment += 1
            return self._last_segment

    def begin_segment(self) -> int:
        """Go on in a new segment; gives its number."""
        number = self.new_segment()
        if not self.closed:
            self._next_chunk(number, 0)
        return number

    def stage(self, data: Any, size: int) -> tuple[int, int]:
        """Copy `data` behind what is already staged; gives its segment and offset."""
        chunk = self._current
        start = chunk.next_place()
        end = start + size
        if type(data) is bytes and end <= CHUNK_BYTES and chunk.base + end <= SEGMENT_BYTES:
            chunk.view[start:end] = data
            chunk.filled = end
            return chunk.segment, chunk.base + start
        return self._stage_anything(data, size, start)

    def make_room(self, size: int) -> None:
        """See to it that as many bytes, of which a buffer has half at most, can be put behind each other in it.

        Waits for the disk where no buffer is free.
        """
        chunk = self._current
        start = chunk.next_place()
        if chunk.base + start + size > SEGMENT_BYTES and chunk.base + start > 0:
            self._next_chunk(self.new_segment(), 0)
        elif start + size > CHUNK_BYTES:
            # Places in memory and in the file stay alike, up to pages, as SegmentWriter wants it.
            skipped = (chunk.base + chunk.filled) % _PAGE
            self._next_chunk(chunk.segment, chunk.base + chunk.filled - skipped, skipped)

    def _stage_anything(self, data: Any, size: int, start: int) -> tuple[int, int]:
        chunk = self._current
        if chunk.base + start + size > SEGMENT_BYTES and chunk.base + start > 0:
            chunk = self._next_chunk(self.new_segment(), 0)
            start = 0
        elif start >= CHUNK_BYTES:
            chunk = self._next_chunk(chunk.segment, chunk.base + CHUNK_BYTES)
            start = 0
        place = chunk.segment, chunk.base + start
        flat = np.frombuffer(data, np.uint8) if type(data) is bytes else data.reshape(-1).view(np.uint8)
        done = 0
        while done < size:
            if start == CHUNK_BYTES:
                chunk = self._next_chunk(chunk.segment, chunk.base + CHUNK_BYTES)
                start = 0
            step = min(size - done, CHUNK_BYTES - start)
            chunk.data[start : start + step] = flat[done : done + step]
            done += step
            start += step
            chunk.filled = start
        return place

    def _next_chunk(self, segment: int, base: int, skipped: int = 0) -> Chunk:
        """Hand the current staging buffer to the disk and take a free one; waits where there is none."""
        with self._room:
            self._wake()
            while not self._free and self._chunks_made >= MAX_CHUNKS and not self.closed:
                if threading.get_ident() == self.writing_thread:
                    break  # a finalizer of the script's runs there, and nobody else would make room
                self._room.wait(1.0)
            if self._free:
                chunk = self._free.pop()
            else:
                chunk = Chunk()
                self._chunks_made += 1
            chunk.begin(segment, base, skipped)
            if not self.closed:
                self._sealed.append(self._current)
            self._current = chunk
        return chunk

    # ---- the writer's thread's side ---------------------------------------------------------------------------

    def pieces(self) -> list[Piece]:
        """What is to be written. Call it with the lock held."""
        pieces = []
        for chunk in (*self._sealed, self._current):
            start, end = chunk.written, chunk.filled
            if start < end:
                pieces.append(Piece(chunk.segment, chunk.base + start, chunk.view[start:end], chunk, end))
        return pieces

    def done(self, piece: Piece | None = None) -> None:
        """This piece is on disk; buffers that are used up become free."""
        with self._lock:
            if piece is not None:
                piece.chunk.written = piece.end
            if not self._sealed:
                return
            used_up = [chunk for chunk in self._sealed if chunk.written == chunk.filled]
            if used_up:
                self._sealed = [chunk for chunk in self._sealed if chunk.written != chunk.filled]
                self._free += used_up
                self._room.notify_all()

    @property
    def crowded(self) -> bool:
        """The disk is so far behind that the training will have to wait."""
        return len(self._sealed) >= MAX_CHUNKS - 1

    def forget(self, lock: Any) -> None:
        """In a forked child: wait for nobody, and don't trust the lock that the parent held."""
        self.closed = True
        self._lock = lock
        self._room = threading.Condition(lock)

    def close(self) -> None:
        """Nothing will be written any more: nobody has to wait for room."""
        with self._room:
            self.closed = True
            self._room.notify_all()
