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
from .names import Names, roles
from .written_into import changed_roles

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
_OPERANDS = ("input", "output", "setting")
_VALUES = ("input", "output", "before")


@dataclass(frozen=True, slots=True)
class Origin:
    """`seq` is the event, `role` the name of the tensor there; None and "" where there is none, and `why` in words.

    `writer` is the event whose op's own code left it as it is, by writing into what it was given.
    """

    seq: int | None
    role: str = ""
    why: str = ""
    writer: int | None = None


def origin_of(timeline: Timeline, moment: Moment, view: TensorView) -> Origin:
    """The event that made the tensor that `view` shows at `moment`; the moment's own where that made it."""
    title = clean(view.title)
    here = view.group in _MADE_HERE or (view.group == "state" and view.role.endswith(" after"))
    if here or (view.group == "output" and moment.kind is Kind.forward):
        return Origin(moment.seq, view.role, f"this event made {title}")
    if view.tensor is None:
        return Origin(None, why=f"{title} isn't there, so nothing made it")
    variable = view.variable
    if moment.kind is not Kind.backward and (view.group, view.role) in changed_roles(
        timeline.names, moment.body
    ):
        return Origin(
            None, why=f"{title} was written into outside any op before {moment.address}: no event made it"
        )
    unmade = ""
    known = timeline.names.variable(variable)
    if known is not None and known.parameter and view.group in ("input", "before"):
        state = next(one for one in timeline.parameters(moment.seq - 1) if one.variable == variable)
        if state.value == view.tensor and state.written_at is not None:
            role = _role_in(timeline.names, state.written_at, view)
            if role:
                return Origin(state.written_at, role)
            seen = timeline.reader.address(state.written_at)
            unmade = f"{title} was written into before {seen}, and by no event of the log"
        elif state.value == view.tensor:
            return Origin(None, why=f"{title} has had this value since the run first met it")
    written_into = _WrittenInto(view)
    for looked, (seq, body) in enumerate(_writers_before(timeline, _end(moment, view))):
        role = "" if unmade else _made(timeline.names, body, view)
        if role:
            return Origin(seq, role)
        if seq != moment.partner and (writer := written_into.by(seq, body)) is not None:
            address = timeline.reader.address(writer)
            return Origin(None, why=f"the op's own code wrote into {title} at {address}", writer=writer)
        if _shown_changed(timeline.names, body, view):
            seen = timeline.reader.address(seq)
            return Origin(None, why=f"{title} was written into before {seen}, and by no event of the log")
        if looked >= _LOOKED_AT:
            unmade = unmade or f"none of the {count_text(looked, 'event')} before made {title}"
            break
    return Origin(
        None, why=unmade or f"no event of the log made {title}: it came from outside the recorded ops"
    )


class _WrittenInto:
    """Which op's own code wrote into a tensor; asked of one event after the other, the latest first."""

    def __init__(self, view: TensorView) -> None:
        self._view = view
        self._gradients: dict[int, int] = {}
        """Of gradients that steps wrote into, what they held before, and the step."""

    def by(self, seq: int, body: r.Event) -> int | None:
        """The event that wrote into it, if this is known by now."""
        variable = self._view.variable
        if variable is None:
            return None
        if isinstance(body, r.ForwardBody):
            wrote = self._view.group in _VALUES and any(
                slot.var == variable for place, slot in enumerate(body.x) if place in body.wrote
            )
            return seq if wrote else None
        if self._view.group not in ("gradient in", "gradient"):
            return None
        # The array may be the gradient of several variables: each is told by what it held before.
        if isinstance(body, r.BackwardBody):
            for place, tensor in enumerate(body.gy):
                if place in body.wrote and tensor is not None:
                    self._gradients.setdefault(tensor, seq)
            given = [gx for gx, x in zip(body.gx, body.x, strict=False) if x == variable]
        elif isinstance(body, r.GradAccumulatedBody) and body.var == variable:
            given = [body.after]
        else:
            return None
        return next((self._gradients[gx] for gx in given if gx in self._gradients), None)


def _shown_changed(names: Names, body: r.Event, view: TensorView) -> bool:
    """Whether an op was given the variable, into which the script had written outside any op."""
    if not isinstance(body, r.ForwardBody) or view.group not in _VALUES or view.variable is None:
        return False
    return any(slot.var == view.variable for place, slot in enumerate(body.x) if place in body.changed)


def _end(moment: Moment, view: TensorView) -> int:
    """Operands of a backward step are those of its forward op, which lies behind what made them."""
    if moment.kind is Kind.backward and moment.partner is not None and view.group in _OPERANDS:
        return moment.partner + 1
    return moment.seq


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


def _role_in(names: Names, seq: int, view: TensorView) -> str:
    try:
        return _made(names, names.body(seq), view)
    except DamagedLog:
        return ""


def _made(names: Names, body: r.Event, view: TensorView) -> str:
    """The tensor's role in the event, if it gave the variable (or its gradient, or state) this content; else ""."""
    tensor, variable = view.tensor, view.variable
    if isinstance(body, r.ForwardBody):
        found = [k for k, slot in enumerate(body.y) if slot.tensor == tensor and slot.var == variable]
        return roles(names.op(body.op).y_roles, len(body.y), "y")[found[0]] if found else ""
    if isinstance(body, r.BackwardBody):
        pairs = list(zip(body.gx, body.x, strict=False))
        found = [i for i, (gx, x) in enumerate(pairs) if gx == tensor and x == variable]
        return roles(names.op(body.op).x_roles, len(body.gx), "x", "g")[found[0]] if found else ""
    if isinstance(body, r.BackwardStartedBody):
        rooted = [k for k, root in enumerate(body.roots) if root.var == variable]
        seeded = [k for k in rooted if k < len(body.seeds) and body.seeds[k] == tensor]
        return roles((), len(body.roots), "y", "g")[seeded[0]] if seeded else ""
    if isinstance(body, r.ParamUpdatedBody) and body.var == variable:
        states = [key for key in body.state_tensors if body.state_after.get(key) == tensor]
        return "after" if body.after == tensor else f"{clean(states[0])} after" if states else ""
    if isinstance(body, r.GradAccumulatedBody) and body.var == variable and body.after == tensor:
        # The first contribution is the gradient: what made it is the step that it came from.
        return "grad" if body.before is not None or view.group == "gradient" else ""
    if isinstance(body, r.GradientHookedBody) and body.var == variable and body.after == tensor:
        return "grad after"
    if isinstance(body, r.EditedBody) and body.var == variable and body.after == tensor:
        return f"{'grad' if body.of == 'gradient' else 'value'} after"
    return ""
