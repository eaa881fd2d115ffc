"""What shall be alike and what shall differ have changed places, in a loss over pairs or triplets."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import numpy as np

from ..facts.history import History
from ..facts.mined import is_mined
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.training import among_known
from ..finding import Finding

__all__ = ["find"]

_FIRST = 10
_FEW = 5
_CLEARLY = 3.0
_ENOUGH_FALL = 0.5
_LATE = 0.2


def find(history: History) -> Iterator[Finding]:
    """From the start, positives lie farther from their anchors than negatives do, on average, and that stays so.

    Any net with random weights keeps what is alike together. Positives and negatives that are chosen among the results
    for one batch (hard mining) lie the wrong way on purpose.
    """
    losses = (op for op in history.training_ops() if op.label in ("triplet", "contrastive"))
    for ops in ops_by_place(history, losses):
        known = among_known(history, ops, len(ops))
        early, late = known[:_FIRST], known[-max(_FEW, int(_LATE * len(known))) :]
        if len(early) < _FEW or any(is_mined(op) for op in early):
            continue
        before, after = _gaps(history, early), _gaps(history, late)
        if len(before) < _FEW or len(after) < _FEW:
            continue
        spread = statistics.stdev(before) / len(before) ** 0.5
        if statistics.mean(before) < _CLEARLY * spread or statistics.mean(before) <= 0:
            continue
        if statistics.mean(after) < (_ENOUGH_FALL - 1) * statistics.mean(before):
            continue  # it has turned round: this loss is what the data are about
        yield _finding(history, ops, statistics.mean(before))
        return


def _finding(history: History, ops: list[Op], gap: float) -> Finding:
    op = ops[0]
    said = (
        "positives are farther from their anchors than negatives"
        if op.label == "triplet"
        else ("pairs with label 1 (alike) lie farther apart than those with label 0")
    )
    return Finding(
        f"{said} from the start, by {gap:.3g} in squared distance: the two seem to have changed places",
        f"{op.scope}/{op.label}" if op.scope else op.label,
        seq=op.seq,
        site=op.site,
        evidence={
            "difference of squared distances": gap,
            "margin": op.attrs.get("margin"),
            "passes": len(ops),
        },
        subjects=frozenset({op.label}),
    )


def _gaps(history: History, ops: list[Op]) -> list[float]:
    """Of each op, the mean squared distance of what shall be alike less that of what shall differ."""
    found = []
    for op in ops:
        arrays = [history.values.array(tensor) for _, tensor in op.x[:3]]
        if len(arrays) < 3 or any(array is None or not np.isfinite(array).all() for array in arrays):
            continue
        a, b, c = (np.asarray(array, np.float64) for array in arrays)
        if op.label == "triplet":
            found.append(float(((a - b) ** 2).sum(axis=1).mean() - ((a - c) ** 2).sum(axis=1).mean()))
            continue
        alike, apart = ((a - b) ** 2)[c.reshape(-1) == 1], ((a - b) ** 2)[c.reshape(-1) == 0]
        if len(alike) and len(apart):
            found.append(float(alike.sum(axis=1).mean() - apart.sum(axis=1).mean()))
    return found
