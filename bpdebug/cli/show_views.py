"""The views of `bpdebug show`: lines of plain text about one event."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import BpdebugError
from ..log.records import ReportedBody
from ..log.schema import Kind
from ..stepping import Breakpoint
from ..text import clean, fit, number, shape_text
from ..timeline import Moment, SourceFrame, Statistics, TensorView, Timeline
from ..timeline.names import dtype_kind

__all__ = [
    "REPORTS_SHOWN",
    "Wanted",
    "console_lines",
    "explain_lines",
    "fact_lines",
    "loss_lines",
    "source_lines",
    "tensor_lines",
    "values_lines",
]

_AROUND = 3
_SHOWN_WHOLE = 200  # elements; of bigger arrays the edges
REPORTS_SHOWN = 20
_PRINTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: one tensor by role or name (None: all), all values in full, characters a line.

    `breakpoints` and `watches` are those whose hits and values are shown.
    """

    tensor: str | None = None
    full: bool = False
    columns: int = 100
    breakpoints: Sequence[Breakpoint] = ()
    watches: Sequence[str] = ()


def source_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """The script around the event's line, and the frames that led there."""
    if not moment.frames:
        yield "  no line of the script made this event"
        return
    yield from _excerpt(timeline, moment.frames[-1], wanted)
    for frame in reversed(moment.frames[:-1]):
        yield f"  called from {clean(frame.text)}"
    if moment.caller_frames:
        yield f"  backward() called at {clean(moment.caller_frames[-1].text)}"


def _excerpt(timeline: Timeline, frame: SourceFrame, wanted: Wanted) -> Iterator[str]:
    yield f"  {clean(frame.text)}"
    source = next((found for found in timeline.reader.sources if found.path == frame.path), None)
    lines = source.text.splitlines() if source is not None else []
    if not 1 <= frame.line <= len(lines):
        yield "  (the log doesn't have the text of this line)"
        return
    first, last = max(frame.line - _AROUND, 1), min(frame.line + _AROUND, len(lines))
    digits = len(str(last))
    for line in range(first, last + 1):
        mark = ">" if line == frame.line else " "
        text = clean(lines[line - 1].expandtabs(4))
        yield fit(f"  {mark} {line:>{digits}}  {text}", wanted.columns).rstrip()


def fact_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """The facts of the moment."""
    return (f"  {fact}" for fact in moment.facts)


def tensor_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """Each tensor: what it is, its statistics, its values (of big ones the edges, unless all are wanted)."""
    for view in moment.tensors:
        if wanted.tensor is None or wanted.tensor in (view.role, view.name):
            yield from _tensor(view, wanted)


def _tensor(view: TensorView, wanted: Wanted) -> Iterator[str]:
    what = f"{view.group}, {view.changed}" if view.changed else view.group
    yield f"  {view.title}  ({what})  {_layout(view)}".rstrip()
    if view.why_missing:
        yield f"    {view.why_missing}"
    try:
        if view.shape is None:
            return
        yield f"    {statistics_text(view.statistics(), view.dtype)}"
        array = view.sample() if view.why_missing else view.array()
    except BpdebugError as error:
        if not view.why_missing:
            yield f"    {clean(str(error))}"
        return
    if array is None:
        return
    if view.why_missing:
        yield f"    {array.size:,} of its values, evenly spaced:"
    for line in values_lines(array, wanted):
        yield f"    {line}".rstrip()


def _layout(view: TensorView) -> str:
    return "" if view.shape is None else f"{view.dtype} {shape_text(view.shape)} on {view.device or 'cpu'}"


def statistics_text(measured: Statistics, dtype: str) -> str:
    """Statistics in one line: `min -1.5  max 2.0  mean 0.25 ...`, counts only where there are any."""
    if not measured.size:
        return "no elements"
    parts = []
    if measured.min is not None:
        exact = dtype if dtype_kind(dtype) == "f" else None
        parts += [f"min {number(measured.min, exact)}", f"max {number(measured.max, exact)}"]
        parts += [f"{name} {number(getattr(measured, name))}" for name in ("mean", "std", "l2")]
    counts = {"NaN": measured.nan, "+inf": measured.pos_inf, "-inf": measured.neg_inf, "zero": measured.zeros}
    parts += [f"{count:,} {what}" for what, count in counts.items() if count]
    return "  ".join(parts)


def values_lines(array: np.ndarray, wanted: Wanted) -> Iterator[str]:
    """The values in rows and columns, aligned; big arrays by their edges unless all are wanted."""
    if not array.size:
        return
    line_width = max(wanted.columns - 4, 20)
    if wanted.full:
        text = np.array2string(array, max_line_width=line_width, threshold=sys.maxsize, floatmode="unique")
    else:
        width = max(len(number(value, array.dtype)) for value in _shown_edges(array))
        text = np.array2string(
            array,
            max_line_width=line_width,
            threshold=_SHOWN_WHOLE,
            edgeitems=3,
            formatter={"all": lambda value: number(value, array.dtype, width)},
        )
    yield from text.split("\n")


def _shown_edges(array: np.ndarray) -> Iterator[object]:
    """The elements that a shortened print of the array shows."""
    if array.size > _SHOWN_WHOLE:
        for axis in range(array.ndim):
            if array.shape[axis] > 6:
                array = np.take(array, [0, 1, 2, -3, -2, -1], axis=axis)
    return iter(array.reshape(-1))


def loss_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """The latest values of what was reported up to the event."""
    for curve in timeline.curves():
        count = int(np.searchsorted(curve.seqs, moment.seq, side="right"))
        if not count:
            continue
        begin = max(count - REPORTS_SHOWN, 0)
        yield f"  {curve.name}" + (f"  (the last {REPORTS_SHOWN} of {count:,})" if begin else "")
        for i in range(begin, count):
            here = "  <- here" if curve.seqs[i] == moment.seq else ""
            yield f"    iteration {curve.iterations[i]:>8}  {number(float(curve.values[i]), width=12)}{here}"
    if moment.loss is None and isinstance(moment.body, ReportedBody):
        yield "  this report holds no number"


def console_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """The end of what the script had printed by then."""
    lines = timeline.output_until(moment.seq)
    if len(lines) > _PRINTS_SHOWN:
        yield f"  … {len(lines) - _PRINTS_SHOWN:,} or more lines before"
    for line in lines[-_PRINTS_SHOWN:]:
        yield f"  {'!' if line.stream == 'stderr' else '|'} {line.text}"


def explain_lines(timeline: Timeline, moment: Moment, wanted: Wanted) -> Iterator[str]:
    """Why the largest element of each tensor that the event made has its value; then the way to the loss."""
    from ..explain import explain, made_here, path_to_loss, telling_element, why_not_there
    from ..explain.as_text import explanation_lines, path_lines
    from ..frontends.engine_ops import EngineOps

    runner = timeline.runner or EngineOps()
    if why := why_not_there(moment):
        yield f"  {why}"
        yield ""
    for view in made_here(moment):
        element = telling_element(moment, view.role)
        if element is None or (wanted.tensor is not None and wanted.tensor not in (view.role, view.name)):
            continue
        try:
            lines = list(
                explanation_lines(explain(timeline, moment.seq, element, runner), wanted.columns - 2)
            )
        except BpdebugError as error:
            yield f"  {element}: {clean(str(error))}"
        else:
            yield from (f"  {line}".rstrip() for line in lines)
        yield ""
    if moment.kind is Kind.backward:
        yield from path_lines(path_to_loss(timeline, moment.seq), wanted.columns)
