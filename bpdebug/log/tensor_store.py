"""Keeps the content of arrays: each content once, staged in memory, in the order of the segment files.

`put` takes a copy of an array's bytes, or of less (`keep.Keep`), and gives the row that `tensors.idx` will have for
it. Writing the staged bytes to disk, and measuring small tensors, is the writer's thread's business (`take`,
`done`). Not for reading a log.

The store remembers the contents that it met lately, not all of them, so that a run of any length needs a fixed
amount of memory. A content that comes back after more than `REMEMBERED` other ones is stored once more.
"""

from __future__ import annotations

import mmap
import struct
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import xxhash

from .glances import flags_of, nonfinite_flags, sample_of
from .keep import FULL, Keep
from .measuring import NOT_MEASURED, measure
from .schema import NOT_CAPTURED, TENSOR_ALIGNMENT

__all__ = ["Entry", "Piece", "Taken", "TensorStore", "content_id"]

CHUNK_BYTES = 4 << 20
"""Size of one staging buffer; they are used again, because the kernel clears fresh memory page by page."""
MAX_CHUNKS = 16
"""Staging buffers in all: when none is free the training waits for the disk."""
SMALL_BYTES = 4096
SEGMENT_BYTES = 4 << 30
REMEMBERED = 1 << 16
"""Contents that the store knows at least; twice as many at most. Small and large ones are counted apart."""

_RECORD = struct.Struct("<16sQHHI")
_NO_CONTENT = bytes(16)
_PADDING = TENSOR_ALIGNMENT - 1
_STORABLE = "biufc"


Entry = tuple[int, int, int, int, int, bytes]
"""Where a content is: row of `tensors.idx`, TensorFlag bits, layout, segment, offset; and its id, empty for unknown.

A plain tuple, because the garbage collector stops looking at those, and there are many.
"""
_NOWHERE: Entry = (0, 0, 0, NOT_CAPTURED, 0, b"")


class Piece(NamedTuple):
    """Staged bytes that are not on disk yet: `data` belongs at `offset` of segment `segment`."""

    segment: int
    offset: int
    data: memoryview
    chunk: _Chunk
    end: int


class Taken(NamedTuple):
    """What is to be written, in this order: bytes, statistics, records."""

    pieces: list[Piece]
    records: list[bytes]
    statistics: list[bytes]
    """One a record; what is empty is to be measured."""
    unmeasured: list[Unmeasured]


Unmeasured = tuple[int, np.dtype, bytes]
"""A small tensor: its place among the statistics, its dtype, its bytes."""


class _Chunk:
    """A staging buffer: a stretch of one segment. `written <= filled`, both counted from its start."""

    __slots__ = ("base", "data", "filled", "segment", "view", "written")

    def __init__(self) -> None:
        memory = mmap.mmap(-1, CHUNK_BYTES)  # aligned to pages, as SegmentWriter wants it
        if hasattr(mmap, "MADV_HUGEPAGE"):
            memory.madvise(mmap.MADV_HUGEPAGE)
        self.data = np.frombuffer(memory, np.uint8)
        self.view = memoryview(memory)
        self.begin(0, 0)

    def begin(self, segment: int, base: int) -> None:
        self.segment = segment
        self.base = base
        self.filled = 0
        self.written = 0


def content_id(array: np.ndarray) -> bytes:
    """XXH3-128 of the array's bytes in C order."""
    if array.nbytes <= SMALL_BYTES:
        return xxhash.xxh3_128_digest(array.tobytes())
    return xxhash.xxh3_128_digest(np.ascontiguousarray(array).data)


class _Recent:
    """A mapping that forgets: what was neither set nor read for a whole generation is dropped."""

    def __init__(self) -> None:
        self._young: dict[Any, Entry] = {}
        self._old: dict[Any, Entry] = {}

    def get(self, key: Any) -> Entry | None:
        entry = self._young.get(key)
        if entry is None and self._old:
            entry = self._old.get(key)
            if entry is not None:
                self.set(key, entry)
        return entry

    def set(self, key: Any, entry: Entry) -> None:
        if len(self._young) >= REMEMBERED:
            self._old = self._young
            self._young = {}
        self._young[key] = entry


