"""Which tensors of a moment a live run can be made to go on with changed, and how the child calls them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..log import records as r
from .moment import Moment, TensorView

__all__ = ["EditTarget", "edit_target"]


@dataclass(frozen=True, slots=True)
class EditTarget:
    """As `protocol.Edit` has it: a field of the event's body and the place in it, or a parameter by its variable."""

    title: str
    field: str = ""
    place: int = 0
    variable: int = 0
    of: str = "value"


def edit_target(view: TensorView, moment: Moment) -> EditTarget | str:
    """What an edit of the tensor changes; in words why it can't be changed."""
    body = moment.body
    if view.tensor is None:
        return f"{view.title} isn't there to be changed" if view.why_missing else _HISTORY
    if isinstance(body, r.ParamUpdatedBody):
        if view.group in ("after", "gradient"):
            of = "value" if view.group == "after" else "gradient"
            return EditTarget(f"{view.name} {view.role}", variable=body.var, of=of)
        return _HISTORY
    if isinstance(body, r.GradAccumulatedBody | r.GradientHookedBody | r.EditedBody):
        if view.group != "after":
            return _HISTORY
        of = body.of if isinstance(body, r.EditedBody) else "gradient"
        return EditTarget(view.title, "after", of=of)
    if isinstance(body, r.ForwardBody):
        return (
            _of_op(view, moment, "output", "y", [slot.tensor for slot in body.y])
            or _of_op(view, moment, "input", "x", [slot.tensor for slot in body.x])
            or _HISTORY
        )
    if isinstance(body, r.BackwardBody):
        return (
            _of_op(view, moment, "gradient out", "gx", body.gx, "gradient")
            or _of_op(view, moment, "gradient in", "gy", body.gy, "gradient")
            or "what the forward op saw is history: change a gradient, or a parameter in the Weights pane"
        )
    return "only tensors of ops, gradients and parameters can be changed"


_HISTORY = "this is history: only what the run goes on with can be changed"


def _of_op(
    view: TensorView, moment: Moment, group: str, field: str, tensors: Sequence[int | None], of: str = "value"
) -> EditTarget | None:
    """The place among the tensors of a field; views stand in its order, but for those that aren't there."""
    views = [one for one in moment.tensors if one.group == group and one.tensor is not None]
    places = [place for place, tensor in enumerate(tensors) if tensor is not None]
    for one, place in zip(views, places, strict=False):
        if one is view:
            return EditTarget(view.title, field, place, of=of)
    return None
