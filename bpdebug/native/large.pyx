# cython: boundscheck=False, wraparound=False
"""Keeps arrays that aren't small, where they are made: identified, measured and copied in one pass.

Part of the usual case of `put` and `lend` of `log.tensor_store`, on that store's own data.
"""

cimport numpy as np
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

from .buffers cimport TensorRecord, TensorRows, TensorStatistics
from .kernels cimport read_now
from .recent_contents cimport AS_IT_IS, RecentContents, under_layout
from .tensors cimport Less, LessLayouts, Tensors, layouts_for

from ..log.schema import NOT_CAPTURED as _NOT_CAPTURED
from ..log.schema import TENSOR_ALIGNMENT, TensorFlag

np.import_array()

cdef int64_t NOT_CAPTURED = _NOT_CAPTURED
cdef int64_t PADDING = TENSOR_ALIGNMENT - 1
cdef int NAN = int(TensorFlag.nan)
cdef int INF = int(TensorFlag.inf)

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

    cdef tuple entry_now(self, array, keep, bint private):
        """The entry of an array that is known, or is small enough to be read at once; None for others.

        Args:
            private: nobody writes into it until `take_back` is called for it.
        """
        cdef tuple known = self.lent.known_of(array), entry
        if known is not None:
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
        cdef int64_t size = np.PyArray_NBYTES(<np.ndarray>array), start = 0, offset = 0, segment = NOT_CAPTURED
        cdef int flags
        cdef int64_t variant = AS_IT_IS, plain = layout
        cdef tuple entry = None, same_bytes = None
        cdef Tensors tensors
        cdef RecentContents recent
        cdef Less its
        cdef bint keeps_values = less.values
        store = self.store
        tensors = store.usual
        recent = store._recent_large
        if not keeps_values:
            less.of(array, layout, &its)
            variant = its.variant
            layout = its.layout
        tensors.acquire()
        if store._closed or store._putting:
            tensors.release()
            return None
        # A finalizer may run an op in the midst of this, on this very thread: that one must not come here.
        store._putting = True
        try:
            # It is copied while it is read; that counts if its content is new.
            chunk = None
            if keeps_values:
                if 2 * size <= tensors.chunk_bytes:
                    self.make_room(size)
                chunk = store.staging._current
                start = (<int64_t>chunk.filled + PADDING) & ~PADDING
                if start + size <= tensors.chunk_bytes and <int64_t>chunk.base + start + size <= tensors.segment_bytes:
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
                        offset = <int64_t>chunk.base + start
                    else:
                        segment, offset = store.staging.stage(array, size)  # which may wait for the disk
                    store.stored_bytes += size
                flags = flags_of(&statistics)
                memcpy(record.content, identity, 16)
                record.offset = <uint64_t>offset
                record.segment = <uint16_t>segment
                record.flags = <uint16_t>flags
                record.layout = <uint32_t>layout
                row = (<TensorRows>store._rows).append(&record, &statistics)
                content = PyBytes_FromStringAndSize(<char*>identity, 16)
                entry = (row, flags, layout, segment, offset, content)
                recent.remember(identity, variant, entry)
        finally:
            store._putting = False
            tensors.release()
        return entry

    cdef int make_room(self, int64_t size) except -1:
        """Let an array fit into the buffer. This may wait for the disk."""
        cdef Tensors tensors = self.store.usual
        store = self.store
        chunk = store.staging._current
        cdef int64_t start = (<int64_t>chunk.filled + PADDING) & ~PADDING
        if start + size > tensors.chunk_bytes or <int64_t>chunk.base + start + size > tensors.segment_bytes:
            store.staging.make_room(size)
        return 0

    cdef LessLayouts less_by(self, keep):
        cdef LessLayouts less = layouts_for(self.store, keep, self.less)
        self.less = less
        return less


cdef int flags_of(const TensorStatistics* measured) noexcept:
    return (NAN if measured.nan else 0) | (INF if measured.pos_inf or measured.neg_inf else 0)
