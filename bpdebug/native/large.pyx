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
from .layouts cimport NO_LAYOUT, Less, LessLayouts
from .mutex cimport Mutex
from .recent_contents cimport AS_IT_IS, RecentContents, under_layout
from .store_fields cimport ChunkFields, StoreFields
from .tensors cimport Tensors

from ..log.keep import FULL
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
        if known is not None and known[5] != b"":  # of what is not kept nobody knows the content
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
        cdef LessLayouts less = self.less_of(keep)
        as_made = less.as_made
        entry = self.lent.entry_of(array, as_made)
        if entry is not None:
            return entry
        if not np.PyArray_CheckExact(array):
            return None
        cdef Tensors tensors = <Tensors>self.store.usual
        cdef int64_t size = np.PyArray_NBYTES(<np.ndarray>array), layout
        if size <= less.small_bytes:
            less = self.less_of(FULL)
        if not less.statistics:
            entry = tensors.unkept_entry_of(array, less)
        elif size > <int64_t>direct_bytes:
            return None
        else:
            layout = tensors.layout_of(array)
            if layout == NO_LAYOUT:
                if array.dtype.kind not in "biufc":
                    return None
                layout = self.store.layout_of(array, "cpu", "")
            if less.values:
                entry = self.keep_now(array, layout)
            else:
                entry = self.less_now(array, less, layout, private)
        if entry is not None and private and np.PyArray_BASE(<np.ndarray>array) == NULL:
            self.lent.set(array, as_made, entry)
        return entry

    cdef tuple keep_now(self, array, int64_t layout):
        """Read an array, and give it a new row, and its bytes a place, if its content is new."""
        cdef TensorStatistics statistics
        cdef uint8_t identity[16]
        cdef uint8_t* into = NULL
        cdef int64_t size = np.PyArray_NBYTES(<np.ndarray>array), start, offset, segment, variant = AS_IT_IS
        cdef tuple entry, same_bytes = None
        cdef StoreFields store = self.store
        cdef Tensors tensors = <Tensors>store.usual
        cdef RecentContents recent
        cdef ChunkFields chunk = None
        cdef Mutex lock = store._put_lock
        lock.take()
        if store._closed or store._putting:
            lock.give()
            return None
        # A finalizer may run an op in the midst of this, on this very thread: that one must not come here.
        store._putting = True
        try:
            # It is copied while it is read; that counts if its content is new.
            start = tensors.place_for(size)
            if start < 0 and 2 * size <= tensors.chunk_bytes:
                store.staging.make_room(size)  # which may wait for the disk
                start = tensors.place_for(size)
            if start >= 0:
                chunk = store.staging._current
                into = <uint8_t*>np.PyArray_DATA(<np.ndarray>chunk.data) + start
            if read_now(array, into, identity, &statistics) != 2:
                return None
            recent = store._recent_large
            entry = recent.find(identity, AS_IT_IS)
            if entry is not None and <int64_t>entry[2] != layout:
                variant = under_layout(layout)
                same_bytes, entry = entry, recent.find(identity, variant)
            if entry is not None:
                return entry
            if same_bytes is not None and <int64_t>same_bytes[3] != self.unplaced:
                segment = same_bytes[3]
                offset = same_bytes[4]
            else:
                if into != NULL:
                    chunk.filled = start + size
                    segment = chunk.segment
                    offset = chunk.base + start
                else:
                    segment, offset = store.staging.stage(array, size)  # as may this
                store.stored_bytes += size
            return self.new_entry(identity, &statistics, layout, segment, offset, recent, variant)
        finally:
            store._putting = False
            lock.give()

    cdef tuple less_now(self, array, LessLayouts less, int64_t layout, bint private):
        """Read an array of which statistics are kept, and give it a new row if its content is new."""
        cdef TensorStatistics statistics
        cdef uint8_t identity[16]
        cdef int64_t sample = 0
        cdef tuple entry = None
        cdef StoreFields store = self.store
        cdef Less its
        less.of(array, layout, &its)
        cdef RecentContents recent = store._recent_large
        if store._closed or read_now(array, NULL, identity, &statistics) != 2:
            return None
        if not private or less.sample:
            # As `put`: what is there with its values is that.
            entry = recent.find(identity, AS_IT_IS)
            if entry is not None and <int64_t>entry[2] != layout:
                entry = recent.find(identity, under_layout(layout))
        if entry is None:
            entry = recent.find(identity, its.variant)
        if entry is not None:
            return entry
        if less.sample:
            sample = <int64_t>(<Tensors>store.usual).sample_row(array, less.sample)
        return self.new_entry(identity, &statistics, its.layout, NOT_CAPTURED, sample, recent, its.variant)

    cdef tuple new_entry(
        self, const uint8_t* identity, const TensorStatistics* statistics, int64_t layout, int64_t segment,
        int64_t offset, RecentContents recent, int64_t variant
    ):
        """Give a content its row."""
        cdef TensorRecord record
        cdef TensorStatistics measured = statistics[0]
        cdef int flags = flags_of(statistics)
        memcpy(record.content, identity, 16)
        record.offset = <uint64_t>offset
        record.segment = <uint16_t>segment
        record.flags = <uint16_t>flags
        record.layout = <uint32_t>layout
        cdef int64_t row = self.store._rows.append(&record, &measured)
        content = PyBytes_FromStringAndSize(<char*>identity, 16)
        # Of what is not kept the offset is that of a sample.
        cdef tuple entry = (row, flags, layout, segment, 0 if segment == NOT_CAPTURED else offset, content)
        recent.remember(identity, variant, entry)
        return entry

    cdef LessLayouts less_of(self, keep):
        return (<Tensors>self.store.usual).less_of(keep)


cdef int flags_of(const TensorStatistics* measured) noexcept:
    return (NAN if measured.nan else 0) | (INF if measured.pos_inf or measured.neg_inf else 0)
