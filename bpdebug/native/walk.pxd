from libc.stdint cimport int64_t

from .forward cimport ForwardEvents
from .state cimport ThreadState


cdef class WalkEvents(ForwardEvents):
    cdef dict reasons
    cdef dict names
    cdef bint backward(self, event) except -1
    cdef bytes reason(self, function, Py_ssize_t place, x, ThreadState thread)
    cdef int add_changed(self, list changed, str letter, Py_ssize_t place, array, list contents) except -1
    cdef bint accumulated(self, event) except -1
    cdef bint started(self, event) except -1
    cdef int report(self, ThreadState thread, root, array, int64_t site) except -1
    cdef bint finished(self, event) except -1
    cdef bint cleared(self, event) except -1
