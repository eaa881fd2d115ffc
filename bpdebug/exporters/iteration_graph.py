"""The computational graph of one iteration, for the formats that draw it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import BpdebugError, DamagedLog, ExportError
from ..log.records import BackwardBody, ForwardBody, Slot
from ..log.schema import Kind
from ..text import clean, number
from ..timeline.names import roles
from . import ExportOptions
from .event_tensors import norm
from .selection import Selection, event_at

if TYPE_CHECKING:
    from ..log.reader import LogReader
    from ..timeline.names import Names

__all__ = ["Graph", "Op", "Value", "graph_of", "op_lines", "options_for_iteration", "value_text"]


@dataclass(slots=True)
class Value:
    """A variable that goes into an op or comes out of one; `name` is "" for most."""

    variable: int
    name: str
    role: str
    shape: str
    dtype: str


@dataclass(slots=True)
class Op:
    """A forward op, and what its backward steps in this iteration sent back: the largest norm of a gradient."""

    seq: int
    label: str
    scope: str
    address: str
    x: list[Value] = field(default_factory=list)
    y: list[Value] = field(default_factory=list)
    in_graph: bool = True
    gradient_norm: float | None = None
    visited: bool = False


@dataclass(slots=True)
class Graph:
    """Ops in the order in which they ran; `here` is the seq of the op that was asked for, or None."""

    iteration: int
    ops: list[Op]
    damaged: int = 0
    here: int | None = None


def options_for_iteration(reader: LogReader, options: ExportOptions) -> tuple[int, ExportOptions]:
    """The iteration to draw, and options that select all of it (within `only`).

    It is that of the event that `at` names, else the first selected one that has a forward op.

    Raises:
        ExportError: the selected iterations have no op.
    """
    if options.at:
        iteration = int(reader.index["iteration"][event_at(reader, options.at)])
    else:
        first = next(Selection(reader, options).seqs(Kind.forward), None)
        if first is None:
            raise ExportError("there is nothing to draw: no forward op is selected")
        iteration = int(reader.index["iteration"][first])
    return iteration, dataclasses.replace(options, at="", iterations=(iteration, iteration + 1))


def graph_of(names: Names, options: ExportOptions) -> Graph:
    """The graph of the one iteration that the options ask for; held in memory as a whole.

    Raises:
        ExportError: the selected iterations have no op.
    """
    reader = names.reader
    iteration, chosen = options_for_iteration(reader, options)
    graph = Graph(iteration, [], here=event_at(reader, options.at) if options.at else None)
    ops: dict[int, Op] = {}
    for seq in Selection(reader, chosen).seqs(Kind.forward):
        try:
            body = names.body(seq)
            address = clean(reader.address(seq))
        except DamagedLog:
            graph.damaged += 1
            continue
        assert isinstance(body, ForwardBody)
        header, kind = reader.index[seq], names.op(body.op)
        op = Op(seq, names.text(header["label"]), names.scope(header["scope"]), address, in_graph=body.grad)
        op.x = list(_values(names, roles(kind.x_roles, len(body.x), "x"), body.x))
        op.y = list(_values(names, roles(kind.y_roles, len(body.y), "y"), body.y))
        ops[seq] = op
    for seq in Selection(reader, dataclasses.replace(chosen, only=())).seqs(Kind.backward):
        partner = int(reader.index["partner"][seq])
        try:
            step = names.body(seq)
        except DamagedLog:
            graph.damaged += 1
            continue
        if seq == graph.here:
            graph.here = partner
        if partner in ops and isinstance(step, BackwardBody):
            _visit(names, ops[partner], step)
    graph.ops = list(ops.values())
    return graph


def op_lines(op: Op) -> list[str]:
    """What a box says of an op: its label, its link, and the gradient that left it."""
    lines = [op.label, *([op.scope] if op.scope else [])]
    if op.gradient_norm is not None:
        lines.append(f"largest |gx| {number(op.gradient_norm, digits=3)}")
    elif not op.in_graph:
        lines.append("not in the graph")
    return lines


def value_text(value: Value) -> str:
    """`MLP.l1.W (3, 2)`."""
    return " ".join(part for part in (value.name, value.shape) if part)


def _values(names: Names, role_names: list[str], slots: list[Slot]) -> Iterator[Value]:
    for role, slot in zip(role_names, slots, strict=True):
        layout = names.layout(slot.tensor)
        dtype = layout.dtype if layout is not None else ""
        yield Value(slot.var, names.variable_name(slot.var), role, names.shape(slot.tensor), dtype)


def _visit(names: Names, op: Op, step: BackwardBody) -> None:
    op.visited = True
    for tensor in step.gx:
        try:
            found = None if tensor is None else norm(names.reader.measured(tensor))
        except BpdebugError:
            continue
        if found is not None and (op.gradient_norm is None or not found <= op.gradient_norm):
            op.gradient_norm = found
        if found is not None and math.isnan(found):
            return
