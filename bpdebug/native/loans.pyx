# cython: boundscheck=False, wraparound=False
"""Arrays that are lent to the log, and how they get there.

The twins are `log.lent.Lent`, `log.lent.LentArrays` and the method `lend` of `log.tensor_store`.
"""

cimport cython
cimport numpy as np
from cpython.dict cimport PyDict_GetItem
from cpython.long cimport PyLong_FromVoidPtr
from cpython.object cimport PyObject
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.weakref cimport PyWeakref_NewRef
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from .buffers cimport TensorRecord, TensorRows, TensorStatistics
from .kernels cimport Survey, read_now
from .tensors cimport Tensors

import threading

import xxhash

from ..log.lent import LENT_BYTES as _LENT_BYTES
from ..log.lent import WAITING_BYTES as _WAITING_BYTES
from ..log.lent import WITH_ID
from ..log.schema import NOT_CAPTURED as _NOT_CAPTURED
from ..log.schema import TENSOR_ALIGNMENT, TensorFlag
from ..log.staging import CHUNK_BYTES as _CHUNK_BYTES

np.import_array()

cdef int64_t LENT_BYTES = _LENT_BYTES
cdef int64_t WAITING_BYTES = _WAITING_BYTES
cdef int64_t NOT_CAPTURED = _NOT_CAPTURED
cdef int64_t CHUNK_BYTES = _CHUNK_BYTES
cdef int NAN = int(TensorFlag.nan)
cdef int INF = int(TensorFlag.inf)

cdef int64_t PADDING = TENSOR_ALIGNMENT - 1

direct_bytes = 4 << 20
"""Up to so many bytes are read, copied and identified at once, by the thread that has just made them: that costs less
than to give them to another one, with its cache and its turns of the interpreter's lock. Larger arrays are lent."""

cdef object digest = xxhash.xxh3_128_digest
cdef Py_ssize_t FEWEST_KNOWN = 1 << 10


@cython.final
@cython.no_gc
cdef class Lent:
    """See `log.lent.Lent`."""

    def __init__(self, array, keep, int flags, int64_t layout, int64_t plain_layout, int64_t segment, lock):
        self.array = array
        self.keep = keep
        self.flags = flags
        self.layout = layout
        self.plain_layout = plain_layout
        self.lock = lock
        self.row = -1
        self.segment = segment

    def identify(self) -> bytes:
        with self.lock:
            if self.content is None:
                self.content = digest(self.array.data)
            return self.content


WITH_ID.add(Lent)


@cython.final
cdef class LentArrays:
    """See `log.lent.LentArrays`. Arrays that are gone are forgotten now and then."""

    def __init__(self):
        self.lock = threading.RLock()
        self.waiting_bytes = 0
        self.most_waiting = WAITING_BYTES
        self.known = {}
        self.sweep_at = FEWEST_KNOWN

    def __len__(self):
        return len(self.known)

    def fits(self, array) -> bool:
        cdef np.ndarray its
        if not np.PyArray_CheckExact(array):
            return False
        its = <np.ndarray>array
        return (
            np.PyArray_NBYTES(its) >= LENT_BYTES
            and np.PyArray_BASE(its) == NULL
            and np.PyArray_IS_C_CONTIGUOUS(its)
            and np.PyArray_ISNOTSWAPPED(its)
            and np.PyArray_TYPE(its) in (np.NPY_FLOAT, np.NPY_DOUBLE)
            and self.waiting_bytes < self.most_waiting
        )

    cdef tuple known_of(self, array):
        """Weak reference, what is kept, and entry of an array that was lent and not taken back; None for others."""
        cdef PyObject* found = PyDict_GetItem(self.known, PyLong_FromVoidPtr(<PyObject*>array))
        if found == NULL:
            return None
        cdef tuple known = <tuple>found
        return known if known[0]() is array else None

    cdef tuple entry_of(self, array, keep):
        cdef tuple known = self.known_of(array)
        if known is None or (keep is not None and known[1] is not keep and known[1] != keep):
            return None
        cdef tuple entry = <tuple>known[2]
        if type(entry[5]) is bytes:
            return entry
        cdef int flags = (<Lent>entry[5]).flags
        if flags != <int>entry[1]:  # found when it was read
            entry = (entry[0], flags, entry[2], entry[3], entry[4], entry[5])
        return entry

    def find(self, array, keep=None):
        return self.entry_of(array, keep)

    def set(self, array, keep, tuple entry not None) -> None:
        key = PyLong_FromVoidPtr(<PyObject*>array)
        if PyDict_GetItem(self.known, key) != NULL and self.known_of(array) is not None:
            self.take_back(array)  # kept in another way until now; only one loan can be taken back
        self.known[key] = (PyWeakref_NewRef(array, None), keep, entry)
        if len(self.known) > self.sweep_at:
            self.sweep()

    def sweep(self) -> None:
        """Forget the arrays that are gone."""
        for key in [key for key, known in self.known.items() if known[0]() is None]:
            del self.known[key]
        self.sweep_at = max(FEWEST_KNOWN, 2 * len(self.known))

    def take_back(self, array):
        owner = array if array.base is None else array.base
        cdef tuple known = self.known_of(owner)
        if known is None:
            return None
        del self.known[PyLong_FromVoidPtr(<PyObject*>owner)]
        if type((<tuple>known[2])[5]) is bytes:
            return None
        cdef Lent lent = <Lent>(<tuple>known[2])[5]
        with self.lock:
            if lent.array is None:
                return None
            lent.identify()
            lent.array = lent.array.copy()
        return lent

    def forget_all(self) -> None:
        for known in list(self.known.values()):
            array = known[0]()
            if array is not None:
                self.take_back(array)

    def after_fork(self) -> None:
        self.lock = threading.RLock()
        self.known.clear()


