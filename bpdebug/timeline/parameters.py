"""Every parameter as it is right after an event: value, gradient, and its latest update.

A pure function of the log and the event: however one came there, the answer is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import DamagedLog
from ..log import records as r
from ..log.schema import Kind
from ..text import clean
from .names import dtype_name
from .scan import first_where, last_where
from .states import ParameterState

if TYPE_CHECKING:
    from .latest import Latest
    from .names import Names

__all__ = ["parameters_at"]

_CLEARINGS_READ = 256
"""How many cleargrads of other models to look through for the one that cleared a parameter."""
_CALLS_READ = 64
_CALLS_WITHIN = 4096


def parameters_at(names: Names, latest: Latest, seq: int) -> list[ParameterState]:
    """The state of all parameters that the run has ever named, right after event `seq`.

    In the order in which the run met them. What can't be read is left as if it hadn't happened.
    """
    return _Search(names, latest, seq).states()


class _Search:
    """Collects the events that say something about the parameters at one event."""

    def __init__(self, names: Names, latest: Latest, seq: int) -> None:
        self.names = names
        self.latest = latest
        self.seq = seq
        self.index = names.reader.index
        self.parameters = [found for found in names.reader.variables if found.parameter]

    def states(self) -> list[ParameterState]:
        updated = self._by_label(Kind.param_updated, "")
        edited = self._by_label(Kind.edited, "edit:")
        called = self._by_scope()
        gradients = self._gradient_events()
        cleared = self._clearings(gradients)
        states = []
        for parameter in self.parameters:
            number = parameter.id
            state = ParameterState(clean(parameter.name), number, value=parameter.first)
            self._take_update(state, updated.get(number))
            self._take_edit(state, edited.get(number))
            self._take_call(state, called.get(number))
            self._take_gradient(state, gradients.get(number), cleared.get(number))
            shown = state.value if state.value is not None else state.gradient
            layout = self.names.layout(shown)
            if layout is not None:
                state.shape, state.dtype = tuple(layout.shape), dtype_name(layout.dtype)
            states.append(state)
        return states

    # ---- which events -----------------------------------------------------------------------------------------

    def _by_label(self, kind: Kind, prefix: str) -> dict[int, int]:
        """Variable number to the last event of the kind whose label is prefix + name."""
        labels = {
            label: parameter.id
            for parameter in self.parameters
            if (label := self.names.text_id(prefix + parameter.name)) is not None
        }
        found = self.latest.up_to(self.seq, kind, labels)
        return {labels[label]: seq for label, seq in found.items()}

    def _by_scope(self) -> dict[int, int]:
        """Variable number to the last forward op in the link that owns it: that op shows its value."""
        scopes = {
            parameter.id: scope
            for parameter in self.parameters
            if (scope := self.names.scope_id(parameter.name.rpartition(".")[0])) is not None
        }
        found = self.latest.up_to(self.seq, Kind.forward, scopes.values())
        return {number: found[scope] for number, scope in scopes.items() if scope in found}

    def _gradient_events(self) -> dict[int, int]:
        """Variable number to the last event that added to its gradient, or hooked it."""
        found = self._by_label(Kind.grad_accumulated, "grad:")
        by_name = {parameter.name: parameter.id for parameter in self.parameters}
        hooks = {label: by_name[name] for label, name in self.names.hook_targets() if name in by_name}
        for label, seq in self.latest.up_to(self.seq, Kind.gradient_hooked, hooks).items():
            number = hooks[label]
            found[number] = max(seq, found.get(number, -1))
        return found

    def _clearings(self, gradients: dict[int, int]) -> dict[int, int]:
        """Variable number to an event after its last gradient that cleared it."""
        open_ = dict(gradients)
        cleared: dict[int, int] = {}
        # Back from here: usually the nearest cleargrads is the one.
        at = self.seq + 1
        for _ in range(_CLEARINGS_READ):
            if not open_:
                return cleared
            found = last_where(self.index, at, _is_clearing, min(open_.values()) + 1)
            if found is None:
                return cleared
            at = found
            touched = self._cleared_by(at)
            for number in [number for number in open_ if number in touched or open_[number] > at]:
                if open_.pop(number) < at:
                    cleared[number] = at
        # Parameters whose last gradient is long ago: forward from it.
        for number, begin in open_.items():
            for _ in range(_CLEARINGS_READ):
                found = first_where(self.index, begin + 1, _is_clearing, self.seq + 1)
                if found is None:
                    break
                begin = found
                if number in self._cleared_by(begin):
                    cleared[number] = begin
                    break
        return cleared

    def _cleared_by(self, seq: int) -> frozenset[int]:
        body = self._body(seq)
        return frozenset(body.vars) if isinstance(body, r.GradsClearedBody) else frozenset()

    def _body(self, seq: int) -> r.Event | None:
        try:
            return self.names.body(seq)
        except DamagedLog:
            return None

    # ---- what they say ----------------------------------------------------------------------------------------

    def _take_update(self, state: ParameterState, seq: int | None) -> None:
        body = None if seq is None else self._body(seq)
        if not isinstance(body, r.ParamUpdatedBody):
            return
        state.value, state.written_at = body.after, seq
        state.before, state.used_gradient, state.after = body.before, body.grad, body.after
        state.lr = _float(body.lr)
        state.rule = clean(body.rule)
        state.state = {clean(key): _plain(value) for key, value in body.state_after.items()}
        state.state_tensors = [clean(key) for key in body.state_tensors]
        state.updated_at, state.updated_here = seq, seq == self.seq

    def _take_edit(self, state: ParameterState, seq: int | None) -> None:
        if seq is None or seq < (state.written_at or -1):
            return
        body = self._body(seq)
        if isinstance(body, r.EditedBody) and body.var == state.variable:
            state.value, state.written_at = body.after, seq

    def _take_call(self, state: ParameterState, seq: int | None) -> None:
        """A script may write into a parameter by itself (load weights, copy a network): ops show that."""
        floor = -1 if state.written_at is None else state.written_at
        for _ in range(_CALLS_READ):
            if seq is None or seq <= floor:
                return
            body = self._body(seq)
            for slot in body.x if isinstance(body, r.ForwardBody) else ():
                if slot.var == state.variable and slot.tensor is not None:
                    if slot.tensor != state.value:
                        state.value, state.written_at = slot.tensor, seq
                    return
            seq = self._call_before(seq, max(floor + 1, seq - _CALLS_WITHIN))

    def _call_before(self, seq: int, start: int) -> int | None:
        """The forward op before `seq` in the same link, not before `start`."""
        scope = self.index[seq]["scope"]
        return last_where(
            self.index, seq, lambda part: (part["kind"] == Kind.forward) & (part["scope"] == scope), start
        )

    def _take_gradient(self, state: ParameterState, seq: int | None, cleared: int | None) -> None:
        if cleared is not None:
            body = self._body(cleared)
            zeroed = isinstance(body, r.GradsClearedBody) and body.zeroed
            state.gradient_note, state.gradient_at = ("zeros" if zeroed else "cleared"), cleared
            return
        body = None if seq is None else self._body(seq)
        if isinstance(body, r.GradAccumulatedBody):
            state.gradient_note = "first contribution" if body.before is None else "summed"
        elif isinstance(body, r.GradientHookedBody):
            state.gradient_note = f"changed by {clean(body.hook)}"
        else:
            state.gradient_note = "none yet"
            return
        state.gradient, state.gradient_at = body.after, seq


def _is_clearing(part: np.ndarray) -> np.ndarray:
    return part["kind"] == Kind.grads_cleared


def _float(value: object) -> float | None:
    plain = _plain(value)
    return float(plain) if isinstance(plain, int | float) else None


def _plain(value: object) -> float | int | None:
    """A `records.Number` as a number."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) else None
