from libc.stdint cimport int64_t, uint64_t


cdef class Variable:
    cdef public object owner
    cdef public int64_t number
    cdef public object name
    cdef public int64_t grad_label
    cdef public bint parameter
    cdef public object content
    cdef public object grad_content


cdef class Node:
    cdef public object owner
    cdef public int64_t number
    cdef public int64_t seq
    cdef public int64_t op
    cdef public int64_t label
    cdef public int64_t scope
    cdef public int64_t site
    cdef public list x
    cdef public list y
    cdef public list x_contents
    cdef public list y_contents


cdef class Opener:
    cdef public int64_t kind
    cdef public int64_t seq
    cdef public int64_t phase
    cdef public int64_t scope
    cdef public int64_t site
    cdef public object detail


cdef class ThreadState:
    cdef public int64_t number
    cdef public list stack
    cdef public int64_t scope
    cdef public int64_t phase
    cdef public int64_t parent
    cdef public object arrays
    cdef public object step
    cdef public list calls
    cdef public object update
    cdef public object gradients
    cpdef close(self, int64_t kind)
    cpdef innermost(self, int64_t kind)
    cdef int look(self) except -1


cdef class Threads:
    cdef object writer
    cdef object states
    cdef ThreadState latest
    cdef uint64_t latest_thread
    cdef ThreadState current(self)
    cdef ThreadState state_of_this_thread(self)
