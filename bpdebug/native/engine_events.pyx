# cython: boundscheck=False, wraparound=False
"""Takes the engine's most frequent events to the log: the usual case of `frontends.engine` and `recorder`.

Everything that isn't usual about an event goes to the Python that it would go to without this part, before anything of
it has been written down. What is written here is what that Python would write, byte for byte.
"""

cimport cython
cimport numpy as np
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdint cimport int64_t, uint32_t

from .buffers cimport Bytes, IndexRecord, Ordinals, PendingEvents, at_most_32
from .sites cimport Sites
from .state cimport Node, Opener, ThreadState, Variable
from .tensors cimport Tensors

import time

import msgspec

from ..log.keep import FULL
from ..log.lent import LENT_BYTES as _LENT_BYTES
from ..log.lent import same_content
from ..log.plain import json_number, json_value
from ..log.schema import NOTHING as _NOTHING
from ..log.schema import EventFlag, Kind, Phase
from ..log.writer import MOST_WAITING as _MOST_WAITING
from ..recorder.update_events import Before

np.import_array()

cdef int64_t NOTHING = _NOTHING
cdef int64_t LENT_BYTES = _LENT_BYTES
cdef int64_t MOST_WAITING = _MOST_WAITING
cdef int NONFINITE = int(EventFlag.nonfinite)
cdef int PARAMETER = int(EventFlag.parameter)
cdef int FORWARD = int(Kind.forward)
cdef int BACKWARD = int(Kind.backward)
cdef int ACCUMULATED = int(Kind.grad_accumulated)
cdef int UPDATED = int(Kind.param_updated)
cdef int ENTERED = int(Kind.scope_entered)
cdef int EXITED = int(Kind.scope_exited)
cdef int BACKWARD_STARTED = int(Kind.backward_started)
cdef int UPDATE_STARTED = int(Kind.update_started)
cdef int BACKWARD_PHASE = int(Phase.backward)
cdef int UPDATE_PHASE = int(Phase.update)
cdef int MOST_ARRAYS = 16

cdef object clock = time.perf_counter_ns
cdef object as_json = msgspec.json.Encoder().encode


@cython.final
cdef class KnownOp:
    """An op whose events are usual: what `frontends.engine` knows of it, and by what it knows it again."""

    cdef object op_name
    cdef object x_roles
    cdef object y_roles
    cdef int64_t number
    cdef int64_t label
    cdef int64_t grad_label
    cdef bint plain
    """It has neither attributes nor settings."""
    cdef bint foreign_class


@cython.final
cdef class Seen:
    """The arrays of one event, and their entries in the tensor store: each is looked at once."""

    cdef PyObject* arrays[16]
    cdef list entries
    cdef int count


