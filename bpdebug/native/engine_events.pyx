# cython: boundscheck=False, wraparound=False
"""Takes the engine's most frequent events to the log: the usual case of `frontends.engine` and `recorder`.

Everything that isn't usual about an event goes to the Python that it would go to without this part, before anything of
it has been written down. What is written here is what that Python would write, byte for byte.

This file has the updates (see `recorder.update_events` for the twin) and the choice by class.
"""

cimport cython
cimport numpy as np
from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from .buffers cimport Bytes
from .fields cimport EmitterFields
from .recording cimport Seen, any_elsewhere, is_elsewhere, weakly_known
from .state cimport Opener, ThreadState, Variable
from .text cimport put, put_field, put_number, put_number_or_null, put_row
from .walk cimport WalkEvents

import msgspec

from ..frontends.engine_arrays import held_elsewhere
from ..frontends.engine_optimizers import own_settings
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
cdef int FORWARD = int(Kind.forward)
cdef int BACKWARD = int(Kind.backward)
cdef int ACCUMULATED = int(Kind.grad_accumulated)
cdef int ENTERED = int(Kind.scope_entered)
cdef int EXITED = int(Kind.scope_exited)
cdef int STARTED_WALK = int(Kind.backward_started)
cdef int FINISHED_WALK = int(Kind.backward_finished)
cdef int REPORTED = int(Kind.reported)
cdef int CLEARED = int(Kind.grads_cleared)
cdef int UPDATE_PHASE = int(Phase.update)
cdef int MOST_RULES = 1 << 10
cdef object as_json = msgspec.json.Encoder().encode
cdef object new_tuple = tuple.__new__


