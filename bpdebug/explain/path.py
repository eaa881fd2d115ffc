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
        arrived, left: the L2 norms of the gradient that arrived and of the one that left on this way, None where the
            log knows neither values nor statistics.
        role_in, role_out: their roles: `gy`, `gW`.
        factor: left / arrived; NaN where that says nothing.
        forks: how many other ops used the same variable, so that their gradients came in, too.
        source: the user's line, or "".
        why_unknown: why the log doesn't know a norm; "" where it knows both.
    """

    seq: int
    address: str
    label: str
    scope: str
    role_in: str
    role_out: str
    arrived: float | None
    left: float | None
    factor: float
    forks: int
    source: str
    why_unknown: str = ""


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
        self._known: dict[int, float | None] = {}
        self._why: dict[int, str] = {}

    def of(self, tensor: int | None) -> float | None:
        """From the values, else from the statistics; None where the log has neither, and where there is no tensor."""
        if tensor is None:
            return None
        if tensor not in self._known:
            try:
                self._known[tensor] = self._norm(tensor)
            except (NotCaptured, DamagedLog) as error:
                self._known[tensor] = None
                self._why[tensor] = str(error)
        return self._known[tensor]

    def why_unknown(self, tensor: int | None) -> str:
        """Why `of` gave None for a tensor; "" where it didn't."""
        return "" if tensor is None else self._why.get(tensor, "")

    def sort_key(self, tensor: int | None) -> float:
        """Gradients that aren't finite first: they are what one looks for."""
        if tensor is None:
            return -1.0
        norm = self.of(tensor)
        return 0.0 if norm is None else math.inf if math.isnan(norm) else norm

    def _norm(self, tensor: int) -> float:
        if not self._reader.why_not_captured(tensor):
            with np.errstate(all="ignore"):
                return float(np.linalg.norm(self._reader.array(tensor).astype(np.float64).ravel()))
        measured = self._reader.measured(tensor)
        if measured.nan:
            return math.nan
        infinite = measured.pos_inf or measured.neg_inf
        return math.inf if infinite else 0.0 if measured.l2 is None else measured.l2


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
    gx = body.gx[place] if place < len(body.gx) else None
    gy = body.gy[best] if best is not None else None
    left, arrived = norms.of(gx), norms.of(gy)
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
        left / arrived if left is not None and arrived and math.isfinite(arrived) else math.nan,
        forks,
        frames[-1].text if frames else "",
        norms.why_unknown(gx) or norms.why_unknown(gy),
    )
