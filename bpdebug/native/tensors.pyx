# cython: boundscheck=False, wraparound=False
"""Keeps small arrays: the usual case of `log.tensor_store.TensorStore.put`, on that store's own data.

What isn't usual (another device, a dtype that is measured otherwise, values that aren't finite, a full buffer) is
left to `put`.
"""

cimport cython
cimport numpy as np
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy, memset

from .buffers cimport TensorRecord, TensorStatistics
from .kernels cimport identify_at, measure_at
from .mutex cimport Mutex
from .recent_contents cimport AS_IT_IS, RecentContents, under_layout
from .store_fields cimport ChunkFields, StoreFields

import msgspec

from ..log.lent import SMALL_BYTES as _SMALL_BYTES
from ..log import staging
from ..log.schema import NOT_CAPTURED as _NOT_CAPTURED
from ..log.schema import TENSOR_ALIGNMENT
from ..recorder.arrays import describe

np.import_array()

if _SMALL_BYTES > MOST_SMALL:
    raise ImportError("small arrays have more bytes here")

cdef int64_t PADDING = TENSOR_ALIGNMENT - 1
cdef uint16_t NOT_CAPTURED = _NOT_CAPTURED
cdef int64_t UNPLACED = 0xFFFE
cdef int LAYOUTS = 1 << 10
cdef int MOST_PROBES = 4
cdef int MOST_AXES = 4
cdef int64_t NO_LAYOUT = -1


@cython.final
cdef class Tensors:
    """The usual way into a store.

    Args:
        store: a `TensorStore`.
    """

    def __cinit__(self, StoreFields store not None):
        self.layouts = <Layout*>calloc(LAYOUTS, sizeof(Layout))
        if self.layouts == NULL:
            raise MemoryError()
        self.store = store
        self.chunk_bytes = staging.CHUNK_BYTES
        self.segment_bytes = staging.SEGMENT_BYTES
        self.held = []
        self.descriptions = []

    def __dealloc__(self):
        free(self.layouts)

    cdef int64_t place_for(self, int64_t size) noexcept:
        """Where so many bytes begin in the current buffer, behind what is there; -1 where they don't fit."""
        cdef ChunkFields chunk = self.store.staging._current
        cdef int64_t start = (chunk.filled + PADDING) & ~PADDING, end = start + size
        return start if end <= self.chunk_bytes and chunk.base + end <= self.segment_bytes else -1

    cdef int64_t layout_of(self, array) except -2:
        """The layout of an exact NumPy array of the host; -1 where the store has none yet, or asking is dear."""
        cdef np.ndarray its = <np.ndarray>array
        cdef int ndim = np.PyArray_NDIM(its)
        cdef void* dtype = <void*>np.PyArray_DESCR(its)
        cdef np.npy_intp* shape = np.PyArray_DIMS(its)
        cdef uint64_t at = <uint64_t>dtype >> 4
        cdef int i
        if ndim > MOST_AXES:
            return -1
        for i in range(ndim):
            at = (at ^ <uint64_t>shape[i]) * <uint64_t>0x9E3779B97F4A7C15
        cdef Layout* layout
        cdef int probe
        at ^= (at >> 32) ^ <uint64_t>ndim
        for probe in range(MOST_PROBES):
            layout = &self.layouts[(at + <uint64_t>probe) & <uint64_t>(LAYOUTS - 1)]
            if layout.dtype == dtype and layout.ndim == ndim:
                for i in range(ndim):
                    if layout.shape[i] != shape[i]:
                        break
                else:
                    return layout.number
            elif layout.dtype == NULL:
                break
        found = self.store._layouts.get((array.dtype, array.shape, "cpu"))
        if found is None:
            return -1
        if len(self.held) > LAYOUTS:  # dtypes without end
            return found
        self.held.append(array.dtype)  # so that its address stays its own
        layout.dtype = dtype
        layout.ndim = ndim
        for i in range(ndim):
            layout.shape[i] = shape[i]
        layout.number = found
        return layout.number

    cdef bytes description_of(self, array):
        """What `describe` says of an exact NumPy array of the host, as JSON."""
        cdef int64_t layout = self.layout_of(array)
        if layout < 0 or layout > 1 << 16:
            return msgspec.json.encode(describe(array))
        while len(self.descriptions) <= layout:
            self.descriptions.append(None)
        found = self.descriptions[layout]
        if found is None:
            found = self.descriptions[layout] = msgspec.json.encode(describe(array))
        return found

    cdef bytes content_of(self, array):
        """The content id of a small exact NumPy array."""
        cdef Small its
        look_at(array, &its)
        return PyBytes_FromStringAndSize(<char*>its.content, 16)

    def put(self, array):
        """As `entry_of`, for an exact NumPy array of the host that is small."""
        return self.entry_of(array)

    cdef tuple entry_of(self, array):
        """The entry of a small array, an exact NumPy array of the host, all of which is kept; None for `put`."""
        cdef int64_t layout = self.layout_of(array)
        cdef RecentContents recent = self.store._recent_small
        cdef tuple entry, other
        cdef Small its
        if layout < 0:
            return None
        look_at(array, &its)
        entry = recent.find(its.content, AS_IT_IS)
        if entry is None or <int64_t>entry[2] == layout:
            return self.keep_new(array, &its, layout, recent, None) if entry is None else entry
        # The same bytes under another shape or dtype: another tensor, but nothing to store.
        other = recent.find(its.content, under_layout(layout))
        return self.keep_new(array, &its, layout, recent, entry) if other is None else other

    cdef tuple less_entry_of(self, array, keep):
        """As `entry_of`, where only statistics are kept of a small array; None for others."""
        cdef TensorStatistics statistics
        cdef TensorRecord record
        cdef RecentContents recent = self.store._recent_small
        cdef Less known
        cdef Small its
        cdef int64_t row
        cdef tuple entry
        cdef LessLayouts less = layouts_for(self.store, keep, self.less)
        self.less = less
        cdef int64_t layout = self.layout_of(array)
        if not less.is_usual or less.values or layout < 0 or np.PyArray_SIZE(<np.ndarray>array) == 0:
            return None
        look_at(array, &its)
        # A content that is there with its values, or the same bytes under another shape.
        if recent.find(its.content, AS_IT_IS) is not None:
            return None
        less.of(array, layout, &known)
        entry = recent.find(its.content, known.variant)
        if entry is not None:
            return entry
        if not measured(array, &its, &statistics):
            return None
        memcpy(record.content, its.content, 16)
        record.offset = 0
        record.segment = NOT_CAPTURED
        record.flags = 0
        record.layout = <uint32_t>known.layout
        row = self.store._rows.append(&record, &statistics)
        content = PyBytes_FromStringAndSize(<char*>its.content, 16)
        entry = (row, 0, known.layout, NOT_CAPTURED, 0, content)
        recent.remember(its.content, known.variant, entry)
        return entry

    cdef tuple keep_new(
        self, array, const Small* its, int64_t layout, RecentContents recent, tuple same_bytes
    ):
        """A new row; its bytes are those of the entry `same_bytes`, if given."""
        cdef TensorStatistics statistics
        cdef TensorRecord record
        cdef int64_t size = its.size, start, offset, segment, row
        cdef StoreFields store = self.store
        cdef ChunkFields chunk
        if not measured(array, its, &statistics):
            return None
        if same_bytes is not None and <int64_t>same_bytes[3] >= UNPLACED:
            return None
        cdef Mutex lock = store._put_lock
        lock.take()
        try:
            if store._closed or store._putting:
                return None
            # From here to the row nothing runs but this: no other op, and no garbage collection.
            if same_bytes is None:
                start = self.place_for(size)
                if start < 0:
                    return None
                chunk = store.staging._current
                segment = chunk.segment
                offset = chunk.base + start
                memcpy(<char*>np.PyArray_DATA(<np.ndarray>chunk.data) + start, its.data, size)
                chunk.filled = start + size
                store.stored_bytes += size
            else:
                segment = same_bytes[3]
                offset = same_bytes[4]
            memcpy(record.content, its.content, 16)
            record.offset = <uint64_t>offset
            record.segment = <uint16_t>segment
            record.flags = 0
            record.layout = <uint32_t>layout
            row = store._rows.append(&record, &statistics)
        finally:
            lock.give()
        content = PyBytes_FromStringAndSize(<char*>its.content, 16)
        cdef tuple entry = (row, 0, layout, segment, offset, content)
        recent.remember(its.content, AS_IT_IS if same_bytes is None else under_layout(layout), entry)
        return entry


