from libc.stdint cimport int64_t

from .buffers cimport TensorStatistics
from .loans cimport LentArrays
from .tensors cimport LessLayouts


cdef class LargeArrays:
    cdef object store
    cdef LentArrays lent
    cdef object keep
    cdef bint keep_is_usual
    cdef bint keeps_values
    cdef int64_t unplaced
    cdef LessLayouts less
    cdef int look_at_keep(self, keep) except -1
    cdef tuple entry_now(self, array, keep, bint private)
    cdef tuple keep_now(self, array, keep, int64_t layout)
    cdef int make_room(self, int64_t size) except -1


cdef int flags_of(const TensorStatistics* measured) noexcept
