"""The way from a gradient to the loss: op by op, with the factor by which each changed the gradient's norm.

A gradient vanishes or explodes somewhere: the ratio of the norm that left an op to the norm that arrived says where.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import DamagedLog, NotCaptured
from ..log import records as r
from ..log.schema import NOTHING, Kind
from ..timeline import Timeline
from ..timeline.names import roles

__all__ = ["PathStep", "path_to_loss"]

_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class PathStep:
    """One op on the way.

    Attributes:
        seq, address: its backward step.
        label: what people call the op; scope the link that it belongs to, or "".
        arrived, left: the L2 norms of the gradient that arrived and of the one that left on this way; NaN where the log
            doesn't have the values.
        role_in, role_out: their roles: `gy`, `gW`.
        factor: left / arrived; NaN where that says nothing.
        forks: how many other ops used the same variable, so that their gradients came in, too.
        source: the user's line, or "".
    """

    seq: int
    address: str
    label: str
    scope: str
    role_in: str
    role_out: str
    arrived: float
    left: float
    factor: float
    forks: int
    source: str


def path_to_loss(timeline: Timeline, seq: int, role: str = "") -> list[PathStep]:
    """The backward steps from this one to the loss, this one first.

    Where a variable was used by several ops, the way goes on through the one that contributed most.

    Args:
        seq: a backward step.
        role: which gradient that left it (`gW`); by default the first.

    Raises:
        NotCaptured: the event is no backward step.
    """
    names = timeline.names
    if names.reader.index[seq]["kind"] != Kind.backward:
        raise NotCaptured(f"{names.reader.address(seq)} is no backward step, so no gradient left it")
    norms = _Norms(timeline)
    consumers = _Consumers(timeline, seq)
    steps: list[PathStep] = []
    current, place = seq, _place(timeline, seq, role)
    while len(steps) < _LONGEST:
        body = names.body(current)
        assert isinstance(body, r.BackwardBody)
        best = _largest_arrival(body, norms)
        variable = body.y[best] if best is not None and best < len(body.y) else None
        users = [] if variable is None else consumers.of(variable, current)
        steps.append(_step(timeline, current, body, place, best, norms, max(len(users) - 1, 0)))
        if not users:
            return steps
        current, place = max(users, key=lambda use: norms.sort_key(names.body(use[0]).gx[use[1]]))  # type: ignore[union-attr]
    return steps


class _Norms:
    """L2 norms of tensors of the log."""

    def __init__(self, timeline: Timeline) -> None:
        self._reader = timeline.reader
        self._known: dict[int, float] = {}

    def of(self, tensor: int | None) -> float:
        """NaN where there are no values."""
        if tensor is None:
            return math.nan
        found = self._known.get(tensor)
        if found is None:
            try:
                with np.errstate(all="ignore"):
                    found = float(np.linalg.norm(self._reader.array(tensor).astype(np.float64).ravel()))
            except (NotCaptured, DamagedLog):
                found = math.nan
            self._known[tensor] = found
        return found

    def sort_key(self, tensor: int | None) -> float:
        """Gradients that aren't finite first: they are what one looks for."""
        norm = self.of(tensor)
        return -1.0 if tensor is None else math.inf if math.isnan(norm) else norm


class _Consumers:
    """Which backward steps of the same walk gave a variable its gradient."""

    def __init__(self, timeline: Timeline, seq: int) -> None:
        self._timeline = timeline
        parent = int(timeline.reader.index[seq]["parent"])
        start = parent if parent != NOTHING and parent < seq else 0
        index = timeline.reader.index
        part = index[start:seq]
        inside = (
            np.flatnonzero((part["kind"] == Kind.backward) & (part["parent"] == index[seq]["parent"])) + start
        )
        self._uses: dict[int, list[tuple[int, int]]] = {}
        for step in inside.tolist():
            body = timeline.names.body(step)
            if isinstance(body, r.BackwardBody):
                for i, (variable, gx) in enumerate(zip(body.x, body.gx, strict=False)):
                    if gx is not None:
                        self._uses.setdefault(variable, []).append((step, i))

    def of(self, variable: int, before: int) -> list[tuple[int, int]]:
        """(seq, place of the input) of each, before event `before`."""
        return [use for use in self._uses.get(variable, []) if use[0] < before]


def _place(timeline: Timeline, seq: int, role: str) -> int:
    body = timeline.names.body(seq)
    assert isinstance(body, r.BackwardBody)
    known = roles(timeline.names.op(body.op).x_roles, len(body.gx), "x", "g")
    if role in known:
        return known.index(role)
    return next((i for i, gx in enumerate(body.gx) if gx is not None), 0)


def _largest_arrival(body: r.BackwardBody, norms: _Norms) -> int | None:
    arrived = [k for k, gy in enumerate(body.gy) if gy is not None]
    return max(arrived, key=lambda k: norms.sort_key(body.gy[k])) if arrived else None


def _step(
    timeline: Timeline,
    seq: int,
    body: r.BackwardBody,
    place: int,
    best: int | None,
    norms: _Norms,
    forks: int,
) -> PathStep:
    names = timeline.names
    op, header = names.op(body.op), names.reader.index[seq]
    left = norms.of(body.gx[place]) if place < len(body.gx) else math.nan
    arrived = norms.of(body.gy[best]) if best is not None else math.nan
    frames = names.frames(header["site"])
    return PathStep(
        seq,
        names.reader.address(seq),
        names.op_label(body.op),
        names.scope(header["scope"]),
        roles(op.y_roles, len(body.gy), "y", "g")[best] if best is not None else "",
        roles(op.x_roles, len(body.gx), "x", "g")[place] if place < len(body.gx) else "",
        arrived,
        left,
        left / arrived if arrived and math.isfinite(arrived) else math.nan,
        forks,
        frames[-1].text if frames else "",
    )
