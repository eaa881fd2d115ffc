"""What of an event's body is compared: its tensors, each in its role, and its settings.

Times, numbers of variables and the like differ between two runs of one script, and say nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..log import records as r
from ..log.references import KINDS_WITH_TENSORS, state_tensors
from ..log.schema import Kind
from ..text import clean
from ..timeline.names import Names, held_roles, operand_roles, roles

__all__ = ["UNCOMPARED", "UNCOMPARED_KINDS", "Slot", "settings_of", "slots_of"]

UNCOMPARED = (r.RunStartedBody, r.OutputBody, r.WarnedBody)
"""What differs between two runs that compute the same: times and paths in texts, process numbers."""
UNCOMPARED_KINDS = (Kind.run_started, Kind.output, Kind.warned)
"""The kinds of the same events."""


class Slot(NamedTuple):
    """A tensor of an event: its role, the variable that it belongs to, and whether the event made it."""

    role: str
    variable: int | None
    made: bool
    tensor: int | None


def slots_of(names: Names, body: r.Event) -> list[Slot]:
    """The tensors of an event in the order of `tensors_of`, with all that is known of them."""
    get = _SLOTS.get(type(body))
    return get(names, body) if get is not None else []


def settings_of(body: r.Event) -> dict[str, Any]:
    """The other contents that are compared: JSON values by name."""
    get = _SETTINGS.get(type(body))
    return get(body) if get is not None else {}


def _forward(names: Names, body: r.ForwardBody) -> list[Slot]:
    op = names.op(body.op)
    x = zip(roles(op.x_roles, len(body.x), "x"), body.x, strict=True)
    y = zip(roles(op.y_roles, len(body.y), "y"), body.y, strict=True)
    held = zip(held_roles(body), body.held, strict=True)
    return [
        *(Slot(role, slot.var, False, slot.tensor) for role, slot in x),
        *(Slot(role, None, False, tensor) for role, tensor in held),
        *(Slot(role, slot.var, True, slot.tensor) for role, slot in y),
    ]


def _walk(names: Names, body: r.BackwardStartedBody) -> list[Slot]:
    places = roles((), len(body.roots), "y")
    roots = [Slot(role, slot.var, False, slot.tensor) for role, slot in zip(places, body.roots, strict=True)]
    seeds = zip(roles((), len(body.seeds), "y", "g"), body.seeds, strict=True)
    return roots + [Slot(role, None, False, seed) for role, seed in seeds]


def _backward(names: Names, body: r.BackwardBody) -> list[Slot]:
    op = names.op(body.op)
    gy = zip(roles(op.y_roles, len(body.gy), "y", "g"), body.gy, strict=True)
    gx = enumerate(zip(roles(op.x_roles, len(body.gx), "x", "g"), body.gx, strict=True))
    return [Slot(role, None, False, tensor) for role, tensor in gy] + [
        Slot(role, body.x[i] if i < len(body.x) else None, True, tensor) for i, (role, tensor) in gx
    ]


def _updated(names: Names, body: r.ParamUpdatedBody) -> list[Slot]:
    keys = [clean(key) for key in sorted(body.state_tensors)]
    before, after = state_tensors(body, body.state_before), state_tensors(body, body.state_after)
    return [
        Slot("before", body.var, False, body.before),
        Slot("gradient", body.var, False, body.grad),
        *(Slot(f"{key} before", body.var, False, value) for key, value in zip(keys, before, strict=True)),
        Slot("after", body.var, True, body.after),
        *(Slot(f"{key} after", body.var, True, value) for key, value in zip(keys, after, strict=True)),
    ]


def _change(body: r.GradientHookedBody | r.EditedBody) -> list[Slot]:
    return [Slot("before", body.var, False, body.before), Slot("after", body.var, True, body.after)]


_SLOTS: dict[type, Callable[[Names, Any], list[Slot]]] = {
    r.ForwardBody: _forward,
    r.BackwardStartedBody: _walk,
    r.BackwardBody: _backward,
    r.GradAccumulatedBody: lambda names, body: [
        Slot("grad before", body.var, False, body.before),
        Slot("contribution", body.var, False, body.add),
        Slot("grad", body.var, True, body.after),
    ],
    r.GradientHookedBody: lambda names, body: _change(body),
    r.EditedBody: lambda names, body: _change(body),
    r.ReportedBody: lambda names, body: [Slot(clean(body.name), None, True, body.tensor)],
    r.FailedBody: lambda names, body: [
        Slot(role, None, False, tensor)
        for role, tensor in zip(operand_roles(body), body.operands, strict=True)
    ],
    r.ParamUpdatedBody: _updated,
}
assert _SLOTS.keys() == KINDS_WITH_TENSORS


def _update_settings(body: r.ParamUpdatedBody) -> dict[str, Any]:
    plain = {key: value for key, value in body.state_after.items() if key not in body.state_tensors}
    return {
        **body.hyper,
        "lr": body.lr,
        "rule": body.rule,
        **{f"state {key}": value for key, value in plain.items()},
    }


_SETTINGS: dict[type, Callable[[Any], dict[str, Any]]] = {
    r.ForwardBody: lambda body: {
        **body.attrs, "training mode": body.train, "in the graph": body.grad, "random state": body.rng,
    },
    r.BackwardStartedBody: lambda body: {"double": body.double, "steps": body.nodes},
    r.BackwardFinishedBody: lambda body: {"failed": body.failed},
    r.ScopeExitedBody: lambda body: {"failed": body.failed},
    r.UpdateFinishedBody: lambda body: {"failed": body.failed},
    r.GradsClearedBody: lambda body: {"zeroed": body.zeroed, "parameters": len(body.vars)},
    r.UpdateStartedBody: lambda body: {"optimizer": body.optimizer, "step": body.t, **body.hyper},
    r.GradientHookedBody: lambda body: {"hook": body.hook},
    r.ParamUpdatedBody: _update_settings,
    r.ReportedBody: lambda body: {"value": body.value} if body.tensor is None else {},
    r.FailedBody: lambda body: {"type": body.type},
    r.EditedBody: lambda body: {"what": body.what},
    r.RunFinishedBody: lambda body: {"status": body.status},
}  # fmt: skip
