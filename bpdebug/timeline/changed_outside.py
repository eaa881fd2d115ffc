"""What an event says of arrays that were written into outside any op."""

from __future__ import annotations

from ..log import records as r
from ..text import clean
from .names import Names, roles

__all__ = ["changed_outside", "changed_roles", "not_looked_for", "note_of_changed"]

_GRADIENT_BEFORE = {"before": ("before", "grad before")}
_NAMED: dict[type, dict[str, tuple[str, str]]] = {
    r.GradAccumulatedBody: _GRADIENT_BEFORE,
    r.GradientHookedBody: _GRADIENT_BEFORE,
    r.ParamUpdatedBody: {"before": ("before", "before"), "grad": ("gradient", "gradient")},
}
"""Group and role of the tensors that an event of this kind may say were changed."""


def changed_roles(names: Names, body: r.Event | None) -> dict[tuple[str, str], None]:
    """Group and role of each of the event's tensors that was changed outside any op, in order; clean."""
    if isinstance(body, r.ForwardBody):
        known = roles(names.op(body.op).x_roles, len(body.x), "x") if body.changed else []
        return {("input", known[place]): None for place in body.changed if 0 <= place < len(known)}
    if isinstance(body, r.BackwardBody) and body.changed:
        op = names.op(body.op)
        by_name = {
            f"{letter}{place}": (group, role)
            for letter, group, own, count in (
                ("x", "input", op.x_roles, len(body.x)),
                ("y", "output", op.y_roles, len(body.y)),
            )
            for place, role in enumerate(roles(own, count, letter))
        }
        return {by_name.get(name, ("", clean(name))): None for name in body.changed}
    if isinstance(body, r.GradAccumulatedBody | r.GradientHookedBody | r.ParamUpdatedBody):
        named = _NAMED[type(body)]
        return {named[name]: None for name in body.changed if name in named}
    return {}


def not_looked_for(names: Names, body: r.Event) -> str:
    """One line that says of which tensors that the event read nobody knows whether they were changed; "" for none."""
    if isinstance(body, r.ForwardBody):
        tensors = [slot.tensor for slot in body.x]
        read = dict(zip(roles(names.op(body.op).x_roles, len(tensors), "x"), tensors, strict=True))
    elif isinstance(body, r.GradAccumulatedBody | r.GradientHookedBody | r.ParamUpdatedBody):
        read = {role: getattr(body, field) for field, (_, role) in _NAMED[type(body)].items()}
    else:
        return ""
    unknown = [role for role, tensor in read.items() if tensor is not None and names.not_looked_at(tensor)]
    if not unknown:
        return ""
    return f"Not looked at, so nobody knows whether they were changed outside any op: {', '.join(unknown)}"


def note_of_changed(body: r.Event) -> str:
    """What stands beside a tensor of the event that was changed."""
    return "changed since" if isinstance(body, r.BackwardBody) else "changed outside any op"


def changed_outside(names: Names, body: r.Event | None) -> str:
    """One line that says which of the event's tensors were changed outside any op, clean; "" for none."""
    changed = ", ".join(role for _, role in changed_roles(names, body))
    if not changed:
        return ""
    if isinstance(body, r.BackwardBody):
        return (
            f"Changed since the forward pass, whose values are shown: {changed}."
            " The step computed with what was there by then."
        )
    return f"Changed outside any op since an event last showed it: {changed}"
