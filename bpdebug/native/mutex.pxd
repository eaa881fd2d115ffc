from .locks cimport PyThread_type_lock


cdef extern from "pythread.h":
    unsigned long PyThread_get_thread_ident() nogil


cdef class Mutex:
    cdef unsigned long owner
    cdef int count
    cdef int waiting
    cdef bint held
    cdef PyThread_type_lock lock
    cdef int wait(self, unsigned long thread) except -1

    cdef inline int take(self) except -1:
        """Wait until it is the calling thread's."""
        cdef unsigned long thread = PyThread_get_thread_ident()
        if self.count == 0:
            if self.waiting == 0:
                self.owner = thread
                self.count = 1
                return 0
        elif self.owner == thread:
            self.count += 1
            return 0
        self.wait(thread)
        return 0

    cdef int give(self) except -1
