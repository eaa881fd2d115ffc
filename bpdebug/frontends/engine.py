"""Watches our engine: its events become the recorder's calls.

The engine package comes as an argument, because the child process loads it under the name `chainer`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from ..log.records import Fed
from ..log.schema import NOTHING
from ..native import part
from ..recorder import Recorder
from ..recorder.arrays import describe
from ..recorder.foreign_code import Given
from ..recorder.identity import Node, Variable
from .enclosing_calls import EnclosingCalls
from .engine_arrays import held_elsewhere, kept_by_rule, kept_bytes, rows_behind, shares
from .engine_identities import Identities
from .engine_optimizers import Optimizers, own_settings
from .engine_words import label_of, operand_roles, why_no_gradient
from .op_settings import encode, settings_beside
from .weak_table import WeakTable

__all__ = ["watch"]


def watch(engine_package: ModuleType, recorder: Recorder) -> Callable[[], None]:
    """Record everything that the engine does from now on.

    Args:
        engine_package: the engine, under whatever name it was imported.

    Returns:
        A callable that stops it; calling it twice does no harm.
    """
    if engine_package.__file__ is not None:
        recorder.call_sites.ignore(os.path.dirname(engine_package.__file__))
    watcher = _Watcher(engine_package, recorder)
    recorder.frames_up = _FRAMES_UP
    recorder.is_the_scripts = engine_package.events.raised_by_signal
    recorder.devices.array_module = engine_package.backend.get_array_module
    native = part("engine_events")
    observer = watcher if native is None else native.EngineEvents(watcher, recorder, engine_package)
    stop_observing: Callable[[], None] = engine_package.events.observe(observer)

    def stop() -> None:
        stop_observing()
        # From here on nobody says when an array is handed out.
        recorder.flush()

    return stop


_FRAMES_UP = 4
"""To the engine's `emit`: from the recorder's method over the watcher's and `_Watcher.__call__`."""