@cython.final
cdef class LessLayouts:
    """Layouts that say that not all is kept, by the layouts that say nothing.

    Hold it as long as it is needed: wherever Python code runs, another thread or a finalizer may come with another
    `keep`, for which there is another one then.

    Args:
        store: a `TensorStore`.
        keep: what is kept, and why not more.
    """

    def __init__(self, StoreFields store not None, keep):
        self.store = store
        self.keep = keep
        self.is_usual = keep.statistics and not keep.small_bytes and not keep.sample
        self.values = keep.values

    def __dealloc__(self):
        free(self.known)

    cdef int of(self, array, int64_t layout, Less* found) except -1:
        """For an array of this layout."""
        cdef int64_t i, room
        cdef Less* known
        if layout >= self.room:
            room = max(64, 2 * layout)
            known = <Less*>realloc(self.known, room * sizeof(Less))
            if known == NULL:
                raise MemoryError()
            for i in range(self.room, room):
                known[i].layout = NO_LAYOUT
            self.known, self.room = known, room
        known = &self.known[layout]
        if known.layout == NO_LAYOUT:
            number = self.store.layout_of(array, "cpu", self.keep.why)
            variant = self.store._variants.of_less(layout, self.keep)
            known = &self.known[layout]
            known.layout, known.variant = number, variant
        found[0] = known[0]
        return 0


cdef LessLayouts layouts_for(StoreFields store, keep, LessLayouts latest):
    """Those of `keep`: the latest ones, if they are."""
    return latest if latest is not None and latest.keep is keep else LessLayouts(store, keep)


cdef int look_at(array, Small* found) except -1:
    """Copy a small exact NumPy array, so that what is said of it stays right, and identify it."""
    cdef np.ndarray its = <np.ndarray>array
    cdef bytes data
    found.size = np.PyArray_NBYTES(its)
    if found.size > MOST_SMALL:
        raise ValueError(f"{found.size} bytes aren't small")
    if np.PyArray_IS_C_CONTIGUOUS(its):
        memcpy(found.data, np.PyArray_DATA(its), found.size)
    else:
        data = array.tobytes()
        memcpy(found.data, PyBytes_AS_STRING(data), found.size)
    identify_at(found.data, found.size, found.content)
    return 0


cdef bint measured(array, const Small* its, TensorStatistics* found) noexcept:
    """Whether an array is of a kind that can be measured here, and finite; its statistics."""
    if its.size == 0:
        memset(found, 0, sizeof(TensorStatistics))
        return True
    return measure_at(array, its.data, found) and not (found.nan or found.pos_inf or found.neg_inf)
