"""The computational graph of one iteration: its ops as rows with lanes, and how far the backward walks came.

A graph of many ops is cut into pages of `OPS_IN_PAGE`, so that looking at one never takes long. Ops that a
backward rule calls where a graph of the gradients is made (second order) are rows like others, where they ran.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DamagedLog
from ..log.records import BackwardBody, ForwardBody
from ..log.schema import EventFlag, Kind
from .lanes import LaneRow, lay_lanes
from .scan import first_of_value, pieces

if TYPE_CHECKING:
    from .names import Names

__all__ = ["OPS_IN_PAGE", "Gradients", "GraphOp", "GraphPage", "Graphs"]

OPS_IN_PAGE = 1000
_ITERATIONS_KEPT = 4


@dataclass(frozen=True, slots=True)
class GraphOp:
    """One op of the page.

    Attributes:
        seq: its forward event.
        label, scope, shape: clean texts; the shape is that of its first output.
        x, y: the variables that went in and came out.
        leaves: names of the parameters among the inputs, without their link: `W b`.
        in_graph: whether a backward walk can reach it.
        second_order: whether a backward rule called it.
        damaged: its record can't be read.
    """

    seq: int
    label: str
    scope: str
    shape: str = ""
    x: tuple[int, ...] = ()
    y: tuple[int, ...] = ()
    leaves: str = ""
    in_graph: bool = True
    second_order: bool = False
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Gradients:
    """The tensors of one backward step: `arriving` at the outputs, `leaving` for the inputs, `weights` for parameters.

    Numbers of tensors in the log, by the variable that each is the gradient of.
    """

    arriving: dict[int, int]
    leaving: dict[int, int]
    weights: dict[int, int]


@dataclass(frozen=True)
class GraphPage:
    """Rows of a graph, top to bottom in the order of the forward pass.

    Attributes:
        iteration: which one it is.
        first: number of the page's first op in the iteration, from 0; `total` ops has the iteration.
        ops, lanes: one of each a row.
        width: lanes of the widest row, as characters.
    """

    iteration: int
    first: int
    total: int
    ops: list[GraphOp]
    lanes: list[LaneRow]
    width: int

    def row_of(self, seq: int) -> int | None:
        """The row of the op whose forward event is `seq`."""
        place = bisect_left(self.ops, seq, key=lambda op: op.seq)
        return place if place < len(self.ops) and self.ops[place].seq == seq else None

    @cached_property
    def ops_of(self) -> dict[int, list[GraphOp]]:
        """The page's ops that made or took each variable."""
        found: dict[int, list[GraphOp]] = {}
        for op in self.ops:
            for variable in {*op.x, *op.y}:
                found.setdefault(variable, []).append(op)
        return found


class _Iteration:
    """Where the ops of an iteration are and which backward steps they had; grows with the log."""

    def __init__(self, names: Names, number: int) -> None:
        self.number = number
        self.start = self._looked = first_of_value(names.reader.index, "iteration", number)
        self.ops = np.zeros(0, np.int64)
        self.steps: dict[int, list[int]] = {}
        self.pages: dict[int, GraphPage] = {}

    def grow(self, names: Names) -> None:
        index = names.reader.index
        end = first_of_value(index, "iteration", self.number + 1, self._looked)
        found = []
        for begin, part in pieces(index, self._looked, end):
            kind = part["kind"]
            found.append(np.flatnonzero(kind == Kind.forward) + begin)
            steps = np.flatnonzero(kind == Kind.backward)
            for step, op in zip((steps + begin).tolist(), part["partner"][steps].tolist(), strict=True):
                self.steps.setdefault(op, []).append(step)
        self._looked = end
        if sum(map(len, found)):
            last = len(self.ops) // OPS_IN_PAGE
            self.ops = np.concatenate([self.ops, *found])
            # Only the last page, and those after it, have other ops than before.
            self.pages = {number: page for number, page in self.pages.items() if number < last}