class _Watcher(Identities):
    """Takes each event to the method for its class; a fault of ours ends the recording, not the training."""

    def __init__(self, engine: ModuleType, recorder: Recorder) -> None:
        super().__init__(engine, recorder)
        self._optimizers = Optimizers(self._made)
        self._arrays: WeakTable[int] = WeakTable()
        self._array_numbers = itertools.count(1)
        self._enclosing = EnclosingCalls(engine)
        self._variable_class = engine.Variable
        self._plain_attributes = engine.FunctionNode.attributes
        events = engine.events
        self._methods: dict[type, Callable[[Any], None]] = {
            events.ScopeEntered: self._scope_entered,
            events.ScopeExited: self._scope_exited,
            events.ForeignForward: self._foreign_forward,
            events.ForwardFinished: self._forward,
            events.BackwardStarted: self._backward_started,
            events.ForeignBackward: self._foreign_backward,
            events.BackwardStepped: self._backward,
            events.BackwardFinished: self._backward_finished,
            events.GradAccumulated: self._grad_accumulated,
            events.GradsCleared: self._grads_cleared,
            events.Made: self._thing_made,
            events.HandedOut: self._handed_out,
            events.OptimizerSetUp: self._optimizer_set_up,
            events.UpdateStarted: self._update_started,
            events.UpdateFinished: self._update_finished,
            events.GradientHooking: self._gradient_hooking,
            events.GradientHooked: self._gradient_hooked,
            events.ParameterUpdating: self._parameter_updating,
            events.ParameterUpdated: self._parameter_updated,
            events.Reported: self._reported,
            events.Failed: self._failed,
        }

    def __call__(self, event: Any) -> None:
        recorder = self._recorder
        if recorder.disabled:
            return
        try:
            if recorder.unsettled:
                recorder.settle()
            self._methods[type(event)](event)
        except Exception as error:
            recorder.fail(error)

    def take_off_interrupted(self) -> None:
        """A walk, an update, or a call of a link in one of these, begins: take off what has ended without a word."""
        thread = self._recorder.threads.state
        if thread.stack:
            self._enclosing.take_off(thread)

    # ---- what is made, and handed out ----------------------------------------------------------------------------

    def _thing_made(self, event: Any) -> None:
        site = self._recorder.call_sites.here()
        if site != NOTHING:
            self._made.set(event.thing, site)

    def _handed_out(self, event: Any) -> None:
        self._handed(event.array)

    def _handed(self, array: Any) -> None:
        """Somebody may write into an array (or None) from now on."""
        if isinstance(array, np.ndarray):
            self._recorder.take_back(array)
        elif array is not None:
            self._recorder.devices.take_back(array)

    def _fed(self, places: Sequence[int], arrays: Sequence[Any]) -> list[Fed]:
        """Which inputs of an op are arrays of the script, of those at `places`, and whether these came before."""
        fed = []
        for place in places:
            array = arrays[place]
            if not isinstance(array, np.ndarray):
                continue
            serial = self._arrays.get(array)
            if serial is None:
                serial = next(self._array_numbers)
                self._arrays.set(array, serial)
            fed.append(Fed(place, serial, rows_behind(array)))
        return fed

    # ---- forward ----------------------------------------------------------------------------------------------

    def _scope_entered(self, event: Any) -> None:
        if self._recorder.threads.state.phase >= 0:
            self.take_off_interrupted()
        args = [self._described(arg) for arg in event.args]
        args += [f"{name}={self._described(arg)}" for name, arg in event.kwargs.items()]
        scope = self._names.scope_of(event.link, self._calls.innermost)
        self._recorder.scope_entered(scope, args, self._training())
        self._calls.enter(event.link)

    def _described(self, arg: Any) -> str:
        return describe(arg._data if isinstance(arg, self._variable_class) and arg._data is not None else arg)

    def _scope_exited(self, event: Any) -> None:
        self._calls.leave(event.link)
        self._recorder.scope_exited(event.failed)

    def _foreign_forward(self, event: Any) -> None:
        node, during = event.node, event.during
        phase = self._recorder.phase_of_call(self._training())
        self._variables(event.x, event.x_arrays)  # what is met here for the first time is met as it is now
        node.watch_given = self._recorder.given_to_op(
            label_of(node),
            event.x_arrays,
            phase,
            None if during is None else self._node(during),
        )

    def _taken(self, node: Any) -> Given | None:
        """What was noted of what the code of a node was given."""
        given, node.watch_given = node.watch_given, None
        return given if given.__class__ is Given and given.owner is self._owner else None

    def _forward(self, event: Any) -> None:
        node = event.node
        recorder = self._recorder
        op = self._op(node)
        train = bool(self._config.train)
        phase = recorder.phase_of_call(train and bool(self._config.enable_backprop))
        x: list[Variable] = []
        made_by_no_op: list[int] = []
        for x_node, array in zip(event.x, event.x_arrays, strict=True):
            known = x_node.watch_id
            if known.__class__ is not Variable or known.owner is not self._owner:
                known = self._variable(x_node, array)
            if x_node.creator_node is None and not known.parameter:
                made_by_no_op.append(len(x))
            x.append(known)
        y = []
        for output in event.y:
            output._node.watch_id = known = recorder.new_output(op.grad_label)
            y.append(known)
        attributes, settings, held = self.settings_of(node)
        node.watch_id = recorder.forward(
            op.number,
            op.label,
            x,
            event.x_arrays,
            y,
            event.y_arrays,
            attributes=attributes,
            phase=phase,
            train=train,
            in_graph=event.in_graph,
            during=None if event.during is None else self._node(event.during),
            random_state=node.random_state,
            duration_ns=event.duration_ns,
            settings=settings,
            held=held,
            fed=self._fed(made_by_no_op, event.x_arrays) if made_by_no_op and event.during is None else (),
            kept_bytes=kept_bytes(node, event.x_arrays, event.y_arrays) if event.in_graph else 0,
            private=not node.foreign,
            timer=event.timer,
            given=self._taken(node) if node.foreign else None,
        )

    def settings_of(self, node: Any) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
        """The attributes of an op; what they lack to make it again, as JSON; and the arrays that this mentions."""
        attributes = {} if type(node).attributes is self._plain_attributes else node.attributes()
        held: list[Any] = []
        settings = {}
        if self._op(node).has_settings:
            beside = settings_beside(attributes, node.settings())
            settings = {name: encode(value, held) for name, value in beside.items()}
        return attributes, settings, held

    def why_no_gradient(self, function: Any, place: int, x: Any) -> str:
        """Why a step of the walk that goes on gave an input no gradient; `x` is its variable node."""
        return why_no_gradient(function, place, x, self._recorder.walk_call())

    def _failed(self, event: Any) -> None:
        shapes = [describe(array) for array in event.arrays]
        operands = list(zip(operand_roles(event), event.arrays, strict=True))
        self._recorder.op_failed(event.error, label_of(event.node), shapes, self._training(), operands)

    # ---- backward ---------------------------------------------------------------------------------------------

    def _backward_started(self, event: Any) -> None:
        self.take_off_interrupted()
        self._recorder.backward_started(
            self._variables(event.roots, event.root_arrays),
            event.root_arrays,
            event.seeds,
            event.node_count,
            event.double,
            event.call,
        )

    def _backward(self, event: Any) -> None:
        node = self._node(event.node)
        if node is None:
            node = self._unwatched(event)
        why = {}
        for place, (x, gx) in enumerate(zip(event.x, event.gx, strict=True)):
            if gx is None:
                why[place] = self.why_no_gradient(event.node, place, x)
        function = event.node
        kept_x, kept_y = kept_by_rule(function)
        private = not function.foreign and not shares(event.gx, kept_x, kept_y)
        given = self._taken(function) if function.foreign else None
        self._recorder.backward(
            node, event.gy, event.gx, why, event.duration_ns, kept_x, kept_y, private, event.timer, given
        )

    def _foreign_backward(self, event: Any) -> None:
        node = self._node(event.node)
        if node is not None:
            event.node.watch_given = self._recorder.given_to_step(node, event.gy, *kept_by_rule(event.node))

    def _unwatched(self, event: Any) -> Node:
        """A node whose forward pass happened before we watched."""
        op = self._op(event.node)
        x = [self._variable(x, None).number for x in event.x]
        y = [self._variable(y, None).number for y in event.y if y is not None]
        node = self._recorder.unseen_node(op.number, op.label, x, y)
        event.node.watch_id = node
        return node

    def _backward_finished(self, event: Any) -> None:
        self._recorder.backward_finished(event.failed)

    def _grad_accumulated(self, event: Any) -> None:
        self._recorder.grad_accumulated(
            self._variable(event.variable, None),
            event.before,
            event.contribution,
            event.after,
            None if event.node is None else self._node(event.node),
            event.node is not None and not event.node.foreign,
        )

    def _grads_cleared(self, event: Any) -> None:
        cleared = [self._variable(parameter.node, parameter._data) for parameter in event.parameters]
        self._recorder.grads_cleared(cleared, event.zeroed)

    # ---- update -----------------------------------------------------------------------------------------------

    def _optimizer_set_up(self, event: Any) -> None:
        self._recorder.optimizer_set_up()

    def _update_started(self, event: Any) -> None:
        self.take_off_interrupted()
        optimizer = event.optimizer
        hyperparam = getattr(optimizer, "hyperparam", None)
        hyper = {} if hyperparam is None else hyperparam.get_dict()
        told = self._optimizers.look(optimizer, event.parameters)
        takes = None
        if told.takes is not None:
            takes = [self._variable(parameter.node, parameter._data) for parameter in told.takes]
        self._recorder.update_started(
            type(optimizer).__name__,
            hyper,
            event.t,
            told.number,
            told.made,
            takes,
            [self._variable(parameter.node, parameter._data) for parameter in told.frozen],
            told.hooks,
        )

    def _update_finished(self, event: Any) -> None:
        self._recorder.update_finished(event.failed)

    def _gradient_hooking(self, event: Any) -> None:
        variables = [self._variable(p.node, p._data) for p in event.parameters]
        gradients = [p._grad for p in event.parameters]
        noted = self._recorder.gradients_of(event.hook, variables, gradients)
        self._recorder.threads.state.gradients = noted
        for gradient in gradients:
            self._handed(gradient)

    def _gradient_hooked(self, event: Any) -> None:
        thread = self._recorder.threads.state
        before, thread.gradients = thread.gradients, None
        if before is not None and len(before) == len(event.parameters):
            variables = [self._variable(p.node, p._data) for p in event.parameters]
            gradients = [p._grad for p in event.parameters]
            self._recorder.gradients_hooked(event.hook, variables, before, gradients)

    def _parameter_updating(self, event: Any) -> None:
        parameter = event.parameter
        self._recorder.threads.state.update = (
            parameter.node,
            self._recorder.param_before(
                self._variable(parameter.node, parameter._data),
                parameter._data,
                parameter._grad,
                event.state,
            ),
        )
        self._handed(parameter._data)

    def _parameter_updated(self, event: Any) -> None:
        parameter = event.parameter
        thread = self._recorder.threads.state
        noted, thread.update = thread.update, None
        if noted is not None and noted[0] is parameter.node:
            private = not held_elsewhere(parameter)  # while no call of ours holds the array
            variable = self._variable(parameter.node, parameter._data)
            # It may have been updated by another one, such as a float32 copy.
            if noted[1].grad_array is not parameter._grad:
                variable.grad_content = b""
            self._recorder.param_updated(
                variable,
                noted[1],
                parameter._data,
                event.state,
                event.lr,
                type(event.rule).__name__,
                private,
                own_settings(event.rule),
            )

    def _reported(self, event: Any) -> None:
        value = event.value
        array = getattr(value, "array", value)
        self._recorder.reported(event.name, array)
