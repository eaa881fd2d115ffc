"""What the recorder remembers between events; see `recorder.identity` and `recorder.nesting` for the twins."""

cimport cython
from libc.stdint cimport int64_t, uint64_t

import threading

from ..log.schema import NOTHING as _NOTHING
from ..log.schema import Kind

cdef extern from "Python.h":
    ctypedef struct PyThreadState:
        pass
    PyThreadState* PyThreadState_Get() noexcept
    uint64_t PyThreadState_GetID(PyThreadState* thread) noexcept


cdef int64_t NOTHING = _NOTHING
cdef int64_t SCOPE_ENTERED = int(Kind.scope_entered)
cdef int64_t NO_PHASE = -1


@cython.final
@cython.no_gc
@cython.freelist(64)
cdef class Variable:
    """See `recorder.identity.VariableInPython`."""

    def __init__(self, owner, int64_t number, name, int64_t grad_label, bint parameter, content=b""):
        self.owner = owner
        self.number = number
        self.name = name
        self.grad_label = grad_label
        self.parameter = parameter
        self.content = content
        self.grad_content = b""


@cython.final
@cython.no_gc
@cython.freelist(64)
cdef class Node:
    """See `recorder.identity.NodeInPython`."""

    def __init__(
        self,
        owner,
        int64_t number,
        int64_t seq,
        int64_t op,
        int64_t label,
        int64_t scope,
        int64_t site,
        list x,
        list y,
        list x_contents,
        list y_contents,
    ):
        self.owner = owner
        self.number = number
        self.seq = seq
        self.op = op
        self.label = label
        self.scope = scope
        self.site = site
        self.x = x
        self.y = y
        self.x_contents = x_contents
        self.y_contents = y_contents


@cython.final
@cython.no_gc
@cython.freelist(16)
cdef class Opener:
    """See `recorder.nesting.OpenerInPython`."""

    def __init__(self, int64_t kind, int64_t seq, int64_t phase, int64_t scope, int64_t site, detail):
        self.kind = kind
        self.seq = seq
        self.phase = phase
        self.scope = scope
        self.site = site
        self.detail = detail


@cython.final
cdef class ThreadState:
    """See `recorder.nesting.ThreadStateInPython`."""

    def __init__(self, int64_t number):
        self.number = number
        self.stack = []
        self.scope = NOTHING
        self.phase = NO_PHASE
        self.parent = NOTHING
        self.calls = []

    def open(self, Opener opener not None) -> None:
        self.stack.append(opener)
        self.look()

    cpdef close(self, int64_t kind):
        cdef Py_ssize_t depth
        cdef Opener opener
        for depth in range(len(self.stack) - 1, -1, -1):
            opener = self.stack[depth]
            if opener.kind == kind:
                del self.stack[depth:]
                self.look()
                return opener
        return None

    cpdef innermost(self, int64_t kind):
        cdef Py_ssize_t depth
        cdef Opener opener
        for depth in range(len(self.stack) - 1, -1, -1):
            opener = self.stack[depth]
            if opener.kind == kind:
                return opener
        return None

    cdef int look(self) except -1:
        cdef Py_ssize_t depth
        cdef Opener opener
        self.scope = NOTHING
        self.phase = NO_PHASE
        self.parent = NOTHING
        if self.stack:
            opener = self.stack[len(self.stack) - 1]
            self.parent = opener.seq
        for depth in range(len(self.stack) - 1, -1, -1):
            opener = self.stack[depth]
            if opener.kind != SCOPE_ENTERED:
                self.phase = opener.phase
                break
            if self.scope == NOTHING:
                self.scope = opener.scope
        return 0


@cython.final
cdef class Threads:
    """See `recorder.nesting.ThreadsInPython`."""

    def __init__(self, writer):
        self.writer = writer
        self.states = threading.local()
        self.current()  # the thread that begins has the first number

    @property
    def state(self):
        return self.current()

    cdef ThreadState current(self):
        # The number of a thread is never given to another one.
        cdef uint64_t thread = PyThreadState_GetID(PyThreadState_Get())
        cdef ThreadState state = self.latest, _before
        if state is None or thread != self.latest_thread:
            state = self.state_of_this_thread()
            _before = self.latest  # goes only when both fields are right: Python code may run then
            self.latest = state
            self.latest_thread = thread
        return state

    cdef ThreadState state_of_this_thread(self):
        state = getattr(self.states, "state", None)
        if state is None:
            state = self.states.state = ThreadState(self.writer.thread(threading.current_thread().name))
        return state
