from libc.stdint cimport int64_t

from .buffers cimport TensorStatistics
from .loans cimport LentArrays
from .tensors cimport LessLayouts


cdef class LargeArrays:
    cdef object store
    cdef LentArrays lent
    cdef int64_t unplaced
    cdef LessLayouts less
    cdef LessLayouts less_by(self, keep)
    cdef tuple entry_now(self, array, keep, bint private)
    cdef tuple keep_now(self, array, LessLayouts less, int64_t layout, bint private)
    cdef int make_room(self, int64_t size) except -1


cdef int flags_of(const TensorStatistics* measured) noexcept
