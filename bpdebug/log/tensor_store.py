"""Keeps the content of arrays: each content once, staged in memory, in the order of the segment files.

`put` takes a copy of an array's bytes, or of less (`keep.Keep`), and gives the row that `tensors.idx` will have for
it. Writing bytes to disk, reading what was lent, and measuring small tensors is the writer's thread's business (`take`,
`read`). Not for reading a log.

The store remembers the contents that it met lately, not all of them, so that a run of any length needs a fixed
amount of memory. A content that comes back after more than `REMEMBERED` other ones is stored once more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xxhash

from .contents import UNPLACED, Contents, Taken
from .glances import flags_of, nonfinite_flags, sample_of
from .keep import FULL, Keep
from .lent import SMALL_BYTES, Content, Lent
from .recent_contents import AS_IT_IS, Entry, RecentContents
from .schema import NOT_CAPTURED
from .staging import CHUNK_BYTES
from .tensor_rows import pack_record

__all__ = ["Taken", "TensorStore"]

_STORABLE = "biufc"
_NOWHERE: Entry = (0, 0, 0, NOT_CAPTURED, 0, b"")
_digest = xxhash.xxh3_128_digest


class TensorStore(Contents):
    """Arrays of the host on their way to the segment files; for the arguments see `Contents`."""

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
        elif device == "cpu" and type(array) is np.ndarray:
            if self.usual is not None:
                usual: Entry | None = self.usual.put(array, keep)
                return self._put(array, device, keep) if usual is None else usual
            layout = self._layouts.get((array.dtype, array.shape, device)) if keep is FULL else None
            if layout is not None:  # the usual case in short: a small array of a layout that was there before
                data = array.tobytes()
                content = _digest(data)
                recent = self._recent_small
                entry = recent.get(content)
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
            return self._put_nothing(array, device, keep)
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
            entry = recent.get(content, self._variants.of_layout(layout))
            if entry is not None:
                return entry
        if not keep.values and array.size > keep.sample:
            return self._put_less(array, data, content, layout, device, recent, keep)
        return self._put_new(array, data, content, layout, device, recent, recent.get(content))

    def _put_nothing(self, array: np.ndarray, device: str, keep: Keep) -> Entry:
        """A row without bytes and statistics; small arrays with the same content, which nobody is told, share one.

        To find them costs less than to write rows.
        """
        if array.nbytes > SMALL_BYTES:
            flags = nonfinite_flags(array) if keep.finite else 0
            return self._without_bytes(array, device, keep.why, flags)
        layout, _ = self._unkept_layout(array, device, keep.why)
        content, variant = _digest(array.tobytes()), self._variants.of_less(layout, keep)
        entry = self._recent_small.get(content, variant)
        if entry is None:
            flags = nonfinite_flags(array) if keep.finite else 0
            entry = self._without_bytes(array, device, keep.why, flags)
            self._recent_small.set(content, entry, variant)
        return entry

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
                variant = AS_IT_IS if same_bytes is None else self._variants.of_layout(layout)
                recent.set(content, entry, variant)
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
        variant = self._variants.of_less(layout, keep)
        known = recent.get(content, variant)
        if known is not None:
            return known
        less = self._intern_layout(array.dtype.str, array.shape, device, keep.why)
        sample = 0
        if keep.sample and array.size:
            sample = 1 + self.put(sample_of(array, keep.sample), device)[0]
        row, flags = self._add_record(array, data, content, sample, NOT_CAPTURED, less)
        entry = (row, flags, less, NOT_CAPTURED, 0, content)
        recent.set(content, entry, variant)
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
        known = lent.find(array, keep)
        if known is not None:
            return known
        if not keep.statistics and array.nbytes > keep.small_bytes:
            # Nothing else says that it is the same tensor when it comes again.
            entry = self.put(array, "cpu", keep)
            if array.base is None:
                lent.set(array, keep, entry)
            return entry
        if not (keep.statistics and keep.small_bytes == keep.sample == 0 and lent.fits(array)):
            return self.put(array, "cpu", keep)
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
                loan.segment = self._lent_segment  # which may have begun while this thread waited
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

    def take_back(self, array: np.ndarray) -> None:
        """An array that was lent may be written into from now on, or one that shares its memory."""
        loan = self.lent.take_back(array)
        if loan is not None:
            # What comes again, unchanged, must not be stored once more.
            self._remember(loan, UNPLACED, 0)

    def content_of(self, array: np.ndarray) -> Content:
        """What the content that `array` has now is known by; nothing is kept of it."""
        known = self.lent.find(array) if array.nbytes > SMALL_BYTES else None
        # Of what is not kept nobody knows the content.
        return _content_id(array) if known is None or known[5] == b"" else known[5]

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

    def _remember(self, loan: Lent, segment: int, offset: int) -> None:
        content = loan.identify()
        entry = (loan.row, loan.flags, loan.layout, segment, offset, content)
        recent = self._recent_large
        if not loan.keep.values:
            recent.set(content, entry, self._variants.of_less(loan.plain_layout, loan.keep))
        # What is in an older segment goes before what is kept from here on.
        elif loan.segment >= self._lent_segment:
            found = recent.get(content)
            if found is None or found[3] == UNPLACED:
                recent.set(content, entry)


def _content_id(array: np.ndarray) -> bytes:
    """XXH3-128 of the array's bytes in C order."""
    if array.nbytes <= SMALL_BYTES:
        return _digest(array.tobytes())
    return _digest(np.ascontiguousarray(array).data)
