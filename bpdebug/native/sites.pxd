from libc.stdint cimport int64_t


cdef struct Judged:
    void* code
    int64_t source


cdef class Sites:
    cdef object call_sites
    cdef dict known
    cdef int64_t generation
    cdef Judged* judged
    cdef int64_t here(self) except -1
    cdef int64_t source_of(self, void* code) except -2
    cdef int forget(self) except -1
