# cython: boundscheck=False, wraparound=False
"""Lends arrays to the log, and reads what was lent; the twin is the method `lend` of `log.tensor_store`."""

cimport cython
cimport numpy as np
from cpython.bytes cimport PyBytes_AS_STRING
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from .buffers cimport TensorRecord, TensorRows, TensorStatistics
from .kernels cimport Survey
from .large cimport LargeArrays, flags_of
from .layouts cimport NO_LAYOUT, Less, LessLayouts
from .loans cimport Lent
from .recent_contents cimport AS_IT_IS, RecentContents, id_of
from .store_fields cimport StoreFields
from .tensors cimport Tensors

from ..log.schema import NOT_CAPTURED as _NOT_CAPTURED
from ..log.staging import CHUNK_BYTES as _CHUNK_BYTES

np.import_array()

cdef int64_t NOT_CAPTURED = _NOT_CAPTURED
cdef int64_t CHUNK_BYTES = _CHUNK_BYTES


@cython.final
cdef class Lender(LargeArrays):
    """The usual way of `TensorStore.lend`; what isn't usual is left to that. For the arguments see `LargeArrays`."""

    def __init__(self, store, int64_t unplaced):
        super().__init__(store, unplaced)
        self.acquire = store._lock.acquire
        self.release = store._lock.release

    cpdef tuple lend(self, array, keep, look=False):
        """See `TensorStore.lend`."""
        cdef tuple entry = self.entry_now(array, keep, True)
        if entry is None and not look:
            entry = self.lend_usual(array, keep)
        if entry is None:
            entry = self.store.lend_any(array, keep, look)
        return entry

    cdef tuple lend_usual(self, array, keep):
        """The entry of an array that wasn't lent before; None where that is left to `lend_any`."""
        cdef TensorRecord record
        cdef TensorStatistics statistics
        cdef int64_t plain, layout, nbytes, row
        cdef Less its
        cdef LessLayouts less = self.less_of(keep)
        cdef StoreFields store = self.store
        if not less.statistics or less.sample or less.small_bytes:
            return None
        if not self.lent.fits(array) or store.nonfinite_rows or store._closed:
            return None
        layout = plain = (<Tensors>store.usual).layout_of(array)
        if plain == NO_LAYOUT:
            return None
        if not less.values:
            less.of(array, plain, &its)
            layout = its.layout
        cdef Lent loan = Lent.__new__(Lent)
        loan.array = array
        loan.keep = keep
        loan.flags = 0
        loan.layout = layout
        loan.plain_layout = plain
        loan.lock = self.lent.lock
        memset(&record, 0, sizeof(record))
        memset(&statistics, 0, sizeof(statistics))
        nbytes = np.PyArray_NBYTES(<np.ndarray>array)
        self.acquire()
        try:
            if store._closed or store._putting:
                return None
            loan.segment = store._lent_segment
            row = loan.row = store._rows.append(&record, &statistics)
            store._lent_now.append(loan)
            self.lent.waiting_bytes += nbytes
            if less.values:
                store._lent_bytes += nbytes
                store.stored_bytes += nbytes
        finally:
            self.release()
        cdef tuple entry = (row, 0, layout, self.unplaced, 0, loan)
        self.lent.set(array, keep, entry)
        if self.lent.waiting_bytes > CHUNK_BYTES:
            store._wake()
        return entry

    def read(self, TensorRows rows not None, list loans not None, uint8_t[::1] memory not None, int64_t segment,
             int64_t base) -> bool:
        """Read loans, each with its place in `memory` or -1, copy them there and fill in their rows.

        Call it with the lock of `LentArrays` held.

        Args:
            loans: (loan, place), 64 at most.
            segment, base: where the bytes of `memory` go.

        Returns:
            Whether that was all. Else copies were in vain, or something can't be measured: no row is filled in, and
            the content ids are known.
        """
        cdef Survey survey = Survey()
        cdef Lent loan
        cdef int64_t place
        cdef int i
        for each in loans:
            loan, place = each
            if place > memory.shape[0]:
                raise ValueError("no room for a copy")
            if not survey.add(
                loan.array,
                loan.content is None,
                NULL if place < 0 else &memory[0] + place,
                0 if place < 0 else memory.shape[0] - place,
            ):
                return False
        survey.run()
        for i in range(len(loans)):
            loan = loans[i][0]
            if loan.content is None:
                loan.content = survey.content(i)
        if not self.all_are_new(survey, loans):
            return False
        cdef int64_t total = 0
        for i in range(len(loans)):
            loan, place = loans[i]
            total += np.PyArray_NBYTES(<np.ndarray>loan.array)
            self.fill_in(
                rows, loan, <const TensorStatistics*>survey.record(i), NOT_CAPTURED if place < 0 else segment,
                0 if place < 0 else base + place,
            )
        self.acquire()
        self.lent.waiting_bytes -= total
        self.release()
        return True

    cdef bint all_are_new(self, Survey survey, list loans) except -1:
        """Whether all are measured, and the log has none of the contents that were copied."""
        cdef Lent loan
        cdef int i
        cdef int64_t place
        cdef set contents = set()
        cdef RecentContents recent = self.store._recent_large
        for i in range(len(loans)):
            loan, place = loans[i]
            if survey.record(i) == NULL:
                return False
            if place < 0:
                continue
            known = recent.find(id_of(loan.content), AS_IT_IS)
            if loan.content in contents or (known is not None and known[3] != self.unplaced):
                return False
            contents.add(loan.content)
        return True

    cdef int fill_in(
        self, TensorRows rows, Lent loan, const TensorStatistics* measured, int64_t segment, int64_t offset
    ) except -1:
        """What `TensorStore.read` does."""
        cdef TensorRecord record
        cdef int flags = flags_of(measured)
        cdef StoreFields store = self.store
        if flags != loan.flags:
            loan.flags = flags
            store.nonfinite_rows.add(loan.row)
        memcpy(record.content, PyBytes_AS_STRING(loan.content), 16)
        record.offset = <uint64_t>offset
        record.segment = <uint16_t>segment
        record.flags = <uint16_t>flags
        record.layout = <uint32_t>loan.layout
        memcpy(rows.place(rows.records_, loan.row, sizeof(record)), &record, sizeof(record))
        memcpy(rows.place(rows.statistics_, loan.row, sizeof(measured[0])), measured, sizeof(measured[0]))
        cdef tuple entry = (loan.row, flags, loan.layout, segment, offset, loan.content)
        if segment == NOT_CAPTURED:
            store._recent_large.set(loan.content, entry, store._variants.of_less(loan.plain_layout, loan.keep))
        elif loan.segment >= store._lent_segment:
            store._recent_large.set(loan.content, entry)
        loan.array = None
        return 0
