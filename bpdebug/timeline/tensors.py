"""Which tensors an event shows, in which roles, the most telling first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import DamagedLog
from ..log import records as r
from ..log.schema import NOTHING
from ..text import clean
from .moment import TensorView
from .names import Names, dtype_name, held_roles, operand_roles, roles
from .written_into import NOT_KNOWN, WRITTEN, changed_roles, note_of_changed, unknown_roles, written_roles

__all__ = ["delta", "tensor_view", "tensors_of"]

NO_GRADIENT = "no gradient"
NOT_CAPTURED = "not captured, because "


def tensors_of(names: Names, seq: int, body: r.Event) -> list[TensorView]:
    """The tensors of event `seq`; empty for kinds that have none."""
    make = _TENSORS.get(type(body))
    if make is None:
        return []
    views = make(_Event(names, seq), body)
    changed, unknown = changed_roles(names, body), unknown_roles(names, body)
    written = written_roles(names, body)
    for view in views if changed or unknown or written else ():
        if (view.group, view.role) in changed:
            view.changed = note_of_changed(body)
        if (view.group, view.role) in written:
            view.changed += f"{', ' if view.changed else ''}{WRITTEN}"
        if (view.group, view.role) in unknown:
            view.why_missing += NOT_KNOWN
    return views


def tensor_view(
    names: Names,
    tensor: int | None,
    group: str,
    role: str,
    variable: int | None = None,
    missing: str = "",
) -> TensorView:
    """The view of one tensor of the log; `missing` says why there is none when `tensor` is None."""
    name = names.variable_name(variable)
    if tensor is None:
        return TensorView(group, role, name, variable, why_missing=missing or "there is none")
    layout = names.layout(tensor)
    if layout is None:
        return TensorView(group, role, name, variable, tensor, why_missing="the log doesn't have this tensor")
    reader = names.reader
    why = clean(reader.why_not_captured(tensor))
    return TensorView(
        group,
        role,
        name,
        variable,
        tensor,
        tuple(layout.shape),
        dtype_name(layout.dtype),
        clean(layout.device),
        f"{NOT_CAPTURED}{why}" if why else "",
        nonfinite=bool(reader.tensors[tensor]["flags"]),
        load=lambda: reader.array(tensor),
        measure=lambda: reader.measured(tensor),
        load_sample=(lambda: reader.sample(tensor)) if why else None,
    )


def delta(before: TensorView, after: TensorView, role: str = "delta") -> TensorView:
    """after - before, computed when asked for, in the arithmetic of their own dtype.

    Integers wrap as the dtype does; for truth values it is whether they differ.
    """
    why = after.why_missing or before.why_missing
    if not why and (before.shape != after.shape or before.dtype != after.dtype):
        why = f"before is {before.dtype} {before.shape}, after is {after.dtype} {after.shape}"

    def compute() -> np.ndarray:
        first, second = before.array(), after.array()
        with np.errstate(all="ignore"):
            result = np.asarray(second ^ first if second.dtype.kind == "b" else second - first)
        result.flags.writeable = False
        return result

    return TensorView(
        "delta", role, after.name, after.variable, None, after.shape, after.dtype, after.device, why, compute
    )


@dataclass(frozen=True, slots=True)
class _Event:
    """Makes the views of one event."""

    names: Names
    seq: int

    def slots(self, group: str, role_names: Iterable[str], slots: list[r.Slot]) -> list[TensorView]:
        return [
            tensor_view(self.names, slot.tensor, group, role, slot.var, "it held no data")
            for role, slot in zip(role_names, slots, strict=True)
        ]

    def change(self, variable: int, what: str, before: int | None, after: int | None) -> list[TensorView]:
        """After, delta, before."""
        first = tensor_view(self.names, before, "before", f"{what} before", variable, "it held nothing")
        second = tensor_view(self.names, after, "after", f"{what} after", variable, "it holds nothing")
        return [second, delta(first, second), first]


def _forward(event: _Event, body: r.ForwardBody) -> list[TensorView]:
    op = event.names.op(body.op)
    outputs = event.slots("output", roles(op.y_roles, len(body.y), "y"), body.y)
    inputs = event.slots("input", roles(op.x_roles, len(body.x), "x"), body.x)
    held = [
        tensor_view(event.names, tensor, "setting", role, missing="it held no data")
        for role, tensor in zip(held_roles(body), body.held, strict=True)
    ]
    return outputs + inputs + held


def _backward(event: _Event, body: r.BackwardBody) -> list[TensorView]:
    """What left, what arrived, then the values of the forward op that the rule is about."""
    names, op = event.names, event.names.op(body.op)
    views = []
    for i, role in enumerate(roles(op.x_roles, len(body.gx), "x", "g")):
        why = clean(body.why.get(str(i), "")) or NO_GRADIENT
        variable = body.x[i] if i < len(body.x) else None
        views.append(tensor_view(names, body.gx[i], "gradient out", role, variable, why))
    for i, role in enumerate(roles(op.y_roles, len(body.gy), "y", "g")):
        variable = body.y[i] if i < len(body.y) else None
        why = "no gradient arrived for this output"
        views.append(tensor_view(names, body.gy[i], "gradient in", role, variable, why))
    # The most telling first: an input that did get a gradient.
    views.sort(key=lambda view: (view.group != "gradient out", view.tensor is None))
    forward = _forward_of(names, event.seq)
    if forward is not None:
        shown = _forward(event, forward)
        views += [view for view in shown if view.group == "input"]
        views += [view for view in shown if view.group == "output"]
        views += [view for view in shown if view.group == "setting"]
    return views


def _forward_of(names: Names, seq: int) -> r.ForwardBody | None:
    partner = int(names.reader.index[seq]["partner"])
    if partner == NOTHING or partner >= seq:
        return None
    try:
        body = names.body(partner)
    except DamagedLog:
        return None
    return body if isinstance(body, r.ForwardBody) else None


def _walk(event: _Event, body: r.BackwardStartedBody) -> list[TensorView]:
    count = len(body.roots)
    views = event.slots("output", roles((), count, "y"), body.roots)
    for role, root, seed in zip(roles((), count, "y", "g"), body.roots, body.seeds, strict=False):
        views.append(tensor_view(event.names, seed, "gradient in", role, root.var, "no seed gradient"))
    return views


def _accumulated(event: _Event, body: r.GradAccumulatedBody) -> list[TensorView]:
    names = event.names
    nothing = "it held no gradient before"
    return [
        tensor_view(names, body.after, "after", "grad", body.var, "it holds no gradient"),
        tensor_view(names, body.add, "contribution", "contribution", body.var, "nothing was added"),
        tensor_view(names, body.before, "before", "grad before", body.var, nothing),
    ]


def _updated(event: _Event, body: r.ParamUpdatedBody) -> list[TensorView]:
    names = event.names
    before = tensor_view(names, body.before, "before", "before", body.var, "it held no data")
    after = tensor_view(names, body.after, "after", "after", body.var, "it holds no data")
    gradient = tensor_view(names, body.grad, "gradient", "gradient", body.var, "it had no gradient")
    views = [before, gradient, delta(before, after), after]
    for key in body.state_tensors:
        for when, state in (("before", body.state_before), ("after", body.state_after)):
            tensor = state.get(key)
            if isinstance(tensor, int):
                views.append(tensor_view(names, tensor, "state", f"{clean(key)} {when}", body.var))
    return views


def _hooked(event: _Event, body: r.GradientHookedBody) -> list[TensorView]:
    return event.change(body.var, "grad", body.before, body.after)


def _edited(event: _Event, body: r.EditedBody) -> list[TensorView]:
    what = "grad" if body.of == "gradient" else "value"
    return event.change(body.var, what, body.before, body.after)


def _reported(event: _Event, body: r.ReportedBody) -> list[TensorView]:
    if body.tensor is None:
        return []
    return [tensor_view(event.names, body.tensor, "output", clean(body.name))]


def _failed(event: _Event, body: r.FailedBody) -> list[TensorView]:
    group = "gradient in" if any(role.startswith("gy") for role in body.roles) else "input"
    return [
        tensor_view(event.names, tensor, group, role, None, "it held no data")
        for role, tensor in zip(operand_roles(body), body.operands, strict=True)
    ]


_TENSORS: dict[type, Callable[[_Event, Any], list[TensorView]]] = {
    r.ForwardBody: _forward,
    r.BackwardBody: _backward,
    r.BackwardStartedBody: _walk,
    r.GradAccumulatedBody: _accumulated,
    r.ParamUpdatedBody: _updated,
    r.GradientHookedBody: _hooked,
    r.EditedBody: _edited,
    r.ReportedBody: _reported,
    r.FailedBody: _failed,
}
