"""The timeline around an event, and every parameter after it, as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BpdebugError
from ..log.schema import EventFlag
from ..text import bytes_text, duration_text, fit, shape_text, size_text, sparkline
from ..timeline import Moment, ParameterState, Timeline, joint_norm
from ..timeline.costs import cost_of
from ..timeline.tensors import tensor_view
from ..timeline.updates import RECENT

if TYPE_CHECKING:
    from .show_views import Wanted

__all__ = ["timeline_lines", "weight_lines"]

_AROUND = 12
_COST = 11


def timeline_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """The rows around the event, with what each op took; `>` is the event, `!` what isn't finite."""
    rows = timeline.rows
    here = rows.reveal(moment.seq)
    width = max(wanted.columns - 2 * _COST - 4, 20)
    for place in range(max(here - _AROUND, 0), min(here + _AROUND + 1, len(rows))):
        row = rows.row(place)
        mark = ">" if place == here else "!" if row.flags & EventFlag.nonfinite else " "
        line = fit("  " * row.depth + row.text, width)
        if row.seq is not None:
            cost = cost_of(timeline.names, row.seq)
            line += f"{duration_text(cost.us) if cost.us is not None else '':>{_COST}}"
            line += f"{bytes_text(cost.size_bytes) if cost.size_bytes is not None else '':>{_COST}}"
        yield f"  {mark} {line}".rstrip()


def weight_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """Every parameter: norms of value, gradient and latest update, their ratio, and the gradients so far."""
    states = timeline.parameters(moment.seq)
    if not states:
        yield "  the run names no parameters"
        return
    width = min(max(len(state.name) for state in states), 40)
    titles = "".join(f" {title:>10}" for title in ("|value|", "|grad|", "|update|", "upd/value"))
    yield f"  {'':<{width}}  {'shape':<14}{titles}  {'|grad| so far':<{RECENT}}  gradient"
    for state in states:
        shape = shape_text(state.shape) if state.shape is not None else ""
        update, before = _update_norm(timeline, state.before, state.after), _norm(timeline, state.before)
        ratio = update / before if isinstance(update, float) and isinstance(before, float) and before else "-"
        cells = (_norm(timeline, state.value), _norm(timeline, state.gradient), update, ratio)
        texts = "".join(f" {one if isinstance(one, str) else size_text(one):>10}" for one in cells)
        mark = "  <- updated here" if state.updated_here else ""
        past = _history(timeline, state, moment.seq)
        yield f"  {state.name:<{width}}  {shape:<14}{texts}  {past:<{RECENT}}  {state.gradient_note}{mark}"


def _history(timeline: Timeline, state: ParameterState, seq: int) -> str:
    norms = [_norm(timeline, tensor) for tensor in timeline.updates.gradients(state.name, seq)]
    return sparkline([norm for norm in norms if isinstance(norm, float)], RECENT)


def _norm(timeline: Timeline, tensor: int | None) -> float | str:
    """The L2 norm; `-` for no tensor, `?` for one whose values aren't known."""
    if tensor is None:
        return "-"
    try:
        return joint_norm([tensor_view(timeline.names, tensor, "", "").statistics()]) or 0.0
    except BpdebugError:
        return "?"


def _update_norm(timeline: Timeline, before: int | None, after: int | None) -> float | str:
    if before is None or after is None:
        return "-"
    try:
        first, second = timeline.reader.array(before), timeline.reader.array(after)
    except BpdebugError:
        return "?"
    if first.shape != second.shape:
        return "?"
    wide = np.result_type(first, second, np.float64)
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(second.astype(wide) - first.astype(wide)))
