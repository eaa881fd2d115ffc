# cython: boundscheck=False, wraparound=False
"""Keeps small arrays: the usual case of `log.tensor_store.TensorStore.put`, on that store's own data.

What isn't usual (another device, a dtype that is measured otherwise, values that aren't finite, a full buffer) is
left to `put`.
"""

cimport cython
cimport numpy as np
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from .buffers cimport TensorRecord, TensorStatistics
from .kernels cimport NOT_LOOKED_AT, SOME_INF, SOME_NAN, identify_at, measure_at, nonfinite
from .layouts cimport NO_LAYOUT, Layout, LayoutTable, Less, LessLayouts
from .mutex cimport Mutex
from .recent_contents cimport AS_IT_IS, RecentContents, under_layout
from .store_fields cimport ChunkFields, StoreFields

from dataclasses import replace

import msgspec

from ..log import staging
from ..log.glances import sample_of
from ..log.keep import FULL
from ..log.lent import SMALL_BYTES as _SMALL_BYTES
from ..log.schema import NOT_CAPTURED as _NOT_CAPTURED
from ..log.schema import TENSOR_ALIGNMENT, TensorFlag
from ..recorder.arrays import describe

np.import_array()

if _SMALL_BYTES > MOST_SMALL:
    raise ImportError("small arrays have more bytes here")

cdef int64_t PADDING = TENSOR_ALIGNMENT - 1
cdef uint16_t NOT_CAPTURED = _NOT_CAPTURED
cdef uint16_t NAN = int(TensorFlag.nan)
cdef uint16_t INF = int(TensorFlag.inf)
cdef int64_t UNPLACED = 0xFFFE
cdef Py_ssize_t MOST_LESS = 64


