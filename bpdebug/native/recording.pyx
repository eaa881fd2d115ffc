# cython: boundscheck=False, wraparound=False
"""What taking an event to the log needs, whatever it is: its tensors, who is who, and the header.

See `recorder.emitter` for the twin. What isn't usual is left to that.
"""

cimport cython
cimport numpy as np
from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from .buffers cimport Bytes, IndexRecord, PendingEvents, at_most_32
from .clock cimport clock_ns
from .keeps cimport Keeps, KnownKeep
from .sites cimport Sites
from .state cimport Node, ThreadState, Variable

import time

from ..log.lent import LENT_BYTES as _LENT_BYTES
from ..log.lent import same_content
from ..log.schema import NOTHING as _NOTHING
from ..log.schema import Phase
from ..log.writer import MOST_WAITING as _MOST_WAITING

np.import_array()

cdef int64_t NOTHING = _NOTHING
cdef int64_t LENT_BYTES = _LENT_BYTES
cdef int64_t MOST_WAITING = _MOST_WAITING
cdef int64_t MOST_SPARE_BYTES = 1 << 16
cdef object clock = time.perf_counter_ns
cdef int64_t FORWARD_PHASE = int(Phase.forward)


@cython.final
@cython.no_gc
@cython.freelist(8)
cdef class Seen:
    """The arrays of one event, and their entries in the tensor store: each is looked at once.

    They are held by the event. `keep` is what is kept of what it makes, `keep_read` of what it reads.
    """

    def __dealloc__(self):
        self.clear()

    def copy(self) -> dict:
        """The entries by the identities of their arrays, as the twin notes them."""
        return {<size_t>self.arrays[i]: <object>self.entries[i] for i in range(self.count)}

    cdef tuple entry_of(self, array):
        """None for an array that was not looked at, or found no place here."""
        cdef int i
        for i in range(self.count):
            if self.arrays[i] == <PyObject*>array:
                return <tuple>self.entries[i]
        return None

    cdef int add(self, array, tuple entry) except -1:
        if self.count < MOST_ARRAYS:
            Py_INCREF(entry)
            self.arrays[self.count] = <PyObject*>array
            self.entries[self.count] = <PyObject*>entry
            self.count += 1
        return 0

    cdef int clear(self) except -1:
        while self.count:
            self.count -= 1
            Py_DECREF(<object>self.entries[self.count])
        return 0

    cdef int passes_on(self, tuple made, tuple read) except -1:
        """Keep of what the event reads as of what it makes, where one of these arrays is among both."""
        cdef Py_ssize_t i, k
        if self.keep_read is self.keep:
            return 0
        for i in range(len(made)):
            for k in range(len(read)):
                if made[i] is not None and made[i] is read[k]:
                    self.keep_read = self.keep
        return 0

    cdef int forget(self, keep) except -1:
        """Look at all of them again, with nothing left out."""
        self.clear()
        self.keep = self.keep_read = keep
        self.all = self.all_small = True
        return 0