@cython.final
cdef class EngineEvents:
    """An observer of the engine, in the place of a watcher of `frontends.engine`.

    Args:
        watcher: takes all events; those that aren't usual get there.
        recorder: of the watcher.
        engine: the engine package that is watched.
    """

    cdef object watcher
    cdef object recorder
    cdef object owner
    cdef object writer
    cdef object threads
    cdef object progress
    cdef object config
    cdef object named
    cdef object before
    cdef object calls
    cdef object unnamed
    cdef object node_numbers
    cdef object plain_attributes
    cdef object variable_class
    cdef object acquire
    cdef object release
    cdef object started_ns
    cdef dict ops
    cdef dict rules
    cdef dict numbers
    cdef Tensors tensors
    cdef Sites sites
    cdef Ordinals ordinals
    cdef PendingEvents pending
    cdef PyObject* classes[6]
    cdef object held_classes
    cdef int64_t enter_label
    cdef int64_t exit_label

    def __init__(self, watcher, recorder, engine):
        self.watcher = watcher
        self.recorder = recorder
        self.owner = recorder.owner
        self.writer = recorder.writer
        self.threads = recorder._threads
        self.progress = recorder._progress
        self.config = watcher._config
        self.named = watcher._names
        self.before = watcher._before
        self.calls = watcher._calls
        self.unnamed = self.writer._unnamed
        self.node_numbers = recorder._node_numbers
        self.plain_attributes = watcher._plain_attributes
        self.variable_class = watcher._variable_class
        self.acquire = recorder._lock.acquire
        self.release = recorder._lock.release
        self.started_ns = self.writer.started_ns
        self.ops = {}
        self.rules = {}
        self.numbers = {}
        self.tensors = Tensors(self.writer.store)
        self.sites = Sites(recorder.call_sites)
        self.ordinals = recorder._ordinals
        self.pending = self.writer.pending
        events = engine.events
        self.held_classes = (
            events.ForwardFinished,
            events.BackwardStepped,
            events.GradAccumulated,
            events.ParameterUpdating,
            events.ParameterUpdated,
            events.ScopeEntered,
            events.ScopeExited,
        )
        self.enter_label = self.exit_label = -1

    def __call__(self, event):
        cdef bint done = False
        recorder = self.recorder
        if recorder.disabled:
            return
        # Who is shown each event, or has asked to keep less, is served in Python.
        if recorder.on_event is None and not recorder.capturing.bounded and not self.writer.stopped:
            try:
                done = self.taken(event)
            except Exception as error:
                recorder.fail(error)
                return
        if not done:
            self.watcher(event)

    cdef bint taken(self, event) except -1:
        """Whether the event is usual; then it is in the log."""
        its_type = type(event)
        cdef PyObject* kind = <PyObject*>its_type
        cdef tuple classes = <tuple>self.held_classes
        if kind == PyTuple_GET_ITEM(classes, 0):
            return self.forward(event)
        if kind == PyTuple_GET_ITEM(classes, 1):
            return self.backward(event)
        if kind == PyTuple_GET_ITEM(classes, 2):
            return self.accumulated(event)
        if kind == PyTuple_GET_ITEM(classes, 3):
            return self.updating(event)
        if kind == PyTuple_GET_ITEM(classes, 4):
            return self.updated(event)
        if kind == PyTuple_GET_ITEM(classes, 5):
            return self.entered(event)
        if kind == PyTuple_GET_ITEM(classes, 6):
            return self.exited(event)
        return False

    # ---- what events have in common ---------------------------------------------------------------------------

    cdef bint keeps_all(self, int64_t phase, int64_t scope, int64_t label) except -1:
        """Whether all is kept of the tensors of an event."""
        recorder = self.recorder
        return not recorder.capturing.selective or recorder._keep(phase, scope, label) is FULL

    cdef tuple look(self, array, Seen seen, bint private):
        """The entry of an array's content, which is all kept."""
        cdef int i
        cdef tuple entry = None
        for i in range(seen.count):
            if seen.arrays[i] == <PyObject*>array:
                return <tuple>seen.entries[i]
        if np.PyArray_CheckExact(array):
            if np.PyArray_NBYTES(<np.ndarray>array) < LENT_BYTES:
                entry = self.tensors.entry_of(array)
            elif private:
                entry = self.recorder._lend(array, FULL)
            if entry is None:
                entry = self.recorder._put(array, "cpu", FULL)
        else:
            entry = self.recorder._entry(array, FULL, private)
        if seen.count < MOST_ARRAYS:
            seen.arrays[seen.count] = <PyObject*>array
            seen.entries.append(entry)
            seen.count += 1
        return entry

    cdef Variable known_variable(self, node, array):
        """What the recorder knows of a variable node."""
        known = node.watch_id
        if type(known) is Variable and (<Variable>known).owner is self.owner:
            return <Variable>known
        return self.watcher._variable(node, array)

    cdef Node known_node(self, node):
        """What the recorder knows of a function node; None where its forward pass wasn't watched."""
        known = node.watch_id
        if type(known) is Node and (<Node>known).owner is self.owner:
            return <Node>known
        return None

    cdef int64_t emit(
        self, ThreadState thread, bytes body, int kind, int64_t phase, int64_t scope, int64_t label, int64_t site,
        int64_t node, int flags, int64_t partner,
    ) except -1:
        """Append an event; gives its seq."""
        cdef IndexRecord* record
        cdef Py_ssize_t begun
        cdef int64_t seq, iteration
        cdef PendingEvents pending = self.pending
        self.acquire()
        try:
            iteration = self.progress.iteration
            time_us = (clock() - self.started_ns) // 1000
            record = pending.next_record()
            record.kind = kind
            record.phase = phase
            record.depth = <uint32_t>min(len(thread.stack), 0xFFFF)
            record.iteration = <uint32_t>iteration
            record.scope = <uint32_t>scope
            record.label = <uint32_t>label
            record.site = <uint32_t>site
            record.node = <uint32_t>(node if node <= NOTHING else NOTHING)
            record.thread = <uint32_t>thread.number
            record.flags = flags
            record.partner = at_most_32(partner)
            record.parent = at_most_32(thread.parent)
            record.time_us = at_most_32(time_us)
            record.value = 0.0
            record.ordinal = self.ordinals.next_of(iteration, <uint32_t>phase, <uint32_t>scope, <uint32_t>label)
            begun = pending.bodies.size
            pending.bodies.put(PyBytes_AS_STRING(body), PyBytes_GET_SIZE(body))
            seq = pending.commit(begun)
        finally:
            self.release()
        if not pending.awake:
            self.writer.wake()
        if pending.records.size > MOST_WAITING * <Py_ssize_t>sizeof(IndexRecord):
            self.writer.flush()
        return seq

    # ---- forward ----------------------------------------------------------------------------------------------

    cdef KnownOp known_op(self, node):
        cdef KnownOp known
        cdef type cls = type(node)
        cdef PyObject* found = PyDict_GetItem(self.ops, cls)
        op_name, x_roles, y_roles = node.op_name, node.x_roles, node.y_roles
        if found != NULL:
            known = <KnownOp>found
            if known.op_name is op_name and known.x_roles is x_roles and known.y_roles is y_roles:
                return known
        if type(node.as_creator()) is not cls:  # an old-style function
            return None
        op = self.watcher._op(node)
        known = KnownOp.__new__(KnownOp)
        known.op_name, known.x_roles, known.y_roles = op_name, x_roles, y_roles
        known.number = op.number
        known.label = op.text
        known.grad_label = op.grad_label
        known.plain = cls.attributes is self.plain_attributes and not op.has_settings
        self.ops[cls] = known
        return known

    cdef bint forward(self, event) except -1:
        node = event.node
        if event.during is not None or node.random_state is not None:
            return False
        cdef KnownOp op = self.known_op(node)
        if op is None:
            return False
        cdef ThreadState thread = self.threads.state
        cdef tuple x_nodes = event.x, x_arrays = event.x_arrays, ys = event.y, y_arrays = event.y_arrays
        cdef Py_ssize_t i, x_count = len(x_nodes), y_count = len(ys)
        if x_count + y_count > MOST_ARRAYS:
            return False
        recorder = self.recorder
        cdef bint train = self.config.train
        cdef bint in_graph = event.in_graph
        cdef int64_t phase = thread.phase
        if phase < 0:
            phase = recorder.phase_of_call(train and bool(self.config.enable_backprop))
        cdef int64_t scope = thread.scope
        if not self.keeps_all(phase, scope, op.label):
            return False
        cdef dict attributes = None, settings = None
        if not op.plain:
            attributes, settings, held = self.watcher.settings_of(node)
            if held:
                return False
        if any_elsewhere(x_arrays) or any_elsewhere(y_arrays):
            return False
        # From here on the event is ours.
        cdef list x = [], y = [], fed_at = None
        cdef Variable variable
        cdef Seen seen = Seen.__new__(Seen)
        seen.entries = []
        for i in range(x_count):
            x_node = x_nodes[i]
            variable = self.known_variable(x_node, x_arrays[i])
            if not variable.parameter and x_node.creator_node is None:
                if fed_at is None:
                    fed_at = []
                fed_at.append(i)
            x.append(variable)
        for i in range(y_count):
            variable = Variable.__new__(Variable)
            variable.owner = self.owner
            variable.number = next(self.unnamed)
            variable.name = ""
            variable.grad_label = op.grad_label
            variable.content = variable.grad_content = b""
            ys[i]._node.watch_id = variable
            y.append(variable)
        fed = None if fed_at is None else self.watcher._fed(fed_at, x_arrays)
        cdef int64_t kept = kept_bytes(node, x_arrays, y_arrays) if in_graph else 0
        cdef bint private = not node.foreign
        cdef int flags = 0
        for i in range(x_count):
            if x_arrays[i] is not None:
                self.look(x_arrays[i], seen, False)
        for i in range(y_count):
            if y_arrays[i] is not None and self.look(y_arrays[i], seen, private)[1]:
                flags = NONFINITE
        cdef int64_t site = self.sites.here()

        cdef list x_numbers = [], y_numbers = [], x_contents = [], y_contents = [], changed = None
        cdef Bytes body = Bytes.__new__(Bytes)
        cdef tuple entry
        put(body, b'{"kind":"forward","op":')
        body.put_int(op.number)
        put(body, b',"x":[')
        for i in range(x_count):
            variable = <Variable>x[i]
            array = x_arrays[i]
            entry = None
            if array is not None:
                entry = self.look(array, seen, False)
                content = entry[5]
                if self.changed_outside(content, variable.content, variable, "value"):
                    if changed is None:
                        changed = []
                    changed.append(i)
                variable.content = content
            put_slot(body, i, variable.number, entry)
            x_numbers.append(variable.number)
            x_contents.append(variable.content)
        put(body, b'],"y":[')
        for i in range(y_count):
            variable = <Variable>y[i]
            entry = None if y_arrays[i] is None else self.look(y_arrays[i], seen, private)
            if entry is not None:
                variable.content = entry[5]
            put_slot(body, i, variable.number, entry)
            y_numbers.append(variable.number)
            y_contents.append(variable.content)
        put(body, b"]")
        if attributes:
            put_field(body, b',"attrs":', as_json(json_value(attributes)))
        if not train:
            put(body, b',"train":false')
        if not in_graph:
            put(body, b',"grad":false')
        self.put_duration(body, event.duration_ns)
        if settings:
            put_field(body, b',"settings":', as_json(settings))
        if fed:
            put_field(body, b',"fed":', as_json(fed))
        if kept:
            put(body, b',"kept":')
            body.put_int(kept)
        if changed is not None:
            put_field(body, b',"changed":', as_json(changed))
        put(body, b"}\n")

        cdef Node made = Node.__new__(Node)
        made.owner = self.owner
        made.number = next(self.node_numbers)
        made.op = op.number
        made.label = op.label
        made.scope = scope
        made.site = site
        made.x = x_numbers
        made.y = y_numbers
        made.x_contents = x_contents
        made.y_contents = y_contents
        made.seq = self.emit(
            thread, body.take(), FORWARD, phase, scope, op.label, site, made.number, flags, NOTHING
        )
        node.watch_id = made
        return True

    cdef bint changed_outside(self, content, shown, Variable variable, str of) except -1:
        """As `Emitter._changed_outside`."""
        if content is shown or not content or not shown or is_same(content, shown):
            return False
        said = self.recorder._edited.get((of, variable.number))
        return said is None or not is_same(content, said)

    cdef int put_duration(self, Bytes body, duration) except -1:
        cdef int64_t ns = duration
        if ns:
            put(body, b',"ns":')
            body.put_int(ns)
        return 0

    # ---- backward ---------------------------------------------------------------------------------------------

    cdef bint backward(self, event) except -1:
        function = event.node
        cdef Node node = self.known_node(function)
        cdef tuple gy = event.gy, gx = event.gx
        cdef Py_ssize_t i, gy_count = len(gy), gx_count = len(gx)
        if node is None or gy_count + gx_count > MOST_ARRAYS:
            return False
        if not self.keeps_all(BACKWARD_PHASE, node.scope, node.label) or any_elsewhere(gy) or any_elsewhere(gx):
            return False
        cdef ThreadState thread = self.threads.state
        cdef tuple retained_x = function.retained_x, retained_y = function.retained_y, kept_y = function._kept_y
        inputs = function.inputs
        cdef bint private = not function.foreign and not shared(gx, inputs, retained_x, kept_y)
        cdef dict why = None
        for i in range(gx_count):
            if gx[i] is None:
                if why is None:
                    why = {}
                why[str(i)] = self.watcher.why_no_gradient(function, i, event.x[i])
        cdef Seen seen = Seen.__new__(Seen)
        seen.entries = []
        cdef Bytes body = Bytes.__new__(Bytes)
        cdef tuple entry
        cdef int flags = 0
        put(body, b'{"kind":"backward","op":')
        body.put_int(node.op)
        put(body, b',"forward":')
        if node.seq == NOTHING:
            put(body, b"null")
        else:
            body.put_int(node.seq)
        put(body, b',"gy":[')
        for i in range(gy_count):
            put_row(body, i, None if gy[i] is None else self.look(gy[i], seen, False))
        put(body, b'],"gx":[')
        for i in range(gx_count):
            entry = None if gx[i] is None else self.look(gx[i], seen, private)
            if entry is not None and entry[1]:
                flags = NONFINITE
            put_row(body, i, entry)
        put(body, b'],"x":')
        put_numbers(body, node.x)
        if node.y:
            put(body, b',"y":')
            put_numbers(body, node.y)
        if why is not None:
            put_field(body, b',"why":', as_json(why))
        cdef dict known = {}
        for i in range(seen.count):
            known[<size_t>seen.arrays[i]] = seen.entries[i]
        thread.step = (node, (gy, gx), known, FULL)
        cdef Opener walk = thread.innermost(BACKWARD_STARTED)
        if walk is not None and walk.site != NOTHING:
            put(body, b',"caller":')
            body.put_int(walk.site)
        self.put_duration(body, event.duration_ns)
        cdef list changed = []
        for i in range(len(retained_x)):
            self.add_changed(changed, "x", retained_x[i], inputs[retained_x[i]].kept, node.x_contents)
        if kept_y:
            for i in range(len(retained_y)):
                self.add_changed(changed, "y", retained_y[i], kept_y[i], node.y_contents)
        if changed:
            put_field(body, b',"changed":', as_json(changed))
        put(body, b"}\n")
        self.emit(
            thread, body.take(), BACKWARD, BACKWARD_PHASE, node.scope, node.label, node.site, node.number, flags,
            node.seq,
        )
        return True

    cdef int add_changed(self, list changed, str letter, Py_ssize_t place, array, list contents) except -1:
        """Note a kept array that no longer holds what it held in the forward pass."""
        if array is None or place >= len(contents) or not contents[place]:
            return 0
        if np.PyArray_CheckExact(array) and np.PyArray_NBYTES(<np.ndarray>array) < LENT_BYTES:
            content = self.tensors.content_of(array)
        else:
            content = self.recorder._content(array)
        if not is_same(content, contents[place]):
            changed.append(f"{letter}{place}")
        return 0

    cdef bint accumulated(self, event) except -1:
        cdef Variable variable = self.known_variable(event.variable, None)
        cdef Node node = None
        function = event.node
        if function is not None:
            node = self.known_node(function)
        if node is None:
            return False
        if not self.keeps_all(BACKWARD_PHASE, node.scope, variable.grad_label):
            return False
        cdef ThreadState thread = self.threads.state
        cdef Seen seen = Seen.__new__(Seen)
        seen.entries = []
        before, add, after = event.before, event.contribution, event.after
        if is_elsewhere(before) or is_elsewhere(add) or is_elsewhere(after):
            return False
        step = thread.step
        cdef bint after_step = step is not None and (<tuple>step)[0] is node and (<tuple>step)[3] is FULL
        cdef dict known = (<tuple>step)[2] if after_step else None
        if known is not None:
            for array in (before, add, after):
                entry = None if array is None else known.get(<size_t><PyObject*>array)
                if entry is not None:
                    seen.arrays[seen.count] = <PyObject*>array
                    seen.entries.append(entry)
                    seen.count += 1
        cdef Bytes body = Bytes.__new__(Bytes)
        cdef tuple its
        cdef int flags = 0
        put(body, b'{"kind":"grad_accumulated","var":')
        body.put_int(variable.number)
        put(body, b',"before":')
        its = None if before is None else self.look(before, seen, False)
        put_row(body, 0, its)
        put(body, b',"add":')
        put_row(body, 0, None if add is None else self.look(add, seen, False))
        cdef bint changed = its is not None and self.changed_outside(
            its[5], variable.grad_content, variable, "gradient"
        )
        put(body, b',"after":')
        its = None if after is None else self.look(after, seen, not function.foreign)
        if its is not None and its[1]:
            flags = NONFINITE
        variable.grad_content = b"" if its is None else its[5]
        put_row(body, 0, its)
        put(body, b',"node":')
        body.put_int(node.number)
        if changed:
            put(body, b',"changed":["before"]')
        put(body, b"}\n")
        if variable.parameter:
            flags |= PARAMETER
        self.emit(
            thread, body.take(), ACCUMULATED, BACKWARD_PHASE, node.scope, variable.grad_label, node.site, node.number,
            flags, NOTHING,
        )
        return True

    # ---- update -----------------------------------------------------------------------------------------------

    cdef int64_t name_of(self, Variable variable) except -1:
        """The text id of a variable's name."""
        cdef PyObject* found = PyDict_GetItem(self.numbers, variable.name)
        if found != NULL:
            return <object>found
        text = self.writer.text(variable.name)
        if len(self.numbers) < 1 << 16:
            self.numbers[variable.name] = text
        return text

    cdef bint updating(self, event) except -1:
        recorder = self.recorder
        if event.state or recorder.keep_before or recorder._breakpoint_looks:
            return False
        parameter = event.parameter
        value, grad = parameter._data, parameter._grad
        if is_elsewhere(value) or is_elsewhere(grad):
            return False
        cdef Variable variable = self.known_variable(parameter.node, value)
        if not self.keeps_all(UPDATE_PHASE, NOTHING, self.name_of(variable)):
            return False
        cdef Seen seen = Seen.__new__(Seen)
        seen.entries = []
        cdef tuple entry
        cdef list changed = []
        value_row = grad_row = None
        if value is not None:
            entry = self.look(value, seen, False)
            value_row = entry[0]
            if self.changed_outside(entry[5], variable.content, variable, "value"):
                changed.append("before")
        if grad is not None:
            entry = self.look(grad, seen, False)
            grad_row = entry[0]
            if self.changed_outside(entry[5], variable.grad_content, variable, "gradient"):
                changed.append("grad")
            variable.grad_content = entry[5]
        self.before.update = (parameter.node, Before(value_row, grad_row, {}, None, grad, changed))
        if np.PyArray_Check(value) and (
            np.PyArray_NBYTES(<np.ndarray>value) >= LENT_BYTES or np.PyArray_BASE(<np.ndarray>value) != NULL
        ):
            recorder.take_back(value)
        return True

    cdef bint updated(self, event) except -1:
        recorder = self.recorder
        if event.state:
            return False
        parameter = event.parameter
        value = parameter._data
        if not np.PyArray_CheckExact(value) or np.PyArray_NBYTES(<np.ndarray>value) >= LENT_BYTES:
            return False
        cdef Variable variable = self.known_variable(parameter.node, value)
        cdef int64_t label = self.name_of(variable)
        if not self.keeps_all(UPDATE_PHASE, NOTHING, label):
            return False
        held = getattr(self.before, "update", None)
        if held is None or held[0] is not parameter.node:
            return False
        before = held[1]
        if before is None or before[2]:
            return False
        del self.before.update
        cdef ThreadState thread = self.threads.state
        cdef Seen seen = Seen.__new__(Seen)
        seen.entries = []
        cdef tuple after = self.look(value, seen, False)
        variable.content = after[5]
        cdef Bytes body = Bytes.__new__(Bytes)
        put(body, b'{"kind":"param_updated","var":')
        body.put_int(variable.number)
        put(body, b',"before":')
        put_number_or_null(body, before[0])
        put(body, b',"grad":')
        put_number_or_null(body, before[1])
        put(body, b',"after":')
        put_row(body, 0, after)
        lr = event.lr
        if lr is not None:
            put_field(body, b',"lr":', as_json(json_number(lr)))
        put_field(body, b',"rule":', self.rule_json(type(event.rule)))
        if before[5]:
            put_field(body, b',"changed":', as_json(before[5]))
        put(body, b"}\n")
        cdef Opener update = thread.innermost(UPDATE_STARTED)
        self.emit(
            thread, body.take(), UPDATED, UPDATE_PHASE, NOTHING, label,
            self.sites.here() if update is None else update.site, NOTHING,
            PARAMETER | NONFINITE if after[1] else PARAMETER, NOTHING,
        )
        return True

    cdef bytes rule_json(self, type rule):
        found = self.rules.get(rule)
        if found is None:
            found = as_json(rule.__name__)
            if len(self.rules) < 1 << 10:
                self.rules[rule] = found
        return found

    # ---- links ------------------------------------------------------------------------------------------------

    cdef bint entered(self, event) except -1:
        link = event.link
        found = weakly_known(self.named._known, link)
        if found is None or event.kwargs:
            return False
        cdef int64_t scope = found.scope
        cdef ThreadState thread = self.threads.state
        cdef Bytes body = Bytes.__new__(Bytes)
        cdef tuple args = event.args
        cdef Py_ssize_t i
        put(body, b'{"kind":"scope_entered"')
        if args:
            put(body, b',"args":[')
            for i in range(len(args)):
                arg = args[i]
                if type(arg) is self.variable_class and arg._data is not None:
                    arg = arg._data
                if not np.PyArray_CheckExact(arg):
                    return False
                if i:
                    put(body, b",")
                put_field(body, b"", self.tensors.description_of(arg))
            put(body, b"]")
        put(body, b"}\n")
        cdef int64_t phase = self.recorder.phase_of_call(self.watcher._training())
        cdef int64_t site = self.sites.here()
        if self.enter_label < 0:
            self.enter_label = self.writer.text("enter")
        cdef Opener opener = Opener.__new__(Opener)
        opener.kind = ENTERED
        opener.phase = phase
        opener.scope = scope
        opener.site = site
        opener.seq = self.emit(
            thread, body.take(), ENTERED, phase, scope, self.enter_label, site, NOTHING, 0, NOTHING
        )
        thread.stack.append(opener)
        thread.look()
        self.calls.stack.append(link)
        return True

    cdef bint exited(self, event) except -1:
        cdef ThreadState thread = self.threads.state
        cdef list calls = self.calls.stack
        if event.failed or not thread.stack or not calls or calls[len(calls) - 1] is not event.link:
            return False
        cdef Opener opener = thread.stack[len(thread.stack) - 1]
        if opener.kind != ENTERED:
            return False
        if self.exit_label < 0:
            self.exit_label = self.writer.text("exit")
        del calls[len(calls) - 1]
        del thread.stack[len(thread.stack) - 1]
        thread.look()
        self.emit(
            thread, b'{"kind":"scope_exited"}\n', EXITED, opener.phase, opener.scope, self.exit_label, opener.site,
            NOTHING, 0, opener.seq,
        )
        return True


