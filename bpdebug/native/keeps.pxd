from libc.stdint cimport int64_t

from .fields cimport CapturingFields, ProgressFields


cdef class KnownKeep:
    cdef object keep
    cdef object keep_read
    cdef bint all
    cdef bint all_small


cdef struct Header:
    void* known
    int64_t phase
    int64_t scope
    int64_t label


cdef class Keeps:
    cdef object recorder
    cdef CapturingFields capturing
    cdef ProgressFields progress
    cdef KnownKeep full
    cdef dict known
    cdef Header* headers
    cdef bint selective
    cdef int64_t end
    cdef int64_t changes
    cdef KnownKeep of(self, int64_t phase, int64_t scope, int64_t label)
    cdef KnownKeep ask(self, int64_t phase, int64_t scope, int64_t label)
    cdef Header* header_of(self, int64_t phase, int64_t scope, int64_t label) noexcept
    cdef KnownKeep known_keep(self, keep)
