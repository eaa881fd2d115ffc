# cython: boundscheck=False, wraparound=False
"""Layouts of exact NumPy arrays of the host, where `log.contents` was asked for them before."""

cimport cython
cimport numpy as np
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free, realloc

from .store_fields cimport StoreFields

np.import_array()

cdef int SLOTS = 1 << 10
cdef int MOST_PROBES = 4
cdef int MOST_AXES = 4


@cython.final
cdef class LayoutTable:
    """Numbers of layouts by dtype and shape."""

    def __cinit__(self):
        self.slots = <Layout*>calloc(SLOTS, sizeof(Layout))
        if self.slots == NULL:
            raise MemoryError()
        self.held = []

    def __dealloc__(self):
        free(self.slots)

    cdef Layout* slot_of(self, array) noexcept:
        """Where the layout of an array is, or goes: its number is NO_LAYOUT then. NULL: there is no place for it."""
        cdef np.ndarray its = <np.ndarray>array
        cdef int ndim = np.PyArray_NDIM(its)
        cdef void* dtype = <void*>np.PyArray_DESCR(its)
        cdef np.npy_intp* shape = np.PyArray_DIMS(its)
        cdef uint64_t at = <uint64_t>dtype >> 4
        cdef int i
        if ndim > MOST_AXES:
            return NULL
        for i in range(ndim):
            at = (at ^ <uint64_t>shape[i]) * <uint64_t>0x9E3779B97F4A7C15
        cdef Layout* slot
        cdef int probe
        at ^= (at >> 32) ^ <uint64_t>ndim
        for probe in range(MOST_PROBES):
            slot = &self.slots[(at + <uint64_t>probe) & <uint64_t>(SLOTS - 1)]
            if slot.dtype == dtype and slot.ndim == ndim:
                for i in range(ndim):
                    if slot.shape[i] != shape[i]:
                        break
                else:
                    return slot
            elif slot.dtype == NULL:
                break
        slot.dtype = NULL  # another one has to go for it
        slot.number = NO_LAYOUT
        return slot

    cdef int fill(self, Layout* slot, array, int64_t number) except -1:
        """Remember the layout of an array; `slot` is what `slot_of` gave for it."""
        cdef np.ndarray its = <np.ndarray>array
        cdef int i
        if len(self.held) > SLOTS:  # dtypes without end
            return 0
        self.held.append(array.dtype)  # so that its address stays its own
        slot.dtype = <void*>np.PyArray_DESCR(its)
        slot.ndim = np.PyArray_NDIM(its)
        for i in range(slot.ndim):
            slot.shape[i] = np.PyArray_DIMS(its)[i]
        slot.number = number
        return 0


@cython.final
cdef class LessLayouts:
    """Layouts that say what is missing, where not all is kept.

    Args:
        store: a `TensorStore`.
        keep: what is kept, and why not more.
        as_made: the same of tensors that were looked at when they were made.
    """

    def __init__(self, StoreFields store not None, keep, as_made):
        self.store = store
        self.keep = keep
        self.as_made = as_made
        self.values = keep.values
        self.statistics = keep.statistics
        self.finite = keep.finite
        self.sample = keep.sample
        self.small_bytes = keep.small_bytes
        self.unkept = LayoutTable()

    def __dealloc__(self):
        free(self.known)

    cdef int of(self, array, int64_t layout, Less* found) except -1:
        """For an array whose layout, had all been kept, is `layout`."""
        cdef Less* known = self.place_of(layout)
        if known.layout == NO_LAYOUT:
            number = self.store.layout_of(array, "cpu", self.keep.why)
            variant = self.store._variants.of_less(layout, self.keep)
            known = self.place_of(layout)
            known.layout, known.variant = number, variant
        found[0] = known[0]
        return 0

    cdef Less* place_of(self, int64_t layout) except NULL:
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
        return &self.known[layout]

    cdef int64_t unkept_variant(self, int64_t layout) except -1:
        """The variant of contents of which nothing is kept, under a layout that says so."""
        cdef Less* known = self.place_of(layout)
        if known.layout == NO_LAYOUT:
            variant = self.store._variants.of_less(layout, self.keep)
            known = self.place_of(layout)
            known.layout, known.variant = layout, variant
        return known.variant

    cdef int64_t unkept_of(self, array) except -2:
        """For an array of which nothing is kept; NO_LAYOUT where the store has none yet, or asking is dear."""
        cdef Layout* slot = self.unkept.slot_of(array)
        if slot == NULL or slot.number != NO_LAYOUT:
            return NO_LAYOUT if slot == NULL else slot.number
        found = self.store._unkept.get((array.dtype, array.shape, "cpu", self.keep.why))
        if found is None:
            return NO_LAYOUT
        self.unkept.fill(slot, array, found[0])
        return found[0]