# ---- small things -------------------------------------------------------------------------------------------------


cdef inline bint is_elsewhere(array):
    """Whether an array (or None) is no plain one of the host."""
    return array is not None and not np.PyArray_CheckExact(array)


cdef bint any_elsewhere(tuple arrays):
    cdef Py_ssize_t i
    for i in range(len(arrays)):
        if is_elsewhere(arrays[i]):
            return True
    return False


cdef bint is_same(one, other) except -1:
    """As `same_content`."""
    if one is other:
        return True
    if type(one) is bytes and type(other) is bytes:
        return one == other
    return same_content(one, other)


cdef object weakly_known(table, thing):
    """As `WeakTable.get`."""
    cdef PyObject* entry = PyDict_GetItem(table._entries, <size_t><PyObject*>thing)
    if entry == NULL:
        return None
    found = <tuple>entry
    return found[1] if found[0]() is thing else None


cdef int64_t kept_bytes(node, tuple x, tuple y) except -1:
    """As `engine_arrays.kept_bytes`."""
    cdef tuple retained_x = node.retained_x, retained_y = node.retained_y
    cdef PyObject* counted[16]
    cdef int i, j, count = 0
    cdef int64_t size = 0
    for i in range(<int>(len(retained_x) + len(retained_y))):
        array = x[retained_x[i]] if i < len(retained_x) else y[retained_y[i - len(retained_x)]]
        for j in range(count):
            if counted[j] == <PyObject*>array:
                break
        else:
            size += <int64_t>array.nbytes
            if count < 16:
                counted[count] = <PyObject*>array
                count += 1
    return size


