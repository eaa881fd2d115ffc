# cython: boundscheck=False, wraparound=False
"""Takes the engine's most frequent events to the log: the usual case of `frontends.engine` and `recorder`.

Everything that isn't usual about an event goes to the Python that it would go to without this part, before anything of
it has been written down. What is written here is what that Python would write, byte for byte.

This file has the updates (see `recorder.update_events` for the twin) and the choice by class.
"""

cimport cython
cimport numpy as np
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_GET_ITEM
from libc.stdint cimport int64_t

from .buffers cimport Bytes
from .recording cimport Seen, is_elsewhere, weakly_known
from .state cimport Opener, ThreadState, Variable
from .text cimport put, put_field, put_number, put_number_or_null, put_row
from .walk cimport WalkEvents

import msgspec

from ..frontends.engine_arrays import held_elsewhere
from ..log.lent import LENT_BYTES as _LENT_BYTES
from ..log.plain import json_number
from ..log.schema import NOTHING as _NOTHING
from ..log.schema import EventFlag, Kind, Phase
from ..recorder.update_events import Before, plain_numbers

np.import_array()

cdef int64_t NOTHING = _NOTHING
cdef int64_t LENT_BYTES = _LENT_BYTES
cdef int NONFINITE = int(EventFlag.nonfinite)
cdef int PARAMETER = int(EventFlag.parameter)
cdef int VALUE = int(EventFlag.value)
cdef int UPDATED = int(Kind.param_updated)
cdef int STARTED = int(Kind.update_started)
cdef int FINISHED = int(Kind.update_finished)
cdef int UPDATE_PHASE = int(Phase.update)
cdef int MOST_RULES = 1 << 10
cdef object as_json = msgspec.json.Encoder().encode


