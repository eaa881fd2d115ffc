from libc.stdint cimport int64_t

from .store_fields cimport StoreFields


cdef enum:
    NO_LAYOUT = -1


cdef struct Layout:
    void* dtype
    int ndim
    Py_ssize_t shape[4]
    int64_t number


cdef class LayoutTable:
    cdef Layout* slots
    cdef list held
    cdef Layout* slot_of(self, array) noexcept
    cdef int fill(self, Layout* slot, array, int64_t number) except -1


cdef struct Less:
    # Of a layout: the layout that says what is missing, or NO_LAYOUT, and the variant of contents under it.
    int64_t layout
    int64_t variant


cdef class LessLayouts:
    cdef StoreFields store
    cdef object keep
    cdef object as_made
    cdef bint values
    cdef bint statistics
    cdef bint finite
    cdef int64_t sample
    cdef int64_t small_bytes
    cdef Less* known
    cdef int64_t room
    cdef LayoutTable unkept
    cdef int of(self, array, int64_t layout, Less* found) except -1
    cdef Less* place_of(self, int64_t layout) except NULL
    cdef int64_t unkept_of(self, array) except -2
    cdef int64_t unkept_variant(self, int64_t layout) except -1
