from libc.stdint cimport int64_t, uint64_t

cdef enum:
    MOST_WORDS = 32


cdef struct Judged:
    void* code
    int64_t source


cdef struct Met:
    # A stack, by its code objects and instructions, and its site.
    uint64_t name
    int64_t site
    int used
    int64_t key[MOST_WORDS]


cdef class Sites:
    cdef object call_sites
    cdef dict known
    cdef int64_t generation
    cdef Judged* judged
    cdef Met* met
    cdef int64_t here(self) except -1
    cdef int64_t known_site(self, const int64_t* key, int used) except -1
    cdef int64_t source_of(self, void* code) except -2
    cdef int forget(self) except -1
