from .locks cimport PyThread_type_lock


cdef class Turns:
    cdef PyThread_type_lock woken
    cdef PyThread_type_lock bell
    cdef PyThread_type_lock back
    cdef bint rung
    cdef bint offered
    cdef int rounds_without
    cdef volatile int resting
    cdef int stay(self, double seconds) noexcept nogil
    cdef int give_back(self) except -1
