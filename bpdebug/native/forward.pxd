from libc.stdint cimport int64_t

from .buffers cimport Bytes
from .recording cimport Recording, Seen
from .state cimport Node


cdef class KnownOp:
    cdef object op_name
    cdef object x_roles
    cdef object y_roles
    cdef int64_t number
    cdef int64_t label
    cdef int64_t grad_label
    cdef bint has_attributes
    cdef bint has_settings
    cdef tuple kept


cdef class ForwardEvents(Recording):
    cdef object config
    cdef object named
    cdef object node_numbers
    cdef object plain_attributes
    cdef object plain_settings
    cdef dict words
    cdef object variable_class
    cdef object arrays
    cdef object array_numbers
    cdef dict ops
    cdef KnownOp known_op(self, node)
    cdef bint forward(
        self, node, tuple x_nodes, tuple x_arrays, tuple ys, tuple y_arrays, bint in_graph, during, int64_t duration_ns
    ) except -1
    cdef int look_at(self, tuple x_arrays, tuple y_arrays, Seen seen, bint private) except -1
    cdef bint is_as_given(self, tuple arrays, given, Seen seen) except -1
    cdef list new_variables(self, tuple ys, int64_t grad_label)
    cdef list put_inputs(self, Bytes body, list x, tuple arrays, Seen seen, Node made)
    cdef int put_outputs(self, Bytes body, list y, tuple arrays, Seen seen, bint private, Node made) except -1
    cdef bytes word(self, str text)
    cdef bint tell(self, Bytes body, KnownOp op, node, Bytes settings) except -1
    cdef list fed(self, tuple x_nodes, tuple arrays, list x)
    cdef bint entered(self, link, tuple args, dict kwargs) except -1
    cdef bint exited(self, link, bint failed) except -1
