# cython: boundscheck=False, wraparound=False
"""Keeps arrays that aren't small, where they are made: identified, measured and copied in one pass.

Part of the usual case of `put` and `lend` of `log.tensor_store`, on that store's own data.
"""

cimport numpy as np
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

from .buffers cimport TensorRecord, TensorStatistics
from .kernels cimport identify_at, read_now
from .mutex cimport Mutex
from .recent_contents cimport AS_IT_IS, RecentContents, under_layout
from .store_fields cimport ChunkFields, StoreFields
from .tensors cimport Less, LessLayouts, Tensors, layouts_for

from ..log.schema import NOT_CAPTURED as _NOT_CAPTURED
from ..log.schema import TensorFlag

np.import_array()

cdef int64_t NOT_CAPTURED = _NOT_CAPTURED
cdef int NAN = int(TensorFlag.nan)
cdef int INF = int(TensorFlag.inf)
cdef size_t FEWEST_FOR_OTHERS = 1 << 20  # bytes whose reading takes so long that other threads may run meanwhile

direct_bytes = 4 << 20
"""Up to so many bytes are read, copied and identified at once, by the thread that has just made them: that costs less
than to give them to another one, with its cache and its turns of the interpreter's lock. Larger arrays are lent."""


cdef class LargeArrays:
    """The way of arrays that aren't small into a store.

    Args:
        store: a `TensorStore`.
        unplaced: as the segment of an entry, for bytes that aren't in a file yet.
    """

    def __init__(self, store, int64_t unplaced):
        self.store = store
        self.unplaced = unplaced
        self.lent = store.lent

    def put(self, array, keep):
        """The entry of a large array into which anybody may write; None where that is left to `TensorStore.put`."""
        return self.entry_now(array, keep, False)

    cdef object content_of(self, array):
        """As `TensorStore.content_of`, for an exact NumPy array that isn't small."""
        cdef uint8_t content[16]
        cdef size_t size = np.PyArray_NBYTES(<np.ndarray>array)
        cdef const uint8_t* data = <const uint8_t*>np.PyArray_DATA(<np.ndarray>array)
        cdef tuple known = self.lent.known_of(array)
        if known is not None:
            return known[5]
        if not np.PyArray_IS_C_CONTIGUOUS(<np.ndarray>array):
            return self.store.content_of(array)
        if size < FEWEST_FOR_OTHERS:
            identify_at(data, size, content)
        else:
            with nogil:
                identify_at(data, size, content)
        return PyBytes_FromStringAndSize(<char*>content, 16)

    cdef tuple entry_now(self, array, keep, bint private):
        """The entry of an array that is known, or is small enough to be read at once; None for others.

        Args:
            private: nobody writes into it until `take_back` is called for it.
        """
        cdef tuple entry
        if self.lent.known_slot(array) != NULL:
            return self.lent.entry_of(array, keep)
        if not np.PyArray_CheckExact(array) or np.PyArray_NBYTES(<np.ndarray>array) > <int64_t>direct_bytes:
            return None
        cdef LessLayouts less = self.less_by(keep)
        if not less.is_usual:
            return None
        cdef int64_t layout = (<Tensors>self.store.usual).layout_of(array)
        if layout < 0:
            if array.dtype.kind not in "biufc":
                return None
            layout = self.store.layout_of(array, "cpu", "")
        entry = self.keep_now(array, less, layout, private)
        if entry is not None and private and np.PyArray_BASE(<np.ndarray>array) == NULL:
            self.lent.set(array, keep, entry)
        return entry

    cdef tuple keep_now(self, array, LessLayouts less, int64_t layout, bint private):
        """Read an array, and give it a new row if its content is new."""
        cdef TensorStatistics statistics
        cdef TensorRecord record
        cdef uint8_t identity[16]
        cdef uint8_t* into = NULL
        cdef int64_t size = np.PyArray_NBYTES(<np.ndarray>array), start = -1, offset = 0, segment = NOT_CAPTURED, row
        cdef int flags
        cdef int64_t variant = AS_IT_IS, plain = layout
        cdef tuple entry = None, same_bytes = None
        cdef StoreFields store = self.store
        cdef Tensors tensors = <Tensors>store.usual
        cdef RecentContents recent
        cdef ChunkFields chunk = None
        cdef Less its
        cdef bint keeps_values = less.values
        if not keeps_values:
            less.of(array, layout, &its)
            variant = its.variant
            layout = its.layout
        cdef Mutex lock = store._put_lock
        lock.take()
        if store._closed or store._putting:
            lock.give()
            return None
        # A finalizer may run an op in the midst of this, on this very thread: that one must not come here.
        store._putting = True
        try:
            recent = store._recent_large
            # It is copied while it is read; that counts if its content is new.
            if keeps_values:
                start = tensors.place_for(size)
                if start < 0 and 2 * size <= tensors.chunk_bytes:
                    store.staging.make_room(size)  # which may wait for the disk
                    start = tensors.place_for(size)
                if start >= 0:
                    chunk = store.staging._current
                    into = <uint8_t*>np.PyArray_DATA(<np.ndarray>chunk.data) + start
            if read_now(array, into, identity, &statistics) != 2:
                return None
            if not keeps_values and not private:
                # As `put`: what is there with its values is that.
                entry = recent.find(identity, AS_IT_IS)
                if entry is not None and <int64_t>entry[2] != plain:
                    entry = recent.find(identity, under_layout(plain))
            if entry is None:
                entry = recent.find(identity, variant)
            if keeps_values and entry is not None and <int64_t>entry[2] != layout:
                variant = under_layout(layout)
                same_bytes, entry = entry, recent.find(identity, variant)
            if entry is None:
                if same_bytes is not None and <int64_t>same_bytes[3] != self.unplaced:
                    segment = same_bytes[3]
                    offset = same_bytes[4]
                elif keeps_values:
                    if into != NULL:
                        chunk.filled = start + size
                        segment = chunk.segment
                        offset = chunk.base + start
                    else:
                        segment, offset = store.staging.stage(array, size)  # as may this
                    store.stored_bytes += size
                flags = flags_of(&statistics)
                memcpy(record.content, identity, 16)
                record.offset = <uint64_t>offset
                record.segment = <uint16_t>segment
                record.flags = <uint16_t>flags
                record.layout = <uint32_t>layout
                row = store._rows.append(&record, &statistics)
                content = PyBytes_FromStringAndSize(<char*>identity, 16)
                entry = (row, flags, layout, segment, offset, content)
                recent.remember(identity, variant, entry)
        finally:
            store._putting = False
            lock.give()
        return entry

    cdef LessLayouts less_by(self, keep):
        cdef LessLayouts less = layouts_for(self.store, keep, self.less)
        self.less = less
        return less


cdef int flags_of(const TensorStatistics* measured) noexcept:
    return (NAN if measured.nan else 0) | (INF if measured.pos_inf or measured.neg_inf else 0)
