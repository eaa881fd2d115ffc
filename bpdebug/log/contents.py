"""Tensors on their way to the disk, whatever made them: their rows, their layouts, and the segments that they go to.

`tensor_store` has what puts arrays there, `promised` what comes from a device. `take` hands all of it to the writer's
thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..native import fields_of, part
from .first_rows import FirstRows
from .glances import flags_of, nonfinite_flags
from .lent import Lent, LentArrays
from .measuring import NOT_MEASURED, measure
from .mutex import Mutex
from .promised import Promised
from .recent_contents import Entry, RecentContents, Variants
from .schema import NO_CONTENT, NOT_CAPTURED
from .staging import Piece, Staging
from .tensor_rows import TensorRows, pack_record

__all__ = ["UNPLACED", "Contents", "Taken"]

UNPLACED = 0xFFFE
"""As the segment of an entry: the bytes of a loan that the writer's thread has not read yet."""


LITTLE_BYTES = 1 << 16
"""So many bytes are written, to the page cache, in less time than a thread takes to wake up."""


class Taken(NamedTuple):
    """What is to be written, in this order: bytes, statistics, records."""

    pieces: list[Piece]
    rows: TensorRows
    unmeasured: list[Unmeasured]
    lent: list[Lent]
    """Loans, whose rows are empty."""
    promised: list[Promised]
    """As loans."""

    @property
    def takes_long(self) -> bool:
        """Whether the training should not wait for it to be written."""
        return (
            bool(self.lent or self.promised) or sum([len(piece.data) for piece in self.pieces]) > LITTLE_BYTES
        )


Unmeasured = tuple[int, np.dtype, bytes]
"""A small tensor: its row, its dtype, its bytes."""


if TYPE_CHECKING:
    _Fields = object
else:
    _Fields = fields_of("Store", "store_fields")


class Contents(_Fields):
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
        self._variants = Variants()
        self._lock = lock
        self._wake = wake
        self.staging = Staging(lock, wake)
        self._put_lock = Mutex()
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
        lender = part("lender")
        self.lender = None if lender is None else lender.Lender(self, UNPLACED)
        """The compiled part: lends arrays where nothing about them is unusual, and knows what is lent."""

    @property
    def count(self) -> int:
        """Rows given so far."""
        return self._rows.end

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

    def _unkept_layout(self, array: np.ndarray, device: str, why: str) -> tuple[int, bytes]:
        """The layout of an array of which nothing is kept, and the record of one that is finite."""
        known = self._unkept.get((array.dtype, array.shape, device, why))
        if known is None:
            layout = self._intern_layout(array.dtype.str, array.shape, device, why)
            known = layout, pack_record(NO_CONTENT, 0, NOT_CAPTURED, 0, layout)
            self._unkept[array.dtype, array.shape, device, why] = known
        return known

    def _without_bytes(self, array: np.ndarray, device: str, why: str, flags: int = 0) -> Entry:
        layout, record = self._unkept_layout(array, device, why)
        if flags:
            record = pack_record(NO_CONTENT, 0, NOT_CAPTURED, flags, layout)
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
        self._put_lock = Mutex()
        self.staging.forget(self._lock)
        self.lent.after_fork()

    def close(self) -> None:
        """Nothing will be written any more: nobody has to wait for room."""
        self._closed = True
        self.staging.close()
