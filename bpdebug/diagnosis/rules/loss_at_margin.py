"""A loss over triplets stays at its margin: what belongs together is no nearer than what doesn't."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from ..facts.history import History
from ..facts.mined import is_mined
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.training import is_one_training, upstream, weighted
from ..finding import Finding

__all__ = ["find"]

_TIMES = 40
_NEAR = 1.25
"""The loss over the margin, or the other way round: one embedding for everything gives 1."""


def find(history: History) -> Iterator[Finding]:
    """The mean loss comes to that of equal embeddings, stays there for half of the run, and is never well below."""
    losses = (op for op in history.training_ops() if op.label == "triplet")
    for ops in ops_by_place(history, losses):
        margin = ops[0].attrs.get("margin")
        if len(ops) < _TIMES or not isinstance(margin, int | float) or not is_one_training(history):
            continue
        if is_mined(ops[0]):
            continue
        values = [value for op in ops if (value := _loss(history, op)) is not None]
        quarters = [
            statistics.fmean(values[part * len(values) // 4 : (part + 1) * len(values) // 4])
            for part in range(4)
        ]
        if len(values) < _TIMES or min(quarters) < margin / _NEAR or max(quarters[2:]) > margin * _NEAR:
            continue
        last = next((op for op in reversed(upstream([ops[0]])) if weighted(op)), ops[0])
        yield Finding(
            f"the triplet loss stays at {quarters[-1]:.3g}, about its margin of {margin:g}: anchors come no nearer to"
            " their positives than to their negatives",
            last.scope or last.label,
            seq=ops[-1].seq,
            site=ops[0].site,
            evidence={"loss by quarters": quarters, "margin": margin},
            subjects=frozenset({last.scope}),
        )


def _loss(history: History, op: Op) -> float | None:
    spread = history.values.spread(op.y[0][1])
    return None if spread is None else spread[0]
