"""Predictions of shape (N, 1) meet targets of shape (N,): every prediction is compared with every target."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
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
    "broadcast_to",
)


def find(history: History) -> Iterator[Finding]:
    """An op of two arrays, (N, 1) and (N,), that gives (N, N)."""
    seen: set[int] = set()
    for op in history.training_ops():
        if op.label not in _ELEMENTWISE or op.site in seen or not op.y:
            continue
        shapes = [history.values.shape(tensor) for _, tensor in op.x[:2]]
        y = history.values.shape(op.y[0][1])
        if op.label == "broadcast_to":
            shapes = [shapes[0], y[-1:]]
        if len(shapes) < 2 or len(y) != 2 or not _crossed(shapes[0], shapes[1], y):
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
    if y[0] != y[1] or y[0] < 2:
        return False
    column, row = (y[0], 1), (y[0],)
    return (a, b) in ((column, row), (row, column))