@cython.final
cdef class EngineEvents(WalkEvents):
    """An observer of the engine, in the place of a watcher of `frontends.engine`.

    Args:
        watcher: takes all events; those that aren't usual get there.
        recorder: of the watcher.
        engine: the engine package that is watched.
    """

    cdef object optimizers
    cdef object events
    cdef dict rules
    cdef object lr
    cdef bytes lr_json
    cdef readonly dict takers

    def __init__(self, watcher, recorder, engine):
        super().__init__(watcher, recorder)
        self.optimizers = watcher._optimizers
        self.events = engine.events
        self.rules = {}
        self.lr_json = b""
        # See `engine.events.tell`.
        self.takers = {
            "ForwardFinished": self.take_forward,
            "BackwardStepped": self.take_backward,
            "GradAccumulated": self.take_accumulated,
            "ParameterUpdating": self.take_updating,
            "ParameterUpdated": self.take_updated,
            "ScopeEntered": self.take_entered,
            "ScopeExited": self.take_exited,
            "BackwardStarted": self.take_started,
            "BackwardFinished": self.take_finished,
            "GradsCleared": self.take_cleared,
            "UpdateStarted": self.take_update_started,
            "UpdateFinished": self.take_update_finished,
        }

    def __call__(self, event):
        """One of several observers is given events."""
        kind = type(event)
        taker = self.takers.get(kind.__name__)
        if taker is None:
            self.watcher(event)
        else:
            taker(*[getattr(event, name) for name in kind.__match_args__])

    cdef int take_off_interrupted(self) except -1:
        if self.threads.current().stack:
            self.watcher.take_off_interrupted()
        return 0

    cdef bint begin_event(self, int64_t kinds) except -1:
        """Settle what stands before an event; whether events of these kinds (bit k for kind k) may be taken here.

        Python serves those who are shown an event, and looks at the size of the log after each one.
        """
        cdef EmitterFields recorder = self.recorder
        if recorder.unsettled:
            (<object>recorder).settle()
        if recorder.disabled or recorder.capturing.bounded or recorder.writer.stopped:
            return False
        if recorder.on_event is None:
            self.judges = False
            return True
        if not (<object>recorder).observer_only_reads:
            return False  # arrays may change whenever it is shown an event
        self.judges = kinds & recorder.shown_nonfinite
        return not kinds & recorder.shown

    def take_forward(self, node, x, x_arrays, y, y_arrays, in_graph, during, duration_ns, timer):
        try:
            if self.begin_event(1 << FORWARD) and self.forward(
                node, x, x_arrays, y, y_arrays, in_graph, during, duration_ns
            ):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(
            self.events.ForwardFinished(node, x, x_arrays, y, y_arrays, in_graph, during, duration_ns, timer)
        )

    def take_backward(self, node, x, y, gy, gx, duration_ns, timer):
        try:
            gy, gx = self.arrays_of(gy), self.arrays_of(gx)
            if self.begin_event(1 << BACKWARD) and self.backward(node, x, gy, gx, duration_ns):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.BackwardStepped(node, x, y, gy, gx, duration_ns, timer))

    def take_accumulated(self, variable, before, contribution, after, node):
        try:
            if self.begin_event(1 << ACCUMULATED) and self.accumulated(variable, before, contribution, after, node):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.GradAccumulated(variable, before, contribution, after, node))

    def take_updating(self, parameter, rule, state):
        try:
            if self.begin_event(0) and self.updating(parameter, state):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.ParameterUpdating(parameter, rule, state))

    def take_updated(self, parameter, rule, state, lr):
        try:
            if self.begin_event(1 << UPDATED) and self.updated(parameter, rule, state, lr):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.ParameterUpdated(parameter, rule, state, lr))

    def take_entered(self, link, args, kwargs):
        try:
            if self.threads.current().phase >= 0:
                self.take_off_interrupted()
            if self.begin_event(1 << ENTERED) and self.entered(link, args, kwargs):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.ScopeEntered(link, args, kwargs))

    def take_exited(self, link, failed):
        try:
            if self.begin_event(1 << EXITED) and self.exited(link, failed):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.ScopeExited(link, failed))

    def take_started(self, roots, root_arrays, seeds, node_count, double_, call):
        try:
            self.take_off_interrupted()
            if self.begin_event(1 << STARTED_WALK | 1 << REPORTED) and self.started(
                roots, root_arrays, seeds, node_count, double_, call
            ):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.BackwardStarted(roots, root_arrays, seeds, node_count, double_, call))

    def take_finished(self, failed):
        try:
            if self.begin_event(1 << FINISHED_WALK) and self.finished(failed):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.BackwardFinished(failed))

    def take_cleared(self, parameters, zeroed):
        try:
            if self.begin_event(1 << CLEARED) and self.cleared(parameters, zeroed):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.GradsCleared(parameters, zeroed))

    def take_update_started(self, optimizer, t, parameters):
        try:
            self.take_off_interrupted()
            if self.begin_event(1 << STARTED) and self.update_started(optimizer, t, parameters):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.UpdateStarted(optimizer, t, parameters))

    def take_update_finished(self, optimizer, failed):
        try:
            if self.begin_event(1 << FINISHED) and self.update_finished(failed):
                return
        except Exception as error:
            return self.recorder.fail(error)
        self.watcher(self.events.UpdateFinished(optimizer, failed))

    cdef tuple arrays_of(self, gradients):
        """As `engine.events.arrays_of`."""
        cdef tuple found = tuple(gradients)
        return self.events.arrays_of(found) if any_elsewhere(found) else found

    # ---- update -----------------------------------------------------------------------------------------------

    cdef bint update_started(self, optimizer, t, tuple parameters) except -1:
        """An optimizer that was told of before, and of which nothing has changed."""
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
        put_number(body, b',"t":', t)
        put_number(body, b',"number":', number)
        if made is not None:
            put_number(body, b',"made":', made)
        put(body, b"}\n")
        cdef ThreadState thread = self.threads.current()
        cdef int64_t site = self.sites.here()
        cdef Opener opener = Opener.__new__(Opener)
        opener.kind = STARTED
        opener.phase = phase
        opener.scope = NOTHING
        opener.site = site
        opener.detail = (name, t)
        opener.seq = self.emit(
            thread, body, STARTED, phase, NOTHING, self.text(f"update:{name}"), site, NOTHING, VALUE, NOTHING, t
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

    cdef bint update_finished(self, bint failed) except -1:
        if failed:
            return False
        cdef ThreadState thread = self.threads.current()
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

    cdef bint updating(self, parameter, dict state) except -1:
        cdef EmitterFields recorder = self.recorder
        if recorder.keep_before or recorder._breakpoint_looks:
            return False
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
        before_state = recorder._state(state, seen.keep)[0] if state else state
        # As `Before(...)`, without a call of Python.
        before = new_tuple(Before, (value_row, grad_row, before_state, None, grad, changed, ()))
        self.threads.current().update = (parameter._node, before)
        if np.PyArray_Check(value) and (
            np.PyArray_NBYTES(<np.ndarray>value) >= LENT_BYTES or np.PyArray_BASE(<np.ndarray>value) != NULL
        ):
            recorder.take_back(value)
        return True

    cdef bint updated(self, parameter, rule, dict state, lr) except -1:
        cdef ThreadState thread = self.threads.current()
        cdef tuple noted = thread.update
        if noted is None or noted[0] is not parameter._node:
            return False
        cdef tuple before = <tuple>noted[1]  # a `Before`
        value = parameter._data
        if is_elsewhere(value):
            return False
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
        cdef bytes hyper = self.own_hyper(rule)
        thread.update = None
        if before[4] is not parameter._grad:
            variable.grad_content = b""
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
        if before[2]:
            put_field(body, b',"state_before":', as_json(before[2]))
        if state:
            after_state, tensors = self.recorder._state(state, seen.keep)
            put_field(body, b',"state_after":', as_json(after_state))
            if tensors:
                put_field(body, b',"state_tensors":', as_json(tensors))
        if lr is not None:
            put_field(body, b',"lr":', self.as_lr(lr))
        put_field(body, b',"rule":', self.as_rule((<object>rule).__class__))
        if before[5]:
            put_field(body, b',"changed":', as_json(before[5]))
        if hyper:
            put_field(body, b',"hyper":', hyper)
        put(body, b"}\n")
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

    cdef bytes own_hyper(self, rule):
        """As JSON, the hyperparameters that a rule has of its own; b"" for none, which is usual."""
        own = getattr(getattr(rule, "hyperparam", None), "__dict__", None)
        if own is None or (len(own) == 1 and "_parent" in own):
            return b""
        found = own_settings(rule)
        return as_json(plain_numbers(found)) if found else b""

    cdef bytes as_rule(self, rule):
        found = self.rules.get(rule)
        if found is None:
            found = as_json(rule.__name__)
            if len(self.rules) < MOST_RULES:
                self.rules[rule] = found
        return found
