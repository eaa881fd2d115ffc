from libc.stdint cimport int64_t, uint8_t

from .buffers cimport TensorStatistics
from .layouts cimport LessLayouts
from .loans cimport LentArrays
from .recent_contents cimport RecentContents
from .store_fields cimport StoreFields


cdef class LargeArrays:
    cdef StoreFields store
    cdef LentArrays lent
    cdef int64_t unplaced
    cdef LessLayouts less_of(self, keep)
    cdef object content_of(self, array)
    cdef tuple entry_now(self, array, keep, bint private)
    cdef tuple keep_now(self, array, int64_t layout)
    cdef tuple less_now(self, array, LessLayouts less, int64_t layout, bint private)
    cdef tuple new_entry(
        self, const uint8_t* identity, const TensorStatistics* statistics, int64_t layout, int64_t segment,
        int64_t offset, RecentContents recent, int64_t variant
    )


cdef int flags_of(const TensorStatistics* measured) noexcept
