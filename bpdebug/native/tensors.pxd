from libc.stdint cimport int64_t, uint8_t, uint64_t

from .layouts cimport LayoutTable, LessLayouts
from .recent_contents cimport RecentContents
from .store_fields cimport StoreFields


cdef enum:
    MOST_SMALL = 4096


cdef struct Small:
    # A copy of the bytes of a small array in C order, and their id.
    int64_t size
    uint8_t content[16]
    uint8_t data[MOST_SMALL]


cdef class Tensors:
    cdef StoreFields store
    cdef int64_t chunk_bytes
    cdef int64_t segment_bytes
    cdef LayoutTable layouts
    cdef LessLayouts less
    cdef dict all_less
    cdef list descriptions
    cdef int64_t place_for(self, int64_t size) noexcept
    cdef int64_t layout_of(self, array) except -2
    cdef bytes description_of(self, array)
    cdef bytes content_of(self, array)
    cdef LessLayouts less_of(self, keep)
    cdef object as_made(self, keep)
    cdef tuple entry_of(self, array)
    cdef tuple less_entry_of(self, array, keep)
    cdef uint64_t sample_row(self, array, int64_t count) except 0
    cdef tuple unkept_entry_of(self, array, LessLayouts less)
    cdef tuple keep_new(
        self, array, const Small* its, int64_t layout, RecentContents recent, tuple same_bytes
    )