class Graphs:
    """The graphs of a log's iterations, the latest few remembered."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._known: dict[int, _Iteration] = {}

    def page(self, seq: int) -> GraphPage:
        """The page to look at from event `seq`: the one that has its op, or the op before it."""
        found = self._iteration(seq)
        ops = found.ops
        place = max(int(np.searchsorted(ops, self._op_at(seq), "right")) - 1, 0)
        number = place // OPS_IN_PAGE
        page = found.pages.get(number)
        if page is None:
            first = number * OPS_IN_PAGE
            chosen = ops[first : first + OPS_IN_PAGE].tolist()
            page = found.pages[number] = self._make(found.number, first, len(ops), chosen)
        return page

    def row(self, page: GraphPage, seq: int) -> int | None:
        """The row of the op that event `seq` is about (as forward op or as backward step), None if it is about none."""
        return page.row_of(self._op_at(seq)) if self._is_op(seq) else None

    def row_before(self, page: GraphPage, seq: int) -> int:
        """The row to look at from event `seq`: its own, else that of the latest op or backward step before it."""
        own = self.row(page, seq)
        if own is not None:
            return own
        steps = self._iteration(seq).steps
        walked = [row for row, op in enumerate(page.ops) if steps.get(op.seq, [seq + 1])[0] <= seq]
        if walked:
            return max(walked, key=lambda row: self._last(steps[page.ops[row].seq], seq))
        return max(bisect_right(page.ops, seq, key=lambda op: op.seq) - 1, 0)

    def step_of(self, op: GraphOp, seq: int) -> int | None:
        """The op's latest backward step at or before event `seq`; None if no walk has come to it by then."""
        known = self._known.get(int(self._names.reader.index["iteration"][op.seq]))
        steps = known.steps.get(op.seq, []) if known is not None else []
        place = bisect_right(steps, seq)
        return steps[place - 1] if place else None

    def gradients(self, step: int) -> Gradients | None:
        """The gradients of a backward step; None if it can't be read."""
        try:
            body = self._names.body(step)
        except DamagedLog:
            return None
        if not isinstance(body, BackwardBody):
            return None
        weights: dict[int, int] = {}
        leaving: dict[int, int] = {}
        for variable, tensor in zip(body.x, body.gx, strict=False):
            known = self._names.variable(variable)
            if tensor is not None:
                (weights if known is not None and known.parameter else leaving)[variable] = tensor
        arriving = {
            variable: tensor for variable, tensor in zip(body.y, body.gy, strict=False) if tensor is not None
        }
        return Gradients(arriving, leaving, weights)

    def gradient_of(self, page: GraphPage, variable: int, seq: int) -> int | None:
        """The gradient of a value as the latest backward step up to event `seq` had it; None before there is one.

        That is a sum once the walk has come to the op that made the value, and what one op sent to it before.
        """
        latest, tensor = -1, None
        for op in page.ops_of.get(variable, ()):
            step = self.step_of(op, seq)
            gradients = self.gradients(step) if step is not None and step > latest else None
            if step is not None and gradients is not None:
                side = gradients.arriving if variable in op.y else gradients.leaving
                if variable in side:
                    latest, tensor = step, side[variable]
        return tensor

    # ---- how ----------------------------------------------------------------------------------------------------

    @staticmethod
    def _last(steps: list[int], seq: int) -> int:
        return steps[bisect_right(steps, seq) - 1]

    def _is_op(self, seq: int) -> bool:
        return int(self._names.reader.index["kind"][seq]) in (Kind.forward, Kind.backward)

    def _op_at(self, seq: int) -> int:
        """The forward event of a backward step that belongs to the same iteration; else the event itself."""
        header = self._names.reader.index[seq]
        partner = int(header["partner"])
        return partner if int(header["kind"]) == Kind.backward and partner < seq else seq

    def _iteration(self, seq: int) -> _Iteration:
        number = int(self._names.reader.index["iteration"][seq])
        found = self._known.pop(number, None) or _Iteration(self._names, number)
        self._known[number] = found
        if len(self._known) > _ITERATIONS_KEPT:
            self._known.pop(next(iter(self._known)))
        found.grow(self._names)
        return found

    def _make(self, iteration: int, first: int, total: int, seqs: list[int]) -> GraphPage:
        ops = [self._op(seq) for seq in seqs]
        lanes = lay_lanes([(op.x, op.y) for op in ops])
        width = max((len(row.cells) for row in lanes), default=0)
        return GraphPage(iteration, first, total, ops, lanes, width)

    def _op(self, seq: int) -> GraphOp:
        names = self._names
        header = names.reader.index[seq]
        label = names.text(header["label"]).removeprefix("during:")
        scope = names.scope(header["scope"])
        second_order = bool(header["flags"] & EventFlag.during_backward)
        try:
            body = names.body(seq)
        except DamagedLog:
            return GraphOp(seq, label, scope, second_order=second_order, damaged=True)
        assert isinstance(body, ForwardBody)
        leaves = []
        for slot in body.x:
            known = names.variable(slot.var)
            if known is not None and known.parameter:
                leaves.append(names.variable_name(slot.var).rpartition(".")[2])
        return GraphOp(
            seq,
            label,
            scope,
            names.shape(body.y[0].tensor) if body.y else "",
            tuple(slot.var for slot in body.x),
            tuple(slot.var for slot in body.y),
            " ".join(leaves),
            body.grad,
            second_order,
        )
