from libc.stdint cimport int64_t, uint8_t

from .recent_contents cimport RecentContents
from .store_fields cimport StoreFields


cdef struct Layout:
    void* dtype
    int ndim
    Py_ssize_t shape[4]
    int64_t number


cdef enum:
    MOST_SMALL = 4096


cdef struct Small:
    # A copy of the bytes of a small array in C order, and their id.
    int64_t size
    uint8_t content[16]
    uint8_t data[MOST_SMALL]


cdef struct Less:
    # Of a layout: the layout that says what is missing, or NO_LAYOUT, and the variant of contents under it.
    int64_t layout
    int64_t variant


cdef class LessLayouts:
    cdef StoreFields store
    cdef object keep
    cdef bint is_usual
    cdef bint values
    cdef Less* known
    cdef int64_t room
    cdef int of(self, array, int64_t layout, Less* found) except -1


cdef LessLayouts layouts_for(StoreFields store, keep, LessLayouts latest)


cdef class Tensors:
    cdef StoreFields store
    cdef object held
    cdef int64_t chunk_bytes
    cdef int64_t segment_bytes
    cdef Layout* layouts
    cdef list descriptions
    cdef int64_t place_for(self, int64_t size) noexcept
    cdef int64_t layout_of(self, array) except -2
    cdef bytes description_of(self, array)
    cdef bytes content_of(self, array)
    cdef LessLayouts less
    cdef tuple entry_of(self, array)
    cdef tuple less_entry_of(self, array, keep)
    cdef tuple keep_new(
        self, array, const Small* its, int64_t layout, RecentContents recent, tuple same_bytes
    )
