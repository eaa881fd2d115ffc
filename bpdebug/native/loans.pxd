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


cdef class LentArrays:
    cdef public object lock
    cdef public int64_t waiting_bytes
    cdef public int64_t most_waiting
    cdef dict known
    cdef Py_ssize_t sweep_at
    cdef tuple known_of(self, array)
    cdef tuple entry_of(self, array, keep)
