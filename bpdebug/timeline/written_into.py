"""What an event says of arrays that were written into: outside any op, or by the very op that was given them."""

from __future__ import annotations

from ..log import records as r
from ..text import clean
from .names import Names, roles

__all__ = [
    "NOT_KNOWN",
    "WRITTEN",
    "changed_outside",
    "changed_roles",
    "note_of_changed",
    "unknown_roles",
    "written_by_op",
    "written_roles",
]

NOT_KNOWN = "; whether it was changed outside any op isn't known"
"""What is said of a tensor of which nothing was looked at, behind why it isn't there."""
WRITTEN = "before the op wrote into it"
"""What stands beside a tensor of the event into which its op wrote."""
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


def unknown_roles(names: Names, body: r.Event | None) -> set[tuple[str, str]]:
    """Group and role of each tensor that the event read and that nobody looked at: it may have been changed, or not."""
    if isinstance(body, r.ForwardBody):
        known = roles(names.op(body.op).x_roles, len(body.x), "x")
        read = {("input", role): slot.tensor for role, slot in zip(known, body.x, strict=True)}
    elif isinstance(body, r.GradAccumulatedBody | r.GradientHookedBody | r.ParamUpdatedBody):
        read = {place: getattr(body, field) for field, place in _NAMED[type(body)].items()}
    else:
        return set()
    return {place for place, tensor in read.items() if tensor is not None and names.not_looked_at(tensor)}


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


def written_roles(names: Names, body: r.Event | None) -> dict[tuple[str, str], None]:
    """Group and role of each of the event's tensors that its own op wrote into, in order; clean."""
    if isinstance(body, r.ForwardBody) and body.wrote:
        group, known = "input", roles(names.op(body.op).x_roles, len(body.x), "x")
    elif isinstance(body, r.BackwardBody) and body.wrote:
        group, known = "gradient in", roles(names.op(body.op).y_roles, len(body.gy), "y", "g")
    else:
        return {}
    return {(group, known[place]): None for place in body.wrote if 0 <= place < len(known)}


def written_by_op(names: Names, body: r.Event | None) -> str:
    """One line that says which of the event's tensors its own op wrote into, clean; "" for none."""
    written = ", ".join(role for _, role in written_roles(names, body))
    if not written:
        return ""
    return f"The op's own code wrote into what it was given, whose values from before are shown: {written}"
