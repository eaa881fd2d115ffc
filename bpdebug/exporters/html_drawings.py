"""Drawings of the HTML page, as SVG: curves over iterations, and the graph of an iteration."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from ..text import number
from .iteration_graph import Graph, op_lines

__all__ = ["Curve", "chart", "graph_drawing"]

Curve = list[tuple[int, float]]
"""Iteration and value."""

_MAX_POINTS = 600
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 220, 92, 24
"""On the left there is room for the longest number, `-1.235e-100`."""
_MOST_DIGITS = 7
_BOX_WIDTH, _BOX_HEIGHT, _GAP_X, _GAP_Y = 210, 54, 24, 40
_MAX_BOXES = 300


def chart(name: str, curve: Sequence[tuple[int, float]], small: bool = False) -> str:
    """A curve with its axes, or (small) only the line. What is not finite is a mark at the bottom."""
    finite = [(x, y) for x, y in curve if math.isfinite(y)]
    wild = [x for x, y in curve if not math.isfinite(y)]
    if not curve:
        return "<span>-</span>"
    width, height, left, bottom = (140, 26, 2, 2) if small else (_WIDTH, _HEIGHT, _LEFT, _BOTTOM)
    first, last = curve[0][0], max(curve[-1][0], curve[0][0] + 1)
    low = min((y for _, y in finite), default=0.0)
    high = max((y for _, y in finite), default=1.0)
    span = high / 2 - low / 2 or 0.5
    digits = 6 if number(low) != number(high) else _MOST_DIGITS
    if not small and number(low, digits=digits) == number(high, digits=digits):
        # Rounding must not look like a fall: what the axis can't tell apart is drawn flat.
        high, span = low, max(abs(high), abs(low)) or 0.5

    def place(x: int, y: float) -> tuple[float, float]:
        right = left + (x - first) / (last - first) * (width - left - 8)
        return right, 4 + (height - bottom - 8) * (1 - (y / 2 - low / 2) / span)

    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in _thinned(finite)))
    parts = [f'<polyline class="line" points="{points}"/>']
    if len(finite) == 1:
        x, y = place(*finite[0])
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
    for at in wild[:: len(wild) // _MAX_POINTS + 1]:  # of many some, from the first to the last
        x, _ = place(at, low)
        parts.append(
            f'<path class="bad" d="M{x - 3:.1f} {height - bottom} l3 -7 l3 7z"><title>not finite</title></path>'
        )
    if not small:
        parts.append(f'<path class="axis" d="M{left} 4V{height - bottom}H{width - 8}"/>')
        # The greatest value is at the top, unless the curve is flat; where nothing is finite there is neither.
        for value in sorted({y for _, y in finite if y in (low, high)}):
            at = height - bottom if value == low else 14
            parts.append(
                f'<text x="{left - 6}" y="{at}" text-anchor="end">{escape(number(value, digits=digits))}</text>'
            )
        parts.append(f'<text x="{left}" y="{height - 6}">iteration {first}</text>')
        if curve[-1][0] > first:
            parts.append(f'<text x="{width - 8}" y="{height - 6}" text-anchor="end">{curve[-1][0]}</text>')
    label = escape(name, quote=True)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg {size} role="img" aria-label="{label}"><title>{label}</title>{"".join(parts)}</svg>'


def _thinned(points: Curve) -> Iterator[tuple[int, float]]:
    """At most about `_MAX_POINTS` points: of each stretch its least and its greatest, so that no peak is lost."""
    step = max(len(points) * 2 // _MAX_POINTS, 1)
    for start in range(0, len(points), step):
        part = points[start : start + step]
        ends = {min(part, key=lambda point: point[1]), max(part, key=lambda point: point[1])}
        yield from sorted(ends)


def graph_drawing(graph: Graph) -> str:
    """Ops as boxes, each below all ops that it takes something from; parameters stand in the boxes."""
    ops = graph.ops[:_MAX_BOXES]
    made_by: dict[int, int] = {}
    rows: list[list[int]] = []
    row_of: dict[int, int] = {}
    edges: list[tuple[int, int, str]] = []
    for i, op in enumerate(ops):
        sources = [(made_by[value.variable], value) for value in op.x if value.variable in made_by]
        row = max((row_of[source] + 1 for source, _ in sources), default=0)
        row_of[i] = row
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row].append(i)
        edges += [(source, i, f"{value.role} {value.shape}") for source, value in sources]
        made_by.update({value.variable: i for value in op.y})
    width = max((len(boxes) for boxes in rows), default=1) * (_BOX_WIDTH + _GAP_X) + _GAP_X
    height = len(rows) * (_BOX_HEIGHT + _GAP_Y) + _GAP_Y
    left: dict[int, float] = {}
    for boxes in rows:
        start = (width - len(boxes) * (_BOX_WIDTH + _GAP_X) + _GAP_X) / 2
        left |= {i: start + nth * (_BOX_WIDTH + _GAP_X) for nth, i in enumerate(boxes)}

    def top(i: int) -> float:
        return _GAP_Y / 2 + row_of[i] * (_BOX_HEIGHT + _GAP_Y)

    parts = []
    for source, target, text in edges:
        x1, y1 = left[source] + _BOX_WIDTH / 2, top(source) + _BOX_HEIGHT
        x2, y2 = left[target] + _BOX_WIDTH / 2, top(target)
        curve = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + 25:.0f} {x2:.0f} {y2 - 25:.0f} {x2:.0f} {y2:.0f}"
        parts.append(f'<path class="edge" d="{curve}"/>')
        parts.append(f'<text class="small" x="{x2 + 6:.0f}" y="{y2 - 8:.0f}">{escape(text)}</text>')
    for i, op in enumerate(ops):
        kind = "here" if op.seq == graph.here else "visited" if op.visited else "unvisited"
        parts.append(
            f'<g><title>{escape(op.address)}</title><rect class="{kind}" x="{left[i]:.0f}" y="{top(i):.0f}"'
            f' width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="6"/>'
        )
        for nth, line in enumerate(op_lines(op)):
            short = line if len(line) <= 32 else line[:31] + "…"
            style = "" if nth == 0 else ' class="small"'
            parts.append(
                f'<text{style} x="{left[i] + 8:.0f}" y="{top(i) + 17 + 15 * nth:.0f}">{escape(short)}</text>'
            )
        parts.append("</g>")
    more = f"<p>{len(graph.ops) - len(ops)} more ops are left out.</p>" if len(graph.ops) > len(ops) else ""
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<div class="wide"><svg {size}>{"".join(parts)}</svg></div>{more}'
