from cpython.object cimport PyObject
from libc.stdint cimport int64_t


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


cdef struct KnownArray:
    # An array, which isn't held: only its address; NULL where the slot is free. The rest is held.
    PyObject* array
    PyObject* reference
    PyObject* keep
    PyObject* entry


cdef struct KnownArrays:
    # A table with open addressing.
    KnownArray* slots
    Py_ssize_t room
    Py_ssize_t used


cdef class LentArrays:
    cdef public object lock
    cdef public int64_t waiting_bytes
    cdef public int64_t most_waiting
    cdef KnownArrays known
    cdef KnownArray* known_slot(self, array) noexcept
    cdef tuple known_of(self, array)
    cdef tuple entry_of(self, array, keep)
    cpdef bint fits(self, array) except -1
    cpdef int set(self, array, keep, tuple entry) except -1
    cdef int sweep(self) except -1
    cpdef take_back(self, array)
