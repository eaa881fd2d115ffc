from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from .buffers cimport Bytes, Ordinals, PendingEvents
from .fields cimport EmitterFields, ProgressFields
from .keeps cimport Keeps
from .lender cimport Lender
from .mutex cimport Mutex
from .sites cimport Sites
from .state cimport Node, Threads, ThreadState, Variable
from .tensors cimport Tensors

cdef enum:
    MOST_ARRAYS = 16
    MOST_SPARES = 4


cdef class Seen:
    cdef PyObject* arrays[MOST_ARRAYS]
    cdef PyObject* entries[MOST_ARRAYS]
    cdef int count
    cdef object keep
    cdef object keep_read
    cdef bint all
    cdef bint all_small
    cdef tuple entry_of(self, array)
    cdef int add(self, array, tuple entry) except -1
    cdef int clear(self) except -1
    cdef int passes_on(self, tuple made, tuple read) except -1
    cdef int forget(self, keep) except -1


cdef class Recording:
    cdef object watcher
    cdef EmitterFields recorder
    cdef object owner
    cdef object writer
    cdef Threads threads
    cdef ProgressFields progress
    cdef Mutex mutex
    cdef int64_t started_ns
    cdef int64_t due_us
    cdef Tensors tensors
    cdef Lender lender
    cdef Sites sites
    cdef Ordinals ordinals
    cdef PendingEvents pending
    cdef dict texts
    cdef Keeps keeps
    cdef PyObject* spares[MOST_SPARES]
    cdef int spare_count
    cdef bint judges
    cdef object parameter_class
    cdef object unnamed
    cdef Seen looking(self, int64_t phase, int64_t scope, int64_t label)
    cdef tuple look(self, array, Seen seen, bint private)
    cdef tuple read(self, array, Seen seen)
    cdef tuple seen_entry(self, array, Seen seen, keep, bint private)
    cdef tuple entry_of(self, array, keep, bint all_small, bint private)
    cdef Variable known_variable(self, node, array)
    cdef Variable new_variable(self, node, int64_t grad_label)
    cdef Node known_node(self, node)
    cdef bint changed_outside(self, content, shown, Variable variable, str of) except -1
    cdef int64_t phase_of_call(self, ThreadState thread, bint training) except -1
    cdef int64_t text(self, str text) except -1
    cdef Bytes new_body(self)
    cdef int done_with(self, Bytes body) except -1
    cdef int64_t emit(
        self, ThreadState thread, Bytes body, int kind, int64_t phase, int64_t scope, int64_t label, int64_t site,
        int64_t node=*, int flags=*, int64_t partner=*, double value=*,
    ) except -1


cdef bint is_same(one, other) except -1
cdef bint is_elsewhere(array) noexcept
cdef bint any_elsewhere(tuple arrays) noexcept
cdef object weakly_known(table, thing)
