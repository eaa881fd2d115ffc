"""A loss is given one and the same values as prediction and as target: it is zero, and so is every gradient."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..finding import Finding

__all__ = ["find"]

_COMPARING = (
    "mean_squared_error", "squared_error", "mean_absolute_error", "absolute_error", "huber_loss", "sub", "contrastive",
)  # fmt: skip
_PASSES = 3


def find(history: History) -> Iterator[Finding]:
    """Both inputs of a comparison are one variable, or hold equal values that aren't all the same, in each pass."""
    comparisons = (op for op in history.training_ops() if op.label in _COMPARING and len(op.x) > 1)
    for ops in ops_by_place(history, comparisons):
        if len(ops) < _PASSES or not all(_same(history, op) for op in ops):
            continue
        op = ops[0]
        name = f"{op.scope}/{op.label}" if op.scope else op.label
        how = "the same variable" if op.x[0][0] == op.x[1][0] else "the same values"
        yield Finding(
            f"{op.label} compares {how} with itself: the target is what the model gave, so there is no error to learn"
            " from",
            name,
            seq=op.seq,
            site=op.site,
            evidence={"passes": len(ops)},
            subjects=frozenset({op.label}),
        )


def _same(history: History, op: Op) -> bool:
    (first, left), (second, right) = op.x[:2]
    if first == second:
        return True
    if op.label == "sub":
        return False  # a value minus its own array lets a gradient go straight through
    spread = history.values.spread(left) if left is not None and left == right else None
    return spread is not None and spread[1] > 0
