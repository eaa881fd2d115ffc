"""Predictions of shape (N, 1) meet targets of shape (N,) or (1, N): each prediction is compared with every target."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Op
from ..facts.training import downstream, upstream
from ..finding import Finding

__all__ = ["find"]

_ELEMENTWISE = (
    "sub",
    "mul",
    "add",
    "div",
    "maximum",
    "minimum",
    "squared_error",
    "absolute_error",
    "broadcast",
    "power",
)
_COMPARING = ("sub", "squared_error", "absolute_error", "broadcast")
"""What takes a row of data against a column of predictions by mistake; a product may be meant, as with a mask."""


def find(history: History) -> Iterator[Finding]:
    """An op of two arrays, (N, 1) and (N,), that gives (N, N); or (N, 1) and (1, N), of which one is data.

    A table of all pairs (distances, graph attention) has a row and a column of one origin, or is reduced along an axis.
    """
    seen: set[int] = set()
    for op in history.training_ops():
        if op.label not in _ELEMENTWISE or op.site in seen or not op.y:
            continue
        shapes = [history.values.shape(tensor) for _, tensor in op.x[:2]]
        y = history.values.shape(op.y[0][1])
        if len(shapes) < 2 or len(y) != 2 or y[0] != y[1] or y[0] < 2:
            continue
        if not _crossed(shapes[0], shapes[1], y) and not _data_meet_predictions(history, op, shapes):
            continue
        seen.add(op.site)
        yield Finding(
            f"{op.label} of {shapes[0]} and {shapes[1]} gives {y}: each prediction meets all {y[0]} targets",
            f"{op.scope}/{op.label}" if op.scope else op.label,
            seq=op.seq,
            site=op.site,
            evidence={"shapes": [list(shape) for shape in shapes], "result": list(y)},
            subjects=frozenset({op.label}),
        )


def _crossed(a: tuple[int, ...], b: tuple[int, ...], y: tuple[int, ...]) -> bool:
    column, row = (y[0], 1), (y[0],)
    return (a, b) in ((column, row), (row, column))


def _data_meet_predictions(history: History, op: Op, shapes: list[tuple[int, ...]]) -> bool:
    """Whether a column and a row of two axes meet, data and what parameters made, on the way to one number."""
    if op.label not in _COMPARING or sorted(shapes) != [(1, max(shapes)[0]), (max(shapes)[0], 1)]:
        return False
    learnt = [_is_learnt(history, op, place) for place in (0, 1)]
    behind = [later for later in downstream([op]) if later is not op]
    along_an_axis = any(later.attrs.get("axis") is not None or "matmul" in later.label for later in behind)
    return learnt[0] != learnt[1] and not along_an_axis


def _is_learnt(history: History, op: Op, place: int) -> bool:
    """Whether a parameter has a part in an input."""
    source = op.sources[place]
    if source is None:
        return op.x[place][0] in history.parameters
    return any(history.parameters_of(earlier) for earlier in upstream([source]))
