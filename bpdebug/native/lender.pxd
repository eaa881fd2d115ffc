from libc.stdint cimport int64_t

from .buffers cimport TensorRows, TensorStatistics
from .kernels cimport Survey
from .large cimport LargeArrays
from .loans cimport Lent


cdef class Lender(LargeArrays):
    cdef object acquire
    cdef object release
    cpdef tuple lend(self, array, keep, look=*)
    cdef tuple lend_usual(self, array, keep)
    cdef bint all_are_new(self, Survey survey, list loans) except -1
    cdef int fill_in(
        self, TensorRows rows, Lent loan, const TensorStatistics* measured, int64_t segment, int64_t offset
    ) except -1
