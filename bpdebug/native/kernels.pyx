"""Loops over the memory of arrays."""

cimport cython
from libc.math cimport INFINITY, isfinite


cdef extern from *:
    """
    #define FINITE_RUN 4096
    """
    enum: FINITE_RUN


def all_finite(const float[::1] values) -> bool:
    """Whether every element is finite."""
    cdef Py_ssize_t i, size = values.shape[0]
    cdef float total = 0
    with nogil:
        for i in range(size):
            total += values[i] * 0
    return total == 0
