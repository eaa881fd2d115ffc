"""Which event made a tensor that another event received."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..errors import NotCaptured
from ..log import records as r
from ..log.schema import Kind
from ..timeline import Moment, TensorView, Timeline
from ..timeline.names import roles
from ..timeline.scan import last_where

__all__ = ["origin_of"]

_LOOKED_AT = 4000
"""Events of the right kind that are looked at, backwards, before the search is given up."""
_MADE_HERE = {
    Kind.forward: ("output",),
    Kind.backward: ("gradient out",),
    Kind.grad_accumulated: ("after",),
    Kind.gradient_hooked: ("after",),
    Kind.param_updated: ("after", "delta"),
}


def origin_of(timeline: Timeline, moment: Moment, view: TensorView) -> tuple[int, str]:
    """The event that made the tensor, and its role there; the event itself where it did.

    Raises:
        NotCaptured: nothing in the log made it: data, initial weights, what the script computed by itself.
    """
    if view.group in _MADE_HERE.get(moment.kind, ()):
        return moment.seq, view.role
    if view.variable is None and view.tensor is None:
        raise NotCaptured(f"{moment.address}: {view.role}: {view.why_missing or 'nothing is known of it'}")
    gradient = (
        view.group in ("gradient in", "gradient", "contribution", "before") and moment.kind != Kind.edited
    )
    if moment.kind == Kind.param_updated and view.group == "before":
        gradient = False
    found = _gradient_maker(timeline, moment, view) if gradient else _value_maker(timeline, moment, view)
    if found is None:
        what = "no op or backward step in the log" if not gradient else "no backward step in the log"
        raise NotCaptured(
            f"{moment.address}: {what} made {view.title}: it was there before, or the script set it by itself"
        )
    return found


def _value_maker(timeline: Timeline, moment: Moment, view: TensorView) -> tuple[int, str] | None:
    """The op, or the update, that gave the variable this content."""
    before = moment.partner if moment.kind == Kind.backward and moment.partner is not None else moment.seq
    if moment.kind == Kind.backward and view.group == "output" and moment.partner is not None:
        before = moment.partner + 1
    for seq, body in _back(timeline, before, (Kind.forward, Kind.param_updated)):
        if isinstance(body, r.ForwardBody):
            for k, slot in enumerate(body.y):
                if slot.var == view.variable and slot.tensor == view.tensor:
                    return seq, roles(timeline.names.op(body.op).y_roles, len(body.y), "y")[k]
        elif isinstance(body, r.ParamUpdatedBody) and body.var == view.variable:
            return (seq, "after") if body.after == view.tensor else None
    return None


def _gradient_maker(timeline: Timeline, moment: Moment, view: TensorView) -> tuple[int, str] | None:
    """The backward step, accumulation or hook that gave the variable this gradient."""
    kinds = (Kind.backward, Kind.grad_accumulated, Kind.gradient_hooked)
    for seq, body in _back(timeline, moment.seq, kinds):
        if isinstance(body, r.BackwardBody):
            for i, (variable, tensor) in enumerate(zip(body.x, body.gx, strict=False)):
                if variable == view.variable and tensor is not None and tensor == view.tensor:
                    return seq, roles(timeline.names.op(body.op).x_roles, len(body.gx), "x", "g")[i]
        elif isinstance(body, r.GradAccumulatedBody) and body.var == view.variable:
            if body.after == view.tensor and (body.before is not None or view.group == "gradient"):
                return seq, "grad"
        elif (
            isinstance(body, r.GradientHookedBody) and body.var == view.variable and body.after == view.tensor
        ):
            return seq, "grad after"
    return None


def _back(timeline: Timeline, before: int, kinds: tuple[Kind, ...]) -> Iterator[tuple[int, r.Event]]:
    """Seq and body of the events of these kinds before `before`, the latest first."""
    index = timeline.reader.index
    for _ in range(_LOOKED_AT):
        found = last_where(index, before, lambda part: np.isin(part["kind"], kinds))
        if found is None:
            return
        yield found, timeline.names.body(found)
        before = found