cdef bint shared(tuple gx, inputs, tuple retained_x, tuple kept_y) except -1:
    """Whether a gradient is the very array that a kept input or output is."""
    for gradient in gx:
        if gradient is None:
            continue
        for place in retained_x:
            if inputs[place].kept is gradient:
                return True
        for array in kept_y:
            if array is gradient:
                return True
    return False


cdef inline int put(Bytes body, bytes text) except -1:
    return body.put(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))


cdef int put_field(Bytes body, bytes name, bytes value) except -1:
    put(body, name)
    return put(body, value)


cdef int put_row(Bytes body, Py_ssize_t place, tuple entry) except -1:
    """Append the row of an entry, behind a comma if it isn't the first of a list."""
    if place:
        put(body, b",")
    if entry is None:
        return put(body, b"null")
    return body.put_int(entry[0])


cdef int put_number_or_null(Bytes body, number) except -1:
    return put(body, b"null") if number is None else body.put_int(number)


cdef int put_slot(Bytes body, Py_ssize_t place, int64_t variable, tuple entry) except -1:
    put(body, b",[" if place else b"[")
    body.put_int(variable)
    put(body, b",")
    put_row(body, 0, entry)
    return put(body, b"]")


cdef int put_numbers(Bytes body, list numbers) except -1:
    cdef Py_ssize_t i
    put(body, b"[")
    for i in range(len(numbers)):
        if i:
            put(body, b",")
        body.put_int(numbers[i])
    return put(body, b"]")