@cython.final
cdef class Lender:
    """The usual way of `TensorStore.lend`; what isn't usual is left to that.

    Args:
        store: a `TensorStore`.
        unplaced: as the segment of an entry, for bytes that aren't in a file yet.
    """

    def __init__(self, store, int64_t unplaced):
        self.store = store
        self.unplaced = unplaced
        self.lent = store.lent
        self.acquire = store._lock.acquire
        self.release = store._lock.release
        self.less_layouts = {}

    cpdef tuple lend(self, array, keep, look=False):
        """See `TensorStore.lend`."""
        cdef tuple entry = self.read_now(array, keep, True)
        if entry is None and not look:
            entry = self.lend_usual(array, keep)
        if entry is None:
            entry = self.store.lend_any(array, keep, look)
        return entry

    cdef tuple entry_of(self, array, keep):
        """The entry of an array that is lent; None for others."""
        return self.lent.entry_of(array, keep)

    def put(self, array, keep):
        """The entry of a large array into which anybody may write; None where that is left to `TensorStore.put`."""
        return self.read_now(array, keep, False)

    cdef tuple read_now(self, array, keep, bint private):
        """The entry of an array that is known, or is small enough to be read at once; None for others.

        Args:
            private: nobody writes into it until `take_back` is called for it.
        """
        cdef tuple known = self.lent.known_of(array), entry
        if known is not None:
            return self.lent.entry_of(array, keep)
        if not np.PyArray_CheckExact(array) or np.PyArray_NBYTES(<np.ndarray>array) > <int64_t>direct_bytes:
            return None
        if keep is not self.keep:
            self.look_at_keep(keep)
        if not self.keep_is_usual:
            return None
        cdef int64_t layout = (<Tensors>self.store.usual).layout_of(array)
        if layout < 0:
            if array.dtype.kind not in "biufc":
                return None
            layout = self.store.layout_of(array, "cpu", "")
        entry = self.keep_now(array, keep, layout)
        if entry is not None and private and np.PyArray_BASE(<np.ndarray>array) == NULL:
            self.lent.set(array, keep, entry)
        return entry

    cdef tuple keep_now(self, array, keep, int64_t layout):
        """Read an array, and give it a new row if its content is new."""
        cdef TensorStatistics statistics
        cdef TensorRecord record
        cdef uint8_t identity[16]
        cdef uint8_t* into = NULL
        cdef int64_t size = np.PyArray_NBYTES(<np.ndarray>array), start = 0, offset = 0, segment = NOT_CAPTURED
        cdef int flags
        cdef tuple entry, same_bytes = None
        cdef Tensors tensors
        store = self.store
        tensors = store.usual
        recent = store._recent_large
        tensors.acquire()
        try:
            if store._closed or store._putting:
                return None
            # It is copied while it is read; that counts if its content is new.
            chunk = None
            if self.keeps_values:
                if 2 * size <= tensors.chunk_bytes:
                    self.make_room(size)
                chunk = store.staging._current
                start = (<int64_t>chunk.filled + PADDING) & ~PADDING
                if start + size <= tensors.chunk_bytes and <int64_t>chunk.base + start + size <= tensors.segment_bytes:
                    into = <uint8_t*>np.PyArray_DATA(<np.ndarray>chunk.data) + start
            if read_now(array, into, identity, &statistics) != 2:
                return None
            content = PyBytes_FromStringAndSize(<char*>identity, 16)
            key = content if self.keeps_values else (content, layout, keep)
            entry = recent.get(key)
            if self.keeps_values and entry is not None and <int64_t>entry[2] != layout:
                key = (content, layout)
                same_bytes, entry = entry, recent.get(key)
            if entry is None:
                if not self.keeps_values:
                    layout = store.layout_of(array, "cpu", keep.why)
                elif same_bytes is not None and <int64_t>same_bytes[3] != self.unplaced:
                    segment = same_bytes[3]
                    offset = same_bytes[4]
                else:
                    if into != NULL:
                        chunk.filled = start + size
                        segment = chunk.segment
                        offset = <int64_t>chunk.base + start
                    else:
                        segment, offset = self.stage(array, size)
                    store.stored_bytes += size
                flags = flags_of(&statistics)
                memcpy(record.content, identity, 16)
                record.offset = <uint64_t>offset
                record.segment = <uint16_t>segment
                record.flags = <uint16_t>flags
                record.layout = <uint32_t>layout
                row = (<TensorRows>store._rows).append(&record, &statistics)
                entry = (row, flags, layout, segment, offset, content)
                recent.set(key, entry)
        finally:
            tensors.release()
        return entry

    cdef int make_room(self, int64_t size) except -1:
        """Let an array fit into the buffer. This may wait for the disk."""
        cdef Tensors tensors = self.store.usual
        store = self.store
        chunk = store.staging._current
        cdef int64_t start = (<int64_t>chunk.filled + PADDING) & ~PADDING
        if start + size > tensors.chunk_bytes or <int64_t>chunk.base + start + size > tensors.segment_bytes:
            store._putting = True
            try:
                store.staging.make_room(size)
            finally:
                store._putting = False
        return 0

    cdef tuple stage(self, array, int64_t size):
        """Copy an array that has no room in the buffer; gives its segment and offset. This may wait for the disk."""
        store = self.store
        store._putting = True
        try:
            return store.staging.stage(array, size)
        finally:
            store._putting = False

    cdef int look_at_keep(self, keep) except -1:
        self.keep = keep
        self.keep_is_usual = keep.statistics and not keep.small_bytes and not keep.sample
        self.keeps_values = keep.values
        self.less_layouts = {}
        return 0

    cdef tuple lend_usual(self, array, keep):
        """The entry of an array that wasn't lent before; None where that is left to `lend_any`."""
        cdef TensorRecord record
        cdef TensorStatistics statistics
        cdef int64_t plain, layout, nbytes, row
        if keep is not self.keep:
            self.look_at_keep(keep)
        store = self.store
        if not self.keep_is_usual or not self.lent.fits(array) or store.nonfinite_rows or store._closed:
            return None
        layout = plain = (<Tensors>store.usual).layout_of(array)
        if plain < 0:
            return None
        if not self.keeps_values:
            less = self.less_layouts.get(plain)
            if less is None:
                less = store._intern_layout(array.dtype.str, array.shape, "cpu", keep.why)
                self.less_layouts[plain] = less
            layout = less
        cdef Lent loan = Lent.__new__(Lent)
        loan.array = array
        loan.keep = keep
        loan.flags = 0
        loan.layout = layout
        loan.plain_layout = plain
        loan.segment = store._lent_segment
        loan.lock = self.lent.lock
        memset(&record, 0, sizeof(record))
        memset(&statistics, 0, sizeof(statistics))
        nbytes = np.PyArray_NBYTES(<np.ndarray>array)
        self.acquire()
        try:
            if store._closed or store._putting:
                return None
            row = loan.row = (<TensorRows>store._rows).append(&record, &statistics)
            store._lent_now.append(loan)
            self.lent.waiting_bytes += nbytes
            if self.keeps_values:
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
            Whether that was all. Else copies were in vain, or something can't be measured here, and no row is filled in;
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
        recent = self.store._recent_large
        for i in range(len(loans)):
            loan, place = loans[i]
            if survey.record(i) == NULL:
                return False
            if place < 0:
                continue
            known = recent.get(loan.content)
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
        store = self.store
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
            store._recent_large.set((loan.content, loan.plain_layout, loan.keep), entry)
        elif loan.segment >= <int64_t>store._lent_segment:
            store._recent_large.set(loan.content, entry)
        loan.array = None
        return 0


cdef int flags_of(const TensorStatistics* measured) noexcept:
    return (NAN if measured.nan else 0) | (INF if measured.pos_inf or measured.neg_inf else 0)
