"""Keeps the content of arrays: each content once, staged in memory, in the order of the segment files.

`put` takes a copy of an array's bytes, or of less (`keep.Keep`), and gives the row that `tensors.idx` will have for
it. Writing bytes to disk, reading what was lent, and measuring small tensors is the writer's thread's business (`take`,
`read`). Not for reading a log.

The store remembers the contents that it met lately, not all of them, so that a run of any length needs a fixed
amount of memory. A content that comes back after more than `REMEMBERED` other ones is stored once more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import xxhash

from ..native import part
from .first_rows import FirstRows
from .glances import flags_of, nonfinite_flags, sample_of
from .keep import FULL, Keep
from .lent import SMALL_BYTES, Content, Lent, LentArrays
from .measuring import NOT_MEASURED, measure
from .promised import Promised
from .recent_contents import Entry, RecentContents
from .schema import NOT_CAPTURED
from .staging import CHUNK_BYTES, Piece, Staging
from .tensor_rows import TensorRows, pack_record

__all__ = ["Taken", "TensorStore"]

_NO_CONTENT = bytes(16)
_STORABLE = "biufc"
_digest = xxhash.xxh3_128_digest


UNPLACED = 0xFFFE
"""As the segment of an entry: the bytes of a loan that the writer's thread has not read yet."""

_NOWHERE: Entry = (0, 0, 0, NOT_CAPTURED, 0, b"")


class Taken(NamedTuple):
    """What is to be written, in this order: bytes, statistics, records."""

    pieces: list[Piece]
    rows: TensorRows
    unmeasured: list[Unmeasured]
    lent: list[Lent]
    """Loans, whose rows are empty."""
    promised: list[Promised]
    """As loans."""


Unmeasured = tuple[int, np.dtype, bytes]
"""A small tensor: its row, its dtype, its bytes."""


