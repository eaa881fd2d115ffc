"""The views of `bpdebug show` with a second run beside the first: the plain-text twin of `bpdebug view A --with B`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..diff.beside import KnownToDiffer
from ..diff.values import DISTANCES
from ..errors import BpdebugError
from ..text import clean, count_text, number, size_text
from ..timeline import Moment, TensorView
from ..timeline.tensors import tensor_view
from . import show_views

if TYPE_CHECKING:
    from ..diff.beside import Beside
    from ..diff.values import Gap
    from ..timeline import ParameterState

__all__ = ["gap_words", "loss_lines", "tensor_lines", "weight_lines"]


def tensor_lines(beside: Beside, moment: Moment, wanted: show_views.Wanted) -> Iterator[str]:
    """Each tensor: how far the runs are apart in it; where they are, the values of both and their distance."""
    for view in moment.tensors:
        if wanted.tensor is None or wanted.tensor in (view.role, view.name):
            yield from _tensor(beside, moment, view, wanted)


def _tensor(beside: Beside, moment: Moment, mine: TensorView, wanted: show_views.Wanted) -> Iterator[str]:
    yield f"  {mine.title}  ({mine.group})"
    try:
        measure = beside.gap(moment, mine)
        gap = measure if isinstance(measure, str) else measure()
    except BpdebugError as error:
        gap = str(error)
    if isinstance(gap, str):
        yield f"    {'' if isinstance(gap, KnownToDiffer) else 'not compared: '}{clean(gap)}"
    else:
        yield f"    {gap_words(gap)}"
    equal = not isinstance(gap, str) and not gap.differing
    once = not isinstance(gap, str) and equal and not gap.why and not mine.why_missing
    for letter in (beside.letter,) if once else ("A", "B"):
        view = beside.view(moment, mine, letter)
        if view.shape is None or view.why_missing:
            yield f"    {letter}: {view.why_missing}".rstrip()
            yield from _statistics_of_missing(view)
            continue
        named = "" if once else f"{letter}: "
        yield f"    {named}{view.dtype}  {show_views.statistics_text(view.statistics(), view.dtype)}"
        yield from _values(view, wanted)
    if isinstance(gap, str) or equal:
        return
    for what, title in DISTANCES.items():
        if what != "ulp" or gap.max_ulp is not None:
            yield f"    {title}:"
            yield from _values(beside.view(moment, mine, what), wanted)


def _statistics_of_missing(view: TensorView) -> Iterator[str]:
    """Of values that weren't kept, their statistics where these were."""
    if view.shape is not None:
        with contextlib.suppress(BpdebugError):
            yield f"      {show_views.statistics_text(view.statistics(), view.dtype)}"


def _values(view: TensorView, wanted: show_views.Wanted) -> Iterator[str]:
    return (f"      {line}".rstrip() for line in show_views.values_lines(view.array(), wanted))


def gap_words(gap: Gap) -> str:
    """How far two tensors are apart, in one line."""
    why = f", {clean(gap.why)}" if gap.why else ""
    if not gap.differing:
        return f"{'equal' if why else 'the same'}: {count_text(gap.size, 'element')}{why}"
    ulp = f", {gap.max_ulp:,} ULP" if gap.max_ulp else ""
    place = f" at [{', '.join(map(str, gap.place))}]" if gap.place else ""
    return (
        f"{gap.differing:,} of {count_text(gap.size, 'element')} differ: at most {number(gap.max_abs)} absolute{place},"
        f" {number(gap.max_rel)} relative{ulp}{why}"
    )


def weight_lines(beside: Beside, moment: Moment, wanted: show_views.Wanted) -> Iterator[str]:
    """Every parameter of both runs: norms of value and gradient, and how far the values are apart."""
    mine = {state.name: state for state in beside.this.parameters(moment.seq)}
    runs = (mine, beside.parameters(moment.seq))
    a, b = runs if beside.lead == 0 else runs[::-1]
    names = list({**a, **b})
    if not names:
        yield "  neither run names parameters"
        return
    width = min(max(map(len, names)), 40)
    titles = "".join(
        f" {title:>10}" for title in ("|value| A", "|value| B", "|A - B|", "|grad| A", "|grad| B")
    )
    yield f"  {'':<{width}} {titles}"
    for name in names:
        cells = []
        for field in ("value", "gradient"):
            cells += [_norm(beside, side, states.get(name), field) for side, states in enumerate((a, b))]
        cells.insert(2, _distance(beside, a.get(name), b.get(name)))
        yield f"  {clean(name):<{width}} " + "".join(f" {cell:>10}" for cell in cells)


def _view(beside: Beside, side: int, state: ParameterState | None, field: str) -> TensorView | None:
    tensor = None if state is None else getattr(state, field)
    run = beside.this if side == beside.lead else beside.other
    return None if tensor is None else tensor_view(run.names, tensor, "", "")


def _norm(beside: Beside, side: int, state: ParameterState | None, field: str) -> str:
    view = _view(beside, side, state, field)
    if view is None:
        return "-"
    try:
        return size_text(view.statistics().l2 or 0.0)
    except BpdebugError:
        return "?"


def _distance(beside: Beside, a: ParameterState | None, b: ParameterState | None) -> str:
    first, second = _view(beside, 0, a, "value"), _view(beside, 1, b, "value")
    if first is None or second is None or first.shape != second.shape:
        return "-"
    try:
        x, y = first.array(), second.array()
    except BpdebugError:
        return "?"
    with np.errstate(all="ignore"):
        apart = x.astype(np.result_type(x, np.float64)) - y
        return size_text(float(np.linalg.norm(apart.reshape(-1))))


def loss_lines(beside: Beside, moment: Moment, wanted: show_views.Wanted) -> Iterator[str]:
    """The latest values that both runs reported up to the event, side by side by iteration and order."""
    place = beside.place(moment.seq)
    others = {curve.name: curve for curve in beside.other.curves()}
    for curve in beside.this.curves():
        theirs = others.get(curve.name)
        mine = [_by_iteration(curve.iterations, curve.values, curve.seqs <= moment.seq)]
        mine.append(
            {} if theirs is None else _by_iteration(theirs.iterations, theirs.values, theirs.seqs <= place)
        )
        a, b = mine if beside.lead == 0 else mine[::-1]
        keys = sorted({**a, **b})[-show_views.REPORTS_SHOWN :]
        if not keys:
            continue
        yield f"  {curve.name}"
        yield f"    {'iteration':<18} {'A':>12} {'B':>12} {'B - A':>12}"
        for key in keys:
            texts = ["-" if key not in run else number(run[key]) for run in (a, b)]
            apart = number(b[key] - a[key]) if key in a and key in b else "-"
            yield f"    {key[0]:<18} {texts[0]:>12} {texts[1]:>12} {apart:>12}"


def _by_iteration(
    iterations: np.ndarray, values: np.ndarray, shown: np.ndarray
) -> dict[tuple[int, int], float]:
    """(iteration, which report of it) to value."""
    found: dict[tuple[int, int], float] = {}
    counts: dict[int, int] = {}
    for iteration, value in zip(iterations[shown].tolist(), values[shown].tolist(), strict=True):
        counts[iteration] = counts.get(iteration, 0) + 1
        found[iteration, counts[iteration]] = value
    return found
