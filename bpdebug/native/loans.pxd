from libc.stdint cimport int64_t

from .buffers cimport TensorRows, TensorStatistics
from .kernels cimport Survey


cdef class Lent:
    cdef public object array
    cdef public object content
    cdef public object keep
    cdef public object lock
    cdef public int flags
    cdef public int64_t layout
    cdef public int64_t plain_layout
    cdef public int64_t row
    cdef public int64_t segment


cdef class LentArrays:
    cdef public object lock
    cdef public int64_t waiting_bytes
    cdef public int64_t most_waiting
    cdef dict known
    cdef Py_ssize_t sweep_at
    cdef tuple known_of(self, array)
    cdef tuple entry_of(self, array, keep)


cdef class Lender:
    cdef object store
    cdef LentArrays lent
    cdef object acquire
    cdef object release
    cdef object keep
    cdef bint keep_is_usual
    cdef bint keeps_values
    cdef int64_t unplaced
    cdef dict less_layouts
    cdef int look_at_keep(self, keep) except -1
    cdef tuple entry_of(self, array, keep)
    cpdef tuple lend(self, array, keep, look=*)
    cdef tuple read_now(self, array, keep, bint private)
    cdef tuple keep_now(self, array, keep, int64_t layout)
    cdef int make_room(self, int64_t size) except -1
    cdef tuple stage(self, array, int64_t size)
    cdef tuple lend_usual(self, array, keep)
    cdef bint all_are_new(self, Survey survey, list loans) except -1
    cdef int fill_in(
        self, TensorRows rows, Lent loan, const TensorStatistics* measured, int64_t segment, int64_t offset
    ) except -1