@cython.final
cdef class EngineEvents(WalkEvents):
    """An observer of the engine, in the place of a watcher of `frontends.engine`.

    Args:
        watcher: takes all events; those that aren't usual get there.
        recorder: of the watcher.
        engine: the engine package that is watched.
    """

    cdef object before
    cdef object optimizers
    cdef dict rules
    cdef dict kinds
    cdef tuple classes
    cdef object lr
    cdef bytes lr_json

    def __init__(self, watcher, recorder, engine):
        super().__init__(watcher, recorder)
        self.before = watcher._before
        self.optimizers = watcher._optimizers
        self.rules = {}
        self.lr_json = b""
        self.kinds = {
            cls: sum([1 << kind for kind in kinds]) for cls, kinds in (
                (engine.events.ForwardFinished, [Kind.forward]),
                (engine.events.BackwardStepped, [Kind.backward]),
                (engine.events.GradAccumulated, [Kind.grad_accumulated]),
                (engine.events.ParameterUpdated, [Kind.param_updated]),
                (engine.events.ScopeEntered, [Kind.scope_entered]),
                (engine.events.ScopeExited, [Kind.scope_exited]),
                (engine.events.BackwardStarted, [Kind.reported, Kind.backward_started]),
                (engine.events.BackwardFinished, [Kind.backward_finished]),
                (engine.events.GradsCleared, [Kind.grads_cleared]),
                (engine.events.UpdateStarted, [Kind.update_started]),
                (engine.events.UpdateFinished, [Kind.update_finished]),
            )
        }
        events = engine.events
        self.classes = (
            events.ForwardFinished,
            events.BackwardStepped,
            events.GradAccumulated,
            events.ParameterUpdating,
            events.ParameterUpdated,
            events.ScopeEntered,
            events.ScopeExited,
            events.BackwardStarted,
            events.BackwardFinished,
            events.GradsCleared,
            events.UpdateStarted,
            events.UpdateFinished,
        )

    def __call__(self, event):
        cdef bint done = False
        recorder = self.recorder
        if recorder.disabled:
            return
        # Python serves those who are shown an event, and looks at the size of the log after each one.
        if not recorder.capturing.bounded and not self.writer.stopped and not self.is_shown(event):
            try:
                done = self.taken(event)
            except Exception as error:
                recorder.fail(error)
                return
        if not done:
            self.watcher(event)

    cdef bint is_shown(self, event) except -1:
        """Whether `on_event` of the recorder is called, whatever the event holds."""
        recorder = self.recorder
        if recorder.on_event is None:
            self.judges = False
            return False
        cdef int64_t kinds = self.kinds.get((<object>event).__class__, 0)
        self.judges = kinds & <int64_t>recorder.shown_nonfinite
        return kinds & <int64_t>recorder.shown

    cdef bint taken(self, event) except -1:
        cdef PyObject* kind = <PyObject*>(<object>event).__class__
        cdef tuple classes = self.classes
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
        if kind == PyTuple_GET_ITEM(classes, 7):
            return self.started(event)
        if kind == PyTuple_GET_ITEM(classes, 8):
            return self.finished(event)
        if kind == PyTuple_GET_ITEM(classes, 9):
            return self.cleared(event)
        if kind == PyTuple_GET_ITEM(classes, 10):
            return self.update_started(event)
        if kind == PyTuple_GET_ITEM(classes, 11):
            return self.update_finished(event)
        return False

    # ---- update -----------------------------------------------------------------------------------------------

    cdef bint update_started(self, event) except -1:
        """An optimizer that was told of before, and of which nothing has changed."""
        optimizer = event.optimizer
        cdef tuple parameters = event.parameters
        number = weakly_known(self.optimizers._numbers, optimizer)
        if number is None or not self.same_as_before(optimizer, number, parameters):
            return False
        hyperparam = getattr(optimizer, "hyperparam", None)
        made = weakly_known(self.optimizers._made, optimizer)
        cdef int64_t phase = self.progress.update_started()
        cdef str name = (<object>optimizer).__class__.__name__
        cdef Bytes body = self.new_body()
        put_field(body, b'{"kind":"update_started","optimizer":', as_json(name))
        put_field(
            body, b',"hyper":', b"{}" if hyperparam is None else as_json(plain_numbers(hyperparam.get_dict()))
        )
        put_number(body, b',"t":', event.t)
        put_number(body, b',"number":', number)
        if made is not None:
            put_number(body, b',"made":', made)
        put(body, b"}\n")
        cdef ThreadState thread = self.threads.state
        cdef int64_t site = self.sites.here()
        cdef Opener opener = Opener.__new__(Opener)
        opener.kind = STARTED
        opener.phase = phase
        opener.scope = NOTHING
        opener.site = site
        opener.detail = (name, event.t)
        opener.seq = self.emit(
            thread, body, STARTED, phase, NOTHING, self.text(f"update:{name}"), site, NOTHING, VALUE, NOTHING, event.t
        )
        thread.stack.append(opener)
        thread.look()
        return True

    cdef bint same_as_before(self, optimizer, number, tuple parameters) except -1:
        """Whether an optimizer without hooks has the parameters that it had, none of them frozen; see `Optimizers`."""
        members = getattr(optimizer, "_hooks", None)
        if members is None or members.pre or members.post:
            return False
        seen = self.optimizers._seen.get(number)
        if seen is None or seen[1] or seen[2]:
            return False
        cdef list ids = seen[0]
        cdef Py_ssize_t i
        if len(ids) != len(parameters):
            return False
        for i in range(len(ids)):
            parameter = parameters[i]
            if <size_t><PyObject*>parameter != <size_t>ids[i]:
                return False
            rule = parameter.update_rule
            if rule is not None and not rule.enabled:
                return False
        return True

    cdef bint update_finished(self, event) except -1:
        if event.failed:
            return False
        cdef ThreadState thread = self.threads.state
        cdef Opener opener = thread.close(STARTED)
        if opener is None:
            return True
        name, t = opener.detail
        self.progress.update_finished()
        cdef Bytes body = self.new_body()
        put(body, b'{"kind":"update_finished"}\n')
        self.emit(
            thread, body, FINISHED, opener.phase, opener.scope, self.text(f"updated:{name}"), opener.site, NOTHING,
            VALUE, opener.seq, t,
        )
        return True

    cdef bint updating(self, event) except -1:
        recorder = self.recorder
        if recorder.keep_before or recorder._breakpoint_looks:
            return False
        parameter = event.parameter
        value, grad = parameter._data, parameter._grad
        if is_elsewhere(value) or is_elsewhere(grad):
            return False
        cdef Variable variable = self.known_variable(parameter._node, value)
        cdef Seen seen = self.looking(UPDATE_PHASE, NOTHING, self.text(variable.name))
        cdef tuple entry = self.read(value, seen)
        cdef list changed = []
        value_row = grad_row = None
        if entry is not None:
            value_row = entry[0]
            if self.changed_outside(entry[5], variable.content, variable, "value"):
                changed.append("before")
        entry = self.read(grad, seen)
        if entry is not None:
            grad_row = entry[0]
            if self.changed_outside(entry[5], variable.grad_content, variable, "gradient"):
                changed.append("grad")
            variable.grad_content = entry[5]
        state = event.state
        if state:
            state = recorder._state(state, seen.keep)[0]
        self.before.update = (parameter._node, Before(value_row, grad_row, state, None, grad, changed))
        if np.PyArray_Check(value) and (
            np.PyArray_NBYTES(<np.ndarray>value) >= LENT_BYTES or np.PyArray_BASE(<np.ndarray>value) != NULL
        ):
            recorder.take_back(value)
        return True

    cdef bint updated(self, event) except -1:
        recorder = self.recorder
        parameter = event.parameter
        held = getattr(self.before, "update", None)
        if held is None or held[0] is not parameter._node or held[1] is None:
            return False
        before = held[1]
        value = parameter._data
        if is_elsewhere(value):
            return False
        held = None
        cdef bint private = np.PyArray_Check(value) and np.PyArray_NBYTES(<np.ndarray>value) >= LENT_BYTES
        if private:
            value = None
            private = not held_elsewhere(parameter)  # while nothing here holds the array
            value = parameter._data
        cdef Variable variable = self.known_variable(parameter._node, value)
        cdef int64_t label = self.text(variable.name)
        cdef Seen seen = self.looking(UPDATE_PHASE, NOTHING, label)
        cdef tuple after = self.look(value, seen, private)
        if self.judges and after is not None and after[1]:
            return False
        del self.before.update
        cdef int flags = PARAMETER
        if after is not None:
            variable.content = after[5]
            if after[1]:
                flags |= NONFINITE
        cdef Bytes body = self.new_body()
        put_number(body, b'{"kind":"param_updated","var":', variable.number)
        put(body, b',"before":')
        put_number_or_null(body, before[0])
        put(body, b',"grad":')
        put_number_or_null(body, before[1])
        put(body, b',"after":')
        put_row(body, 0, after)
        state = event.state
        if before[2]:
            put_field(body, b',"state_before":', as_json(before[2]))
        if state:
            state, tensors = recorder._state(state, seen.keep)
            put_field(body, b',"state_after":', as_json(state))
            if tensors:
                put_field(body, b',"state_tensors":', as_json(tensors))
        if event.lr is not None:
            put_field(body, b',"lr":', self.as_lr(event.lr))
        put_field(body, b',"rule":', self.as_rule((<object>event.rule).__class__))
        if before[5]:
            put_field(body, b',"changed":', as_json(before[5]))
        put(body, b"}\n")
        cdef ThreadState thread = self.threads.state
        cdef Opener update = thread.innermost(STARTED)
        self.emit(
            thread, body, UPDATED, UPDATE_PHASE, NOTHING, label, self.sites.here() if update is None else update.site,
            NOTHING, flags,
        )
        return True

    cdef bytes as_lr(self, lr):
        if lr is not self.lr:
            self.lr_json = as_json(json_number(lr))
            self.lr = lr
        return self.lr_json

    cdef bytes as_rule(self, rule):
        found = self.rules.get(rule)
        if found is None:
            found = as_json(rule.__name__)
            if len(self.rules) < MOST_RULES:
                self.rules[rule] = found
        return found