cdef class Recording:
    """Shared by what takes events.

    Args:
        watcher: of `frontends.engine`.
        recorder: of the watcher.
    """

    def __dealloc__(self):
        while self.spare_count:
            self.spare_count -= 1
            Py_DECREF(<object>self.spares[self.spare_count])

    def __init__(self, watcher, recorder):
        self.watcher = watcher
        self.recorder = recorder
        self.owner = recorder.owner
        self.writer = recorder.writer
        self.threads = recorder.threads
        self.progress = recorder._progress
        self.mutex = self.writer.mutex
        self.started_ns = self.writer.started_ns
        self.due_us = self.writer.due_us
        self.tensors = self.writer.store.usual
        self.lender = self.writer.store.lender
        self.sites = Sites(recorder.call_sites)
        self.ordinals = recorder._ordinals
        self.pending = self.writer.pending
        self.texts = {}
        self.parameter_class = watcher._parameter_class
        self.unnamed = self.writer._unnamed
        self.keeps = Keeps(recorder)
        # Whether somebody wants to see what isn't finite: such an event is left to Python.
        self.judges = False

    cdef Seen looking(self, int64_t phase, int64_t scope, int64_t label):
        """For the arrays of an event with these in its header."""
        cdef Seen seen = Seen.__new__(Seen)
        cdef KnownKeep known = self.keeps.of(phase, scope, label)
        seen.count = 0
        seen.all = known.all
        seen.all_small = known.all_small
        seen.keep = known.keep
        seen.keep_read = known.keep_read
        return seen

    cdef tuple read(self, array, Seen seen):
        """The entry of an array that the event only reads; None for None."""
        return self.seen_entry(array, seen, seen.keep_read, False)

    cdef tuple look(self, array, Seen seen, bint private):
        """The entry of an array that the event has made; None for None."""
        return self.seen_entry(array, seen, seen.keep, private)

    cdef tuple seen_entry(self, array, Seen seen, keep, bint private):
        cdef tuple entry
        if array is None:
            return None
        entry = seen.entry_of(array)
        if entry is None:
            entry = self.entry_of(array, keep, seen.all_small, private)
            seen.add(array, entry)
        return entry

    cdef tuple entry_of(self, array, keep, bint all_small, bint private):
        """The entry of an array of the host.

        Args:
            all_small: of small ones everything is kept, whatever `keep` says of others.
        """
        cdef tuple entry = None
        if np.PyArray_NBYTES(<np.ndarray>array) >= LENT_BYTES:
            if private:
                return self.lender.lend(array, keep, self.judges)
            entry = self.lender.entry_now(array, keep, False)
        elif all_small:
            entry = self.tensors.entry_of(array)
        else:
            entry = self.tensors.less_entry_of(array, keep)
        return self.recorder._put(array, "cpu", keep) if entry is None else entry

    cdef Variable known_variable(self, node, array):
        """What the recorder knows of a variable node; `array` is what it holds now."""
        known = node.watch_id
        if type(known) is Variable and (<Variable>known).owner is self.owner:
            return <Variable>known
        if node.creator_node is None and not node.name:
            if not isinstance(node.get_variable_or_none(), self.parameter_class):
                return self.new_variable(node, self.text("grad:input"))
        return self.watcher._variable(node, array)

    cdef Variable new_variable(self, node, int64_t grad_label):
        """What is known from now on of a variable node that has no name."""
        cdef Variable variable = Variable.__new__(Variable)
        variable.owner = self.owner
        variable.number = next(self.unnamed)
        variable.name = ""
        variable.grad_label = grad_label
        variable.content = variable.grad_content = b""
        node.watch_id = variable
        return variable

    cdef Node known_node(self, node):
        """What the recorder knows of a function node; None where its forward pass wasn't watched."""
        known = node.watch_id
        if type(known) is Node and (<Node>known).owner is self.owner:
            return <Node>known
        return None

    cdef bint changed_outside(self, content, shown, Variable variable, str of) except -1:
        """As `Emitter._changed_outside`."""
        if content is shown or not content or not shown or is_same(content, shown):
            return False
        if not self.recorder._edited:
            return True
        said = self.recorder._edited.get((of, variable.number))
        return said is None or not is_same(content, said)

    cdef int64_t phase_of_call(self, ThreadState thread, bint training) except -1:
        """As `recorder.forward_events.ForwardEvents.phase_of_call`."""
        cdef int64_t phase = thread.phase
        if phase >= 0:
            return phase
        # The usual case: one more op of an iteration that goes on, which changes nothing.
        if training and self.progress.phase == FORWARD_PHASE and not self.progress._iteration_is_over:
            if self.recorder._flight_recorder is None or self.progress.iteration == self.recorder._flown:
                return FORWARD_PHASE
        return self.recorder.phase_of_call(training)

    cdef int64_t text(self, str text) except -1:
        """The id of a label."""
        cdef PyObject* found = PyDict_GetItem(self.texts, text)
        if found != NULL:
            return <object>found
        number = self.writer.text(text)
        if len(self.texts) < 1 << 16:
            self.texts[text] = number
        return number

    cdef Bytes new_body(self):
        """An empty buffer for the body of one event, or a part of it."""
        cdef Bytes body
        if self.spare_count == 0:
            return Bytes.__new__(Bytes)
        self.spare_count -= 1
        # An op in a finalizer, in the midst of this event, gets another one.
        body = <Bytes>self.spares[self.spare_count]
        Py_DECREF(body)  # by the table
        body.size = 0
        return body

    cdef int done_with(self, Bytes body) except -1:
        """It may be used again."""
        if body.room <= MOST_SPARE_BYTES and self.spare_count < MOST_SPARES:
            Py_INCREF(body)
            self.spares[self.spare_count] = <PyObject*>body
            self.spare_count += 1
        return 0

    cdef int64_t emit(
        self, ThreadState thread, Bytes body, int kind, int64_t phase, int64_t scope, int64_t label, int64_t site,
        int64_t node=0xFFFFFFFF, int flags=0, int64_t partner=0xFFFFFFFF, double value=0.0,
    ) except -1:
        """Append an event; gives its seq. Its body is used again."""
        cdef IndexRecord* record
        cdef Py_ssize_t begun
        cdef int64_t seq, iteration, now
        cdef PendingEvents pending = self.pending
        self.mutex.take()
        try:
            iteration = self.progress.iteration
            now = clock_ns()
            if now < 0:
                now = clock()
            record = pending.next_record()
            record.kind = <uint8_t>kind
            record.phase = <uint8_t>phase
            record.depth = <uint16_t>min(len(thread.stack), 0xFFFF)
            record.iteration = <uint32_t>iteration
            record.scope = <uint32_t>scope
            record.label = <uint32_t>label
            record.site = <uint32_t>site
            record.node = <uint32_t>(node if node <= NOTHING else NOTHING)
            record.thread = <uint16_t>thread.number
            record.flags = <uint16_t>flags
            record.partner = at_most_32(partner)
            record.parent = at_most_32(thread.parent)
            record.time_us = at_most_32((now - self.started_ns) // 1000)
            record.value = value
            record.ordinal = self.ordinals.next_of(iteration, <uint32_t>phase, <uint32_t>scope, <uint32_t>label)
            begun = pending.bodies.size
            pending.bodies.put(body.data, body.size)
            seq = pending.commit(begun)
        finally:
            self.mutex.give()
        self.done_with(body)
        now = (now - self.started_ns) // 1000
        try:
            if not pending.awake:
                self.writer.wake(now)
            if (
                now - pending.woken_us > self.due_us
                or pending.records.size > MOST_WAITING * <Py_ssize_t>sizeof(IndexRecord)
            ):
                self.writer.let_write(now)
        except RecursionError:
            pass  # the event is in the log; the next one with room on its stack does this
        return seq


cdef bint is_same(one, other) except -1:
    """As `same_content`."""
    if one is other:
        return True
    if type(one) is bytes and type(other) is bytes:
        return <bytes>one == <bytes>other
    return same_content(one, other)


cdef bint is_elsewhere(array) noexcept:
    """Whether an array (or None) is no plain one of the host."""
    return array is not None and not np.PyArray_CheckExact(array)


cdef bint any_elsewhere(tuple arrays) noexcept:
    cdef Py_ssize_t i
    for i in range(len(arrays)):
        if is_elsewhere(arrays[i]):
            return True
    return False


cdef object weakly_known(table, thing):
    """As `WeakTable.get`."""
    cdef PyObject* entry = PyDict_GetItem(table._entries, <size_t><PyObject*>thing)
    if entry == NULL:
        return None
    found = <tuple>entry
    return found[1] if found[0]() is thing else None
