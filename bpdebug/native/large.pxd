from libc.stdint cimport int64_t

from .buffers cimport TensorStatistics
from .loans cimport LentArrays
from .store_fields cimport StoreFields
from .tensors cimport LessLayouts


cdef class LargeArrays:
    cdef StoreFields store
    cdef LentArrays lent
    cdef int64_t unplaced
    cdef LessLayouts less
    cdef LessLayouts less_by(self, keep)
    cdef object content_of(self, array)
    cdef tuple entry_now(self, array, keep, bint private)
    cdef tuple keep_now(self, array, LessLayouts less, int64_t layout, bint private)


cdef int flags_of(const TensorStatistics* measured) noexcept
