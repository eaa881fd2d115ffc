"""The graph of an event's iteration, and the gradient flow through its layers, as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..errors import BpdebugError
from ..text import count_text, decade_bar, fit, size_text
from ..timeline import Moment, Timeline, joint_norm
from ..timeline.flow import backward_is_over, gradient_flow
from ..timeline.lane_lines import EXPLODING, VANISHING, line_of, with_line
from ..timeline.lanes import NODE, LaneRow
from ..timeline.tensors import tensor_view

if TYPE_CHECKING:
    from ..timeline.graph import GraphOp, GraphPage
    from .show_views import Wanted

__all__ = ["flow_lines", "graph_lines"]

_BAR = 12
_LANES = 40


def graph_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """The iteration's ops, one a line with its lanes; of those that backward came to, the norm that left."""
    graphs = timeline.graphs
    page = graphs.page(moment.seq)
    if not page.ops:
        yield "  no op in this iteration"
        return
    if page.total > len(page.ops):
        yield f"  ops {page.first + 1:,} to {page.first + len(page.ops):,} of {page.total:,}"
    here = graphs.row(page, moment.seq)
    lanes_width = min(page.width, _LANES)
    for row, (op, lanes) in enumerate(zip(page.ops, page.lanes, strict=True)):
        step = graphs.step_of(op, moment.seq)
        gradients = graphs.gradients(step) if step is not None else None
        lane = fit(
            _lane(timeline, page, lanes, moment.seq).replace(NODE, _node(op, step, moment.seq)), lanes_width
        )
        label = f"∂ {op.label}" if op.second_order else op.label
        text = " ".join(filter(None, (label, op.scope, op.leaves and f"({op.leaves})", op.shape)))
        line = f"{'>' if row == here else ' '} {lane}  {text}"
        if gradients is not None:
            norm = _norm(timeline, gradients.leaving.values() or gradients.weights.values())
            line = f"{fit(line, max(wanted.columns - _BAR - 12, 40))} {_bar(norm)}"
        yield line.rstrip()
    yield "  o computed  * visited by backward  . not yet  - outside the graph"
    if any(op.second_order for op in page.ops):
        yield "  ∂ op of a backward rule (second order)"
    yield "  bars: |gradient| that left, 1e-8 to 1e4"
    yield f"  lines: ┆ |gradient| below {VANISHING:g}  │ ordinary or none yet  ┃ from {EXPLODING:g}  ║ not finite"


def flow_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """A line a layer, in the order of the forward pass: norms of the gradients that arrived and that left."""
    page = timeline.graphs.page(moment.seq)
    layers = gradient_flow(timeline.graphs, page, moment.seq)
    walked = [layer for layer in layers if layer.walked]
    if not walked:
        yield f"  no backward walk has come to {count_text(len(layers), 'layer')} of this iteration by then"
        return
    width = min(max(len(layer.name) for layer in layers), max(wanted.columns - 2 * (_BAR + 13), 20))
    yield f"  {'':<{width}}  {'arrived':<{_BAR + 11}}  left"
    for layer in layers:
        line, none = f"  {fit(layer.name, width)}", layer.why_none(backward_is_over(moment.phase))
        if layer.walked:
            bars = [_bar(_norm(timeline, tensors), none) for tensors in (layer.arriving, layer.leaving)]
            line += f"  {bars[0]}  {bars[1]}"
        else:
            line += f"  {none}"
        yield line.rstrip()


def _lane(timeline: Timeline, page: GraphPage, lanes: LaneRow, seq: int) -> str:
    """The row's cells, each line as its value's gradient is."""
    drawn = []
    for cell, value in zip(lanes.cells, lanes.values, strict=True):
        tensor = timeline.graphs.gradient_of(page, value, seq) if isinstance(value, int) else None
        norm = _norm(timeline, [tensor]) if tensor is not None else None
        drawn.append(with_line(cell, line_of(norm)) if isinstance(norm, float) else cell)
    return "".join(drawn)


def _node(op: GraphOp, step: int | None, seq: int) -> str:
    if op.seq > seq:
        return "."
    if step is not None:
        return "*"
    return "o" if op.in_graph else "-"


def _norm(timeline: Timeline, tensors: Iterable[int]) -> float | str | None:
    """The joint L2 norm; None for no tensor, `?` where one wasn't kept."""
    try:
        return joint_norm([tensor_view(timeline.names, tensor, "", "").statistics() for tensor in tensors])
    except BpdebugError:
        return "?"


def _bar(norm: float | str | None, none: str = "-") -> str:
    if norm is None or isinstance(norm, str):
        return f"{norm or none:<{_BAR + 11}}"
    return f"{decade_bar(norm, _BAR)} {size_text(norm):>10}"