class TensorStore:
    """Contents on their way to the segment files.

    Args:
        intern_layout: `(dtype, shape, device, why_not_captured) -> layout id`.
        lock: guards what `put` and the writer's thread share; held for moments only.
        wake: called when there is enough to write that the writer's thread should not wait.
    """

    def __init__(
        self,
        intern_layout: Callable[[str, tuple[int, ...], str, str], int],
        lock: Any,
        wake: Callable[[], None],
    ) -> None:
        self._intern_layout = intern_layout
        self._layouts: dict[Any, int] = {}
        self._recent_small = _Recent()
        self._recent_large = _Recent()
        self._lock = lock
        self._room = threading.Condition(lock)
        self._wake = wake
        self._put_lock = threading.RLock()
        self._putting = False
        self._closed = False
        self._records: list[bytes] = []
        self._statistics: list[bytes] = []
        self._unmeasured: list[Unmeasured] = []
        self._rows_taken = 0
        self._current = _Chunk()
        self._sealed: list[_Chunk] = []
        self._free: list[_Chunk] = []
        self._chunks_made = 1
        self.stored_bytes = 0

    @property
    def count(self) -> int:
        """Rows given so far."""
        return self._rows_taken + len(self._records)

    # ---- the training's side ----------------------------------------------------------------------------------

    def put(self, array: np.ndarray, device: str = "cpu", keep: Keep = FULL) -> Entry:
        """Keep the content that `array` has now, or what `keep` wants of it.

        Args:
            array: any shape; dtypes other than booleans, integers, floats and complex numbers get a row
                without bytes, whose layout says why.
            device: where the array was, such as `cpu` or `cuda:0`.
        """
        if type(array) is not np.ndarray:
            array = np.asarray(array)
        layout = self._layouts.get((array.dtype, array.shape, device))
        if layout is None:
            if array.dtype.kind not in _STORABLE:
                return self._without_bytes(array, device, f"an array of dtype {array.dtype} isn't kept")
            layout = self._intern_layout(array.dtype.str, array.shape, device, "")
            self._layouts[array.dtype, array.shape, device] = layout
        if keep.small_bytes and array.nbytes <= keep.small_bytes:
            keep = FULL
        if not keep.statistics:
            flags = nonfinite_flags(array) if keep.finite else 0
            return self._without_bytes(array, device, keep.why, flags)
        data: Any
        if array.nbytes <= SMALL_BYTES:
            data = array.tobytes()
            recent = self._recent_small
        else:
            data = np.ascontiguousarray(array)
            recent = self._recent_large
        content = xxhash.xxh3_128_digest(data)
        entry = recent.get(content)
        if entry is not None:
            if entry[2] == layout:
                return entry
            # The same bytes under another shape or dtype: another tensor, but nothing to store.
            entry = recent.get((content, layout))
            if entry is not None:
                return entry
        if not keep.values and array.size > keep.sample:
            return self._put_less(array, data, content, layout, device, recent, keep)
        return self._put_new(array, data, content, layout, device, recent)

    def _put_new(
        self, array: np.ndarray, data: Any, content: bytes, layout: int, device: str, recent: _Recent
    ) -> Entry:
        with self._put_lock:
            if self._closed:
                return _NOWHERE
            if self._putting:
                # A signal handler or a finalizer ran an op while this very thread was here.
                return self._without_bytes(array, device, "made while another tensor was being kept")
            self._putting = True
            try:
                same_bytes = recent.get(content)
                if same_bytes is None:
                    segment, offset = self._stage(data, array.nbytes)
                else:
                    _, _, _, segment, offset, _ = same_bytes
                row, flags = self._add_record(array, data, content, offset, segment, layout)
                entry = (row, flags, layout, segment, offset, content)
                recent.set(content if same_bytes is None else (content, layout), entry)
                return entry
            finally:
                self._putting = False

    def _put_less(
        self,
        array: np.ndarray,
        data: Any,
        content: bytes,
        layout: int,
        device: str,
        recent: _Recent,
        keep: Keep,
    ) -> Entry:
        """A row without bytes for a content that isn't known in full; with a sample where that is wanted."""
        key = content, layout, keep
        known = recent.get(key)
        if known is not None:
            return known
        sample = 0
        if keep.sample and array.size:
            sample = 1 + self.put(sample_of(array, keep.sample), device)[0]
        less = self._intern_layout(array.dtype.str, array.shape, device, keep.why)
        row, flags = self._add_record(array, data, content, sample, NOT_CAPTURED, less)
        entry = (row, flags, less, NOT_CAPTURED, 0, content)
        recent.set(key, entry)
        return entry

    def _add_record(
        self, array: np.ndarray, data: Any, content: bytes, offset: int, segment: int, layout: int
    ) -> tuple[int, int]:
        """Add a row for a content, with its statistics; gives the row and its flags."""
        if type(data) is bytes:
            flags, measured = nonfinite_flags(array), b""
        else:
            measured = measure(data)
            flags = flags_of(measured) if array.dtype.kind != "c" else nonfinite_flags(array)
        with self._lock:
            place = len(self._records)
            if not array.size:
                measured = NOT_MEASURED
            elif not measured:
                self._unmeasured.append((place, array.dtype, data))
            self._records.append(_RECORD.pack(content, offset, segment, flags, layout))
            self._statistics.append(measured)
            return self._rows_taken + place, flags

    def _without_bytes(self, array: np.ndarray, device: str, why: str, flags: int = 0) -> Entry:
        layout = self._intern_layout(array.dtype.str, array.shape, device, why)
        with self._lock:
            self._records.append(_RECORD.pack(_NO_CONTENT, 0, NOT_CAPTURED, flags, layout))
            self._statistics.append(NOT_MEASURED)
            row = self._rows_taken + len(self._records) - 1
        return row, flags, layout, NOT_CAPTURED, 0, b""

    def begin_segment(self) -> int:
        """Keep what comes from here on in a new segment, for itself: nothing in it refers to an older one.

        Returns:
            The number of the segment.
        """
        with self._put_lock:
            number = self._current.segment + 1
            if not self._closed:
                self._next_chunk(number, 0)
            self._recent_small, self._recent_large = _Recent(), _Recent()
            return number

    @property
    def segment_bytes(self) -> int:
        """How much of the current segment is filled."""
        return self._current.base + self._current.filled

    def _stage(self, data: Any, size: int) -> tuple[int, int]:
        """Copy `data` behind what is already staged; gives its segment and offset."""
        chunk = self._current
        start = (chunk.filled + _PADDING) & ~_PADDING
        if chunk.base + start + size > SEGMENT_BYTES and chunk.base + start > 0:
            chunk = self._next_chunk(chunk.segment + 1, 0)
            start = 0
        elif start >= CHUNK_BYTES:
            chunk = self._next_chunk(chunk.segment, chunk.base + CHUNK_BYTES)
            start = 0
        place = chunk.segment, chunk.base + start
        self.stored_bytes += size
        if start + size <= CHUNK_BYTES:
            if type(data) is bytes:
                chunk.view[start : start + size] = data
            else:
                chunk.data[start : start + size] = data.reshape(-1).view(np.uint8)
            chunk.filled = start + size
            return place
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

    def _next_chunk(self, segment: int, base: int) -> _Chunk:
        """Hand the current staging buffer to the disk and take a free one; waits where there is none."""
        with self._room:
            self._wake()
            while not self._free and self._chunks_made >= MAX_CHUNKS and not self._closed:
                self._room.wait(1.0)
            if self._free:
                chunk = self._free.pop()
            else:
                chunk = _Chunk()
                self._chunks_made += 1
            chunk.begin(segment, base)
            if not self._closed:
                self._sealed.append(self._current)
            self._current = chunk
        return chunk

    # ---- the writer's thread's side ---------------------------------------------------------------------------

    def take(self) -> Taken:
        """What is to be written. Call it with the lock held."""
        pieces = []
        for chunk in (*self._sealed, self._current):
            start, end = chunk.written, chunk.filled
            if start < end:
                offset = chunk.base + start
                pieces.append(Piece(chunk.segment, offset, chunk.view[start:end], chunk, end))
        taken = Taken(pieces, self._records, self._statistics, self._unmeasured)
        self._records, self._statistics, self._unmeasured = [], [], []
        self._rows_taken += len(taken.records)
        return taken

    def done(self, piece: Piece | None = None) -> None:
        """This piece is on disk; buffers that are used up become free."""
        with self._room:
            if piece is not None:
                piece.chunk.written = piece.end
            used_up = [chunk for chunk in self._sealed if chunk.written == chunk.filled]
            if used_up:
                self._sealed = [chunk for chunk in self._sealed if chunk.written != chunk.filled]
                self._free += used_up
                self._room.notify_all()

    @property
    def crowded(self) -> bool:
        """The disk is so far behind that the training will have to wait."""
        return len(self._sealed) >= MAX_CHUNKS - 2

    def forget(self) -> None:
        """In a forked child: keep nothing, wait for nobody, and don't trust locks that the parent held."""
        self._closed = True
        self._putting = False
        self._lock = threading.RLock()
        self._put_lock = threading.RLock()
        self._room = threading.Condition(self._lock)

    def close(self) -> None:
        """Nothing will be written any more: nobody has to wait for room."""
        with self._room:
            self._closed = True
            self._room.notify_all()