@cython.final
cdef class Tensors:
    """The usual way into a store.

    Args:
        store: a `TensorStore`.
    """

    def __cinit__(self, StoreFields store not None):
        self.layouts = LayoutTable()
        self.all_less = {}
        self.store = store
        self.chunk_bytes = staging.CHUNK_BYTES
        self.segment_bytes = staging.SEGMENT_BYTES
        self.descriptions = []

    cdef int64_t place_for(self, int64_t size) noexcept:
        """As `Chunk.next_place`, for so many bytes; -1 where they don't fit into the current buffer."""
        cdef ChunkFields chunk = self.store.staging._current
        cdef int64_t start = (chunk.filled + PADDING) & ~PADDING, end = start + size
        if end > self.chunk_bytes or chunk.base + end > self.segment_bytes:
            return -1
        memset(<char*>np.PyArray_DATA(<np.ndarray>chunk.data) + chunk.filled, 0, start - chunk.filled)
        return start

    cdef int64_t layout_of(self, array) except -2:
        """The layout of an exact NumPy array of the host; NO_LAYOUT where the store has none yet, or asking is dear."""
        cdef Layout* slot = self.layouts.slot_of(array)
        if slot == NULL or slot.number != NO_LAYOUT:
            return NO_LAYOUT if slot == NULL else slot.number
        found = self.store._layouts.get((array.dtype, array.shape, "cpu"))
        if found is None:
            return NO_LAYOUT
        self.layouts.fill(slot, array, found)
        return found

    cdef LessLayouts less_of(self, keep):
        """What a keep means for layouts.

        Hold it as long as it is needed: wherever Python code runs, another thread or a finalizer may come with another
        `keep`.
        """
        cdef LessLayouts less = self.less
        if less is not None and less.keep is keep:
            return less
        cdef PyObject* known = PyDict_GetItem(self.all_less, <size_t><PyObject*>keep)
        if known != NULL:
            less = <LessLayouts>known
        else:
            less = LessLayouts(self.store, keep, self.as_made(keep))
            if len(self.all_less) >= MOST_LESS:
                self.all_less.clear()
            self.all_less[<size_t><PyObject*>keep] = less  # which holds it, so that its address stays its own
        self.less = less
        return less

    cdef object as_made(self, keep):
        """What is kept of tensors that serve where `keep` is asked for: one object for all that are alike."""
        made = keep if keep.finite else replace(keep, finite=True)
        for less in list(self.all_less.values()):
            if (<LessLayouts>less).as_made == made:
                return (<LessLayouts>less).as_made
        return made

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

    def put(self, array, keep):
        """The entry of a small exact NumPy array of the host; None where it is left to `TensorStore`."""
        return self.entry_of(array) if keep is FULL else self.less_entry_of(array, keep)

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
        """As `entry_of`, where less is kept of a small array."""
        cdef LessLayouts less = self.less_of(keep)
        if less.values or np.PyArray_NBYTES(<np.ndarray>array) <= less.small_bytes:
            return self.entry_of(array)
        if not less.statistics:
            return self.unkept_entry_of(array, less)
        cdef Py_ssize_t size = np.PyArray_SIZE(<np.ndarray>array)
        if size <= less.sample:
            return self.entry_of(array) if size else None
        cdef TensorStatistics statistics
        cdef TensorRecord record
        cdef RecentContents recent = self.store._recent_small
        cdef Less known
        cdef Small its
        cdef int64_t layout = self.layout_of(array), row
        cdef tuple entry
        if layout == NO_LAYOUT:
            return None
        look_at(array, &its)
        entry = recent.find(its.content, AS_IT_IS)
        if entry is not None and <int64_t>entry[2] != layout:
            entry = recent.find(its.content, under_layout(layout))
        if entry is not None:
            return entry  # what is there with its values is that
        less.of(array, layout, &known)
        entry = recent.find(its.content, known.variant)
        if entry is not None:
            return entry
        if not measured(array, &its, &statistics):
            return None
        memcpy(record.content, its.content, 16)
        record.offset = self.sample_row(array, less.sample) if less.sample else 0
        record.segment = NOT_CAPTURED
        record.flags = 0
        record.layout = <uint32_t>known.layout
        row = self.store._rows.append(&record, &statistics)
        content = PyBytes_FromStringAndSize(<char*>its.content, 16)
        entry = (row, 0, known.layout, NOT_CAPTURED, 0, content)
        recent.remember(its.content, known.variant, entry)
        return entry

    cdef uint64_t sample_row(self, array, int64_t count) except 0:
        """One more than the row of a sample of so many values, as `TensorStore` keeps it."""
        sample = sample_of(array, count)
        cdef tuple entry = None
        if np.PyArray_NBYTES(<np.ndarray>sample) <= MOST_SMALL:
            entry = self.entry_of(sample)
        return 1 + <uint64_t>(self.store.put(sample) if entry is None else entry)[0]

    cdef tuple unkept_entry_of(self, array, LessLayouts less):
        """The entry of an array, an exact NumPy array of the host, of which nothing is kept; None for `put`."""
        cdef TensorStatistics statistics
        cdef TensorRecord record
        cdef Small its
        cdef RecentContents recent = self.store._recent_small
        cdef bint is_small = np.PyArray_NBYTES(<np.ndarray>array) <= MOST_SMALL
        cdef int flags = 0
        cdef int64_t layout = less.unkept_of(array), variant = 0
        cdef tuple entry
        if layout == NO_LAYOUT:
            return None
        if is_small:
            look_at(array, &its)
            variant = less.unkept_variant(layout)
            entry = recent.find(its.content, variant)
            if entry is not None:
                return entry
        if less.finite:
            flags = nonfinite(array, its.data if is_small else NULL)
            if flags == NOT_LOOKED_AT:
                return None
        memset(&record, 0, sizeof(record))
        memset(&statistics, 0, sizeof(statistics))
        record.segment = NOT_CAPTURED
        record.flags = <uint16_t>(NAN if flags & SOME_NAN else 0) | <uint16_t>(INF if flags & SOME_INF else 0)
        record.layout = <uint32_t>layout
        cdef int64_t row = self.store._rows.append(&record, &statistics)
        entry = (row, record.flags, layout, NOT_CAPTURED, 0, b"")
        if is_small:
            recent.remember(its.content, variant, entry)
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
