"""What an event says of arrays that were written into outside any op."""

from __future__ import annotations

from collections.abc import Iterable

from ..log import records as r
from ..text import clean
from .names import Names, roles

__all__ = ["changed_outside"]


def changed_outside(names: Names, body: r.Event | None) -> str:
    """One line that says which of the event's arrays were changed outside any op, clean; "" for none."""
    if isinstance(body, r.ForwardBody) and body.changed:
        known = roles(names.op(body.op).x_roles, len(body.x), "x")
        return _surprise(known[place] for place in body.changed if 0 <= place < len(known))
    if isinstance(body, r.BackwardBody) and body.changed:
        op = names.op(body.op)
        by_name = {
            f"{letter}{place}": role
            for letter, own, count in (("x", op.x_roles, len(body.x)), ("y", op.y_roles, len(body.y)))
            for place, role in enumerate(roles(own, count, letter))
        }
        stale = ", ".join(by_name.get(name, clean(name)) for name in body.changed)
        return (
            f"Changed since the forward pass, whose values are shown: {stale}."
            " The step computed with what was there by then."
        )
    if isinstance(body, r.GradAccumulatedBody | r.GradientHookedBody | r.ParamUpdatedBody):
        roles_of = _ROLES[type(body)]
        return _surprise(roles_of[name] for name in body.changed if name in roles_of)
    return ""


def _surprise(changed: Iterable[str]) -> str:
    told = ", ".join(changed)
    return f"Changed outside any op since an event last showed it: {told}" if told else ""


_ROLES: dict[type, dict[str, str]] = {
    r.GradAccumulatedBody: {"before": "grad before"},
    r.GradientHookedBody: {"before": "before"},
    r.ParamUpdatedBody: {"before": "before", "grad": "gradient"},
}
"""What the tensors are called that an event says were changed."""