def _content_id(array: np.ndarray) -> bytes:
    """XXH3-128 of the array's bytes in C order."""
    if array.nbytes <= SMALL_BYTES:
        return _digest(array.tobytes())
    return _digest(np.ascontiguousarray(array).data)


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
        self._unkept: dict[Any, tuple[int, bytes]] = {}
        self._recent_small = RecentContents()
        self._recent_large = RecentContents()
        self._lock = lock
        self._wake = wake
        self.staging = Staging(lock, wake)
        self._put_lock = threading.RLock()
        self._putting = False
        self._closed = False
        self._rows = TensorRows()
        self._unmeasured: list[Unmeasured] = []
        self._lent_now: list[Lent] = []
        self._promised_now: list[Promised] = []
        self.first_rows = FirstRows()
        native = part("loans")
        self._loan_class: Any = Lent if native is None else native.Lent
        self.lent: LentArrays = LentArrays() if native is None else native.LentArrays()
        self.on_new_segments: Callable[[], None] = lambda: None
        """Told when nothing that comes from here on may refer to an older segment."""
        self._lent_segment = self.staging.new_segment()
        self._promised_segment = self.staging.new_segment()
        self._lent_bytes = 0
        self.stored_bytes = 0
        tensors = part("tensors")
        self.usual = None if tensors is None else tensors.Tensors(self)
        """The compiled part: takes small arrays where nothing about them is unusual."""
        self.nonfinite_rows: set[int] = set()
        """Of loans that were found not to be finite when they were read: from then on arrays are looked at at once."""
        self.lender = None if native is None else native.Lender(self, UNPLACED)
        """The compiled part: lends arrays where nothing about them is unusual, and knows what is lent."""

    @property
    def count(self) -> int:
        """Rows given so far."""
        return self._rows.end

    # ---- the training's side ----------------------------------------------------------------------------------

    def put(self, array: np.ndarray, device: str = "cpu", keep: Keep = FULL) -> Entry:
        """Keep the content that `array` has now, or what `keep` wants of it.

        Args:
            array: any shape; dtypes other than booleans, integers, floats and complex numbers get a row
                without bytes, whose layout says why.
            device: where the array was, such as `cpu` or `cuda:0`.
        """
        if device == "cpu" and type(array) is np.ndarray and array.nbytes > SMALL_BYTES:
            lent: Entry | None = self.lent.find(array, keep)
            if lent is not None:
                return lent
        elif keep is FULL and device == "cpu" and type(array) is np.ndarray:
            if self.usual is not None:
                usual: Entry | None = self.usual.put(array)
                return self._put(array, device, keep) if usual is None else usual
            layout = self._layouts.get((array.dtype, array.shape, device))
            if layout is not None:  # the usual case in short: a small array of a layout that was there before
                data = array.tobytes()
                content = _digest(data)
                recent = self._recent_small
                entry = recent.young.get(content) or recent.get(content)
                if entry is None:
                    return self._put_new(array, data, content, layout, device, recent, None)
                if entry[2] == layout:
                    return entry
        return self._put(array, device, keep)

    def _put(self, array: np.ndarray, device: str, keep: Keep) -> Entry:
        if type(array) is not np.ndarray:
            array = np.asarray(array)
        small = keep.small_bytes and array.nbytes <= keep.small_bytes
        if not keep.statistics and not small and array.dtype.kind in _STORABLE:
            flags = nonfinite_flags(array) if keep.finite else 0
            return self._without_bytes(array, device, keep.why, flags)
        layout = self._layouts.get((array.dtype, array.shape, device))
        if layout is None:
            if array.dtype.kind not in _STORABLE:
                return self._without_bytes(array, device, f"an array of dtype {array.dtype} isn't kept")
            layout = self._intern_layout(array.dtype.str, array.shape, device, "")
            self._layouts[array.dtype, array.shape, device] = layout
        if small:
            keep = FULL
        data: Any
        if array.nbytes <= SMALL_BYTES:
            data = array.tobytes()
            recent = self._recent_small
        else:
            if self.lender is not None and device == "cpu":
                read: Entry | None = self.lender.put(array, keep)
                if read is not None:
                    return read
            known = self.lent.find(array, keep)
            if known is not None:
                return known
            data = np.ascontiguousarray(array)
            recent = self._recent_large
        content = _digest(data)
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
        return self._put_new(array, data, content, layout, device, recent, recent.get(content))

    def _put_new(
        self,
        array: np.ndarray,
        data: Any,
        content: bytes,
        layout: int,
        device: str,
        recent: RecentContents,
        same_bytes: Entry | None,
    ) -> Entry:
        with self._put_lock:
            if self._closed:
                return _NOWHERE
            if self._putting:
                # A signal handler or a finalizer ran an op while this very thread was here.
                return self._without_bytes(array, device, "made while another tensor was being kept")
            self._putting = True
            try:
                if same_bytes is None or same_bytes[3] == UNPLACED:
                    segment, offset = self.staging.stage(data, array.nbytes)
                    self.stored_bytes += array.nbytes
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
        recent: RecentContents,
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

    def lend(self, array: np.ndarray, keep: Keep = FULL, look: bool = False) -> Entry:
        """As `put`, for an array of the host that nobody writes into until `take_back` is called for it.

        Args:
            look: whether the flags in the entry must be right. Else they may say nothing of what isn't finite: the
                writer's thread finds it, and marks the events that made the tensor before they are written.
        """
        if self.lender is not None:
            entry: Entry = self.lender.lend(array, keep, look)
            return entry
        return self.lend_any(array, keep, look)

    def lend_any(self, array: np.ndarray, keep: Keep, look: bool) -> Entry:
        """As `lend`, without the compiled part."""
        lent = self.lent
        if not (keep.statistics and keep.small_bytes == keep.sample == 0 and lent.fits(array)):
            return self.put(array, "cpu", keep)
        known = lent.find(array, keep)
        if known is not None:
            return known
        plain = self._layouts.get((array.dtype, array.shape, "cpu"))
        if plain is None:
            plain = self._intern_layout(array.dtype.str, array.shape, "cpu", "")
            self._layouts[array.dtype, array.shape, "cpu"] = plain
        layout = plain if keep.values else self._intern_layout(array.dtype.str, array.shape, "cpu", keep.why)
        flags = nonfinite_flags(array) if look or self.nonfinite_rows else 0
        loan = self._loan_class(array, keep, flags, layout, plain, self._lent_segment, lent.lock)
        with self._put_lock:
            if self._closed:
                return _NOWHERE
            if self._putting:
                return self._without_bytes(array, "cpu", "made while another tensor was being kept")
            self._putting = True
            try:
                with self._lock:
                    loan.row = self._rows.add()
                    self._lent_now.append(loan)
                    lent.waiting_bytes += array.nbytes
                    if keep.values:
                        self._lent_bytes += array.nbytes
                        self.stored_bytes += array.nbytes
                entry = (loan.row, loan.flags, layout, UNPLACED, 0, loan)
                lent.set(array, keep, entry)
            finally:
                self._putting = False
        if lent.waiting_bytes > CHUNK_BYTES:
            self._wake()
        return entry

    def promise(self, content: Promised, size: int) -> None:
        """Give a content its row now; the writer's thread asks it for the rest.

        Args:
            size: bytes that are kept of it; 0: none.
        """
        with self._put_lock, self._lock:
            content.row = self._rows.add()
            content.segment = self._promised_segment
            self._lent_bytes += size
            self.stored_bytes += size
            self._promised_now.append(content)

    def look_later(self, content: Promised) -> None:
        """Let the writer's thread fetch a content that gets no row."""
        with self._lock:
            self._promised_now.append(content)

    def layout_of(self, array: Any, device: str, why: str) -> int:
        """The layout of an array of any library; `why` its values are not all kept."""
        key = array.dtype, array.shape, device
        layout = None if why else self._layouts.get(key)
        if layout is None:
            layout = self._intern_layout(array.dtype.str, array.shape, device, why)
            if not why:
                self._layouts[key] = layout
        return layout

    def without_bytes(self, array: Any, device: str, why: str) -> Entry:
        """A row for an array of any library, of which nothing is kept, and at which nobody looks."""
        return self._without_bytes(array, device, why)

    def take_back(self, array: np.ndarray) -> None:
        """An array that was lent may be written into from now on, or one that shares its memory."""
        loan = self.lent.take_back(array)
        if loan is not None:
            # What comes again, unchanged, must not be stored once more.
            self._remember(loan, UNPLACED, 0)

    def content_of(self, array: np.ndarray) -> Content:
        """What the content that `array` has now is known by; nothing is kept of it."""
        known = self.lent.find(array) if array.nbytes > SMALL_BYTES else None
        return _content_id(array) if known is None else known[5]

    def read(self, loan: Lent, place: tuple[int, int], stored: bool, measured: bytes) -> bytes:
        """A loan has been read, and its bytes are at this segment and offset; gives its record.

        Args:
            stored: whether they were put there for it.
            measured: its record of statistics.
        """
        segment, offset = place
        flags = flags_of(measured)
        if flags != loan.flags:
            loan.flags = flags
            self.nonfinite_rows.add(loan.row)
        self._remember(loan, segment, offset)
        assert loan.array is not None
        with self._lock:
            self.lent.waiting_bytes -= loan.array.nbytes
            if loan.keep.values and not stored:
                self.stored_bytes -= loan.array.nbytes
        loan.array = None
        return pack_record(loan.identify(), offset, segment, loan.flags, loan.layout)

    def placed(self, loan: Lent) -> tuple[int, int] | None:
        """The segment and offset of the bytes of a loan, where they are kept already."""
        return self.place_of(loan.identify())

    def place_of(self, content: bytes) -> tuple[int, int] | None:
        """The segment and offset of the bytes of a content that isn't small, where they are kept already."""
        found = self._recent_large.get(content)
        return None if found is None or found[3] == UNPLACED else (found[3], found[4])

    def fulfil(
        self, content: Promised, identity: bytes, flags: int, place: tuple[int, int], stored: bool
    ) -> None:
        """A promised content has come, and its bytes are at this segment and offset.

        Args:
            identity: its content id.
            stored: whether they were put there for it.
        """
        if not stored:
            with self._lock:
                self.stored_bytes -= content.size
        # What is in an older segment goes before what is kept from here on.
        elif content.segment >= self._promised_segment:
            self._recent_large.set(identity, (content.row, flags, content.layout, *place, identity))

    def _remember(self, loan: Lent, segment: int, offset: int) -> None:
        content = loan.identify()
        entry = (loan.row, loan.flags, loan.layout, segment, offset, content)
        recent = self._recent_large
        if not loan.keep.values:
            recent.set((content, loan.plain_layout, loan.keep), entry)
        # What is in an older segment goes before what is kept from here on.
        elif loan.segment >= self._lent_segment:
            found = recent.get(content)
            if found is None or found[3] == UNPLACED:
                recent.set(content, entry)

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
            row = self._rows.add(
                pack_record(content, offset, segment, flags, layout), measured or NOT_MEASURED
            )
            if array.size and not measured:
                self._unmeasured.append((row, array.dtype, data))
            return row, flags

    def _without_bytes(self, array: np.ndarray, device: str, why: str, flags: int = 0) -> Entry:
        known = self._unkept.get((array.dtype, array.shape, device, why))
        if known is None:
            layout = self._intern_layout(array.dtype.str, array.shape, device, why)
            known = layout, pack_record(_NO_CONTENT, 0, NOT_CAPTURED, 0, layout)
            self._unkept[array.dtype, array.shape, device, why] = known
        layout, record = known
        if flags:
            record = pack_record(_NO_CONTENT, 0, NOT_CAPTURED, flags, layout)
        with self._lock:
            row = self._rows.add(record)
        return row, flags, layout, NOT_CAPTURED, 0, b""

    def begin_segment(self) -> int:
        """Keep what comes from here on in new segments, for itself: nothing in them refers to an older one.

        Returns:
            The number of the first of them.
        """
        with self._put_lock:
            number = self.staging.begin_segment()
            self._lent_segment, self._lent_bytes = self.staging.new_segment(), 0
            self._promised_segment = self.staging.new_segment()
            self._recent_small, self._recent_large = RecentContents(), RecentContents()
            self.lent.forget_all()
            self.on_new_segments()
            return number

    @property
    def segment_bytes(self) -> int:
        """How much was put into the current segments."""
        return self.staging.segment_bytes + self._lent_bytes

    # ---- the writer's thread's side ---------------------------------------------------------------------------

    def take(self) -> Taken:
        """What is to be written. Call it with the lock held."""
        rows = self._rows.take()
        unmeasured, self._unmeasured = self._unmeasured, []
        lent, self._lent_now = self._lent_now, []
        promised, self._promised_now = self._promised_now, []
        # Last, as what the rows name is staged before them.
        return Taken(self.staging.pieces(), rows, unmeasured, lent, promised)

    def forget(self) -> None:
        """In a forked child: keep nothing, wait for nobody, and don't trust locks that the parent held."""
        self._closed = True
        self._putting = False
        self._lock = threading.RLock()
        self._put_lock = threading.RLock()
        self.staging.forget(self._lock)
        self.lent.after_fork()

    def close(self) -> None:
        """Nothing will be written any more: nobody has to wait for room."""
        self._closed = True
        self.staging.close()
