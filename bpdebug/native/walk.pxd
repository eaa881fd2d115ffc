from libc.stdint cimport int64_t

from .forward cimport ForwardEvents
from .state cimport ThreadState


cdef class WalkEvents(ForwardEvents):
    cdef dict reasons
    cdef dict names
    cdef bint backward(self, function, tuple x, tuple gy, tuple gx, int64_t duration_ns) except -1
    cdef bytes reason(self, function, Py_ssize_t place, x, ThreadState thread)
    cdef int add_changed(self, list changed, str letter, Py_ssize_t place, array, list contents) except -1
    cdef bint accumulated(self, variable_node, before, add, after, function) except -1
    cdef bint started(
        self, tuple roots, tuple arrays, tuple seeds, int64_t node_count, bint double_, str call
    ) except -1
    cdef int report(self, ThreadState thread, root, array, int64_t site) except -1
    cdef bint finished(self, bint failed) except -1
    cdef bint cleared(self, tuple parameters, bint zeroed) except -1
