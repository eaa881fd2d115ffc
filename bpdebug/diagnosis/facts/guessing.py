"""Whether a run ends worse than a model that always gives the same answer."""

from __future__ import annotations

import statistics

import numpy as np

from .history import History
from .records import Op
from .training import among_known

__all__ = ["worse_than_guessing"]

_LATE = 0.2
_WORSE = 3.0
_LOOKS = 30
_LOSSES = ("mean_squared_error", "softmax_cross_entropy")


def worse_than_guessing(history: History) -> bool:
    """Whether the last losses are several times that of the mean of the targets, or of the labels' frequencies.

    A loss that has fallen far may have begun absurdly high; this says whether what is left of it is still absurd.
    """
    by_site: dict[int, list[Op]] = {}
    for op in history.training_ops():
        if op.label in _LOSSES and 1 in op.fed:
            by_site.setdefault(op.site, []).append(op)
    for ops in by_site.values():
        late = [history.values.number(op.y[0][1]) for op in ops[int((1 - _LATE) * len(ops)) :]]
        known = [value for value in late if value is not None and np.isfinite(value)]
        guess = _guess(history, among_known(history, ops, _LOOKS))
        if known and guess and statistics.median(known) > _WORSE * guess:
            return True
    return False


def _guess(history: History, ops: list[Op]) -> float:
    """The loss of the best constant answer to the targets of some losses; 0 where it isn't known."""
    arrays = [history.values.array(op.x[1][1]) for op in ops]
    known = [array for array in arrays if array is not None and array.size]
    if not known:
        return 0.0
    if ops[0].label == "mean_squared_error":
        if len({array.shape[1:] for array in known}) > 1:
            return 0.0
        return float(np.concatenate([array.astype(np.float64) for array in known]).var(axis=0).mean())
    labels = np.concatenate([array.reshape(-1) for array in known])
    counts = np.unique(labels[labels >= 0], return_counts=True)[1]
    parts = counts / max(1, counts.sum())
    return float(-(parts * np.log(parts)).sum())
