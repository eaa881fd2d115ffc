"""Where a tensor came from: the event that gave a variable the content that it has at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DamagedLog
from ..log import records as r
from ..log.schema import Kind
from ..text import clean, count_text

if TYPE_CHECKING:
    from .moment import Moment, TensorView
    from .timeline import Timeline

__all__ = ["Origin", "origin_of"]

_WRITERS = (
    Kind.forward,
    Kind.backward,
    Kind.grad_accumulated,
    Kind.backward_started,
    Kind.gradient_hooked,
    Kind.param_updated,
    Kind.edited,
)
_LOOKED_AT = 5000
_MADE_HERE = ("gradient out", "after", "delta")


@dataclass(frozen=True, slots=True)
class Origin:
    """`seq` is the event, None where there is none; `why` says so in words."""

    seq: int | None
    why: str = ""


def origin_of(timeline: Timeline, moment: Moment, view: TensorView) -> Origin:
    """The event that made the tensor that `view` shows at `moment`; the moment's own where that made it."""
    title = clean(view.title)
    here = view.group in _MADE_HERE or (view.group == "state" and view.role.endswith(" after"))
    if here or (view.group == "output" and moment.kind is Kind.forward):
        return Origin(moment.seq, f"this event made {title}")
    if view.tensor is None:
        return Origin(None, f"{title} isn't there, so nothing made it")
    variable = view.variable
    known = timeline.names.variable(variable)
    if known is not None and known.parameter and view.group in ("input", "before"):
        state = next(one for one in timeline.parameters(moment.seq - 1) if one.variable == variable)
        if state.value == view.tensor and state.written_at is not None:
            return Origin(state.written_at)
        if state.value == view.tensor:
            return Origin(None, f"{title} has had this value since the run first met it")
    for looked, (seq, body) in enumerate(_writers_before(timeline, moment.seq)):
        if _made(body, variable, view.tensor, view.group):
            return Origin(seq)
        if looked >= _LOOKED_AT:
            return Origin(None, f"none of the {count_text(looked, 'event')} before made {title}")
    return Origin(None, f"no event of the log made {title}: it came into the run from outside")


def _writers_before(timeline: Timeline, seq: int) -> Iterator[tuple[int, r.Event]]:
    """The events before `seq` that give a variable content, the latest first."""
    index = timeline.reader.index
    stop, size = seq, 512
    while stop > 0:
        begin = max(stop - size, 0)
        places = np.flatnonzero(np.isin(index["kind"][begin:stop], _WRITERS))
        for place in places[::-1].tolist():
            try:
                yield begin + place, timeline.names.body(begin + place)
            except DamagedLog:
                continue
        stop, size = begin, min(size * 4, 1 << 16)


def _made(body: r.Event, variable: int | None, tensor: int, group: str) -> bool:
    """Whether the event gave the variable (or its gradient, or its optimizer state) this content."""
    if isinstance(body, r.ForwardBody):
        return any(slot.tensor == tensor and slot.var == variable for slot in body.y)
    if isinstance(body, r.BackwardBody):
        if group == "contribution":
            return variable in body.x and tensor in body.gx
        return any(tensor == one and variable == var for one, var in zip(body.gx, body.x, strict=False))
    if isinstance(body, r.BackwardStartedBody):
        return tensor in body.seeds and any(root.var == variable for root in body.roots)
    if isinstance(body, r.ParamUpdatedBody):
        states = [body.state_after.get(key) for key in body.state_tensors]
        return body.var == variable and (body.after == tensor or tensor in states)
    if isinstance(body, (r.GradAccumulatedBody, r.GradientHookedBody, r.EditedBody)):
        return body.var == variable and body.after == tensor
    return False
