"""What the body of an event refers to: rows of `tensors.idx`, and definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from . import records as r
from .definition_records import OpDefinition, SiteDefinition, VariableDefinition
from .schema import FIRST_UNNAMED_VARIABLE, NOTHING

__all__ = ["KINDS_WITH_TENSORS", "definitions_of", "state_tensors", "tensors_of"]


def tensors_of(body: r.Event) -> list[int | None]:
    """The tensors of an event, what it was given before what it made; the state of random numbers isn't among them."""
    get = _TENSORS.get(type(body))
    return get(body) if get is not None else []


def definitions_of(body: r.Event) -> Iterator[tuple[type, int]]:
    """The definitions that a body names itself, each by its type and its id; a damaged log may have no such one."""
    if isinstance(body, r.ForwardBody | r.BackwardBody):
        yield OpDefinition, body.op
    for variable in _variables(body):
        if variable < FIRST_UNNAMED_VARIABLE:
            yield VariableDefinition, variable
    site = None
    if isinstance(body, r.BackwardBody):
        site = body.caller
    elif isinstance(body, r.UpdateStartedBody):
        site = body.made
    if site is not None and site != NOTHING:
        yield SiteDefinition, site


def _variables(body: r.Event) -> list[int]:
    if isinstance(body, r.ForwardBody):
        return [slot.var for slot in (*body.x, *body.y)]
    if isinstance(body, r.BackwardBody):
        return [*body.x, *body.y]
    if isinstance(body, r.BackwardStartedBody):
        return [slot.var for slot in body.roots]
    if isinstance(body, r.GradsClearedBody):
        return body.vars
    if isinstance(body, r.UpdateStartedBody):
        return [*(body.takes or ()), *body.frozen]
    found = getattr(body, "var", None)
    return [found] if found is not None else []


def state_tensors(body: r.ParamUpdatedBody, state: dict[str, Any]) -> list[int | None]:
    """The tensors in a state of the optimizer, by the order of their names; None for what isn't one after all."""
    values = [state.get(key) for key in sorted(body.state_tensors)]
    return [value if isinstance(value, int) else None for value in values]


_TENSORS: dict[type, Callable[[Any], list[int | None]]] = {
    r.ForwardBody: lambda body: [*(slot.tensor for slot in body.x), *body.held, *(slot.tensor for slot in body.y)],
    r.BackwardStartedBody: lambda body: [*(slot.tensor for slot in body.roots), *body.seeds],
    r.BackwardBody: lambda body: [*body.gy, *body.gx],
    r.GradAccumulatedBody: lambda body: [body.before, body.add, body.after],
    r.GradientHookedBody: lambda body: [body.before, body.after],
    r.EditedBody: lambda body: [body.before, body.after],
    r.ReportedBody: lambda body: [body.tensor],
    r.FailedBody: lambda body: body.operands,
    r.ParamUpdatedBody: lambda body: [
        body.before, body.grad, *state_tensors(body, body.state_before),
        body.after, *state_tensors(body, body.state_after),
    ],
}  # fmt: skip
KINDS_WITH_TENSORS = _TENSORS.keys()
"""The types of bodies that `tensors_of` knows."""
