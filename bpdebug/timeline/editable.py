"""Which tensors of a moment a live run can be made to go on with changed, and how the child calls them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..log import records as r
from .moment import Moment, TensorView

__all__ = ["EditTarget", "edit_target", "parameter_target"]


@dataclass(frozen=True, slots=True)
class EditTarget:
    """As `protocol.Edit` has it: a field of the event's body and the place in it, or a parameter by its variable.

    `role` and `owner` are what a person calls it: `W` of `MLP.l1`, `gx` of nobody.
    """

    role: str
    owner: str = ""
    field: str = ""
    place: int = 0
    variable: int = 0
    of: str = "value"

    def label(self, index: str = "") -> str:
        """`W of MLP.l1`, with an index `W[3,5] of MLP.l1`."""
        return f"{self.role}{index} of {self.owner}" if self.owner else f"{self.role}{index}"


def parameter_target(name: str, variable: int, of: str = "value") -> EditTarget:
    """The value, or the gradient, of a parameter."""
    role, owner = _names(name, of)
    return EditTarget(role, owner, variable=variable, of=of)


def edit_target(view: TensorView, moment: Moment) -> EditTarget | str:
    """What an edit of the tensor changes; in words why it can't be changed."""
    body = moment.body
    if view.tensor is None:
        return f"{view.title} isn't there to be changed" if view.why_missing else _HISTORY
    if isinstance(body, r.ParamUpdatedBody):
        if view.group in ("after", "gradient"):
            of = "value" if view.group == "after" else "gradient"
            return parameter_target(view.name, body.var, of)
        return _HISTORY
    if isinstance(body, r.GradAccumulatedBody | r.GradientHookedBody | r.EditedBody):
        if view.group != "after":
            return _HISTORY
        of = body.of if isinstance(body, r.EditedBody) else "gradient"
        return EditTarget(*(_names(view.name, of) if view.name else (of, "")), "after", of=of)
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


def _names(name: str, of: str) -> tuple[str, str]:
    """Role and owner of a parameter, or of its gradient: `gW` and `MLP.l1`."""
    owner, _, leaf = name.rpartition(".")
    return f"g{leaf}" if of == "gradient" else leaf, owner


_HISTORY = "this is history: only what the run goes on with can be changed"


def _of_op(
    view: TensorView, moment: Moment, group: str, field: str, tensors: Sequence[int | None], of: str = "value"
) -> EditTarget | None:
    """The place among the tensors of a field; views stand in its order, but for those that aren't there."""
    views = [one for one in moment.tensors if one.group == group and one.tensor is not None]
    places = [place for place, tensor in enumerate(tensors) if tensor is not None]
    for one, place in zip(views, places, strict=False):
        if one is view:
            owner = view.name.removesuffix(f".{view.role}") if view.name != view.role else ""
            return EditTarget(view.role, owner, field, place, of=of)
    return None
