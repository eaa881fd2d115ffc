"""How a run ends beside a model that always gives the same answer."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np

from .history import History
from .places import ops_by_place
from .records import Op
from .training import among_known

__all__ = ["beats_guessing", "worse_than_guessing"]

_LATE = 0.2
_WORSE = 3.0
_BETTER = 0.9
_LOOKS = 30
_CLASSES = "softmax_cross_entropy"
_YES_OR_NO = "sigmoid_cross_entropy"
_LOSSES = ("mean_squared_error", _CLASSES, _YES_OR_NO)


def worse_than_guessing(history: History) -> bool:
    """Whether the last losses are several times that of the mean of the targets, or of the labels' frequencies.

    A loss that has fallen far may have begun absurdly high; this says whether what is left of it is still absurd.
    """
    return any(share > _WORSE for share in _shares_of_guessing(history))


def beats_guessing(history: History) -> bool:
    """Whether the last losses are below what the targets' mean, or the labels' frequencies, would give.

    The model has then learnt something of the inputs, however little of its first value a loss has lost: that of a
    language model falls by a fifth and has learnt a lot.
    """
    shares = _shares_of_guessing(history)
    return bool(shares) and all(share < _BETTER for share in shares)


def _shares_of_guessing(history: History) -> Sequence[float]:
    """The last losses of each line, in parts of the loss of the best constant answer; of lines where that is known."""
    if "shares of guessing" not in history.memo:
        losses = (op for op in history.training_ops() if op.label in _LOSSES and 1 in op.fed)
        groups = ops_by_place(history, losses)
        shares = [share for ops in groups if (share := _share(history, ops)) is not None]
        history.memo["shares of guessing"] = shares
    found = history.memo["shares of guessing"]
    assert isinstance(found, list)
    return found


def _share(history: History, ops: list[Op]) -> float | None:
    late = [history.values.number(op.y[0][1]) for op in ops[int((1 - _LATE) * len(ops)) :]]
    known = [value for value in late if value is not None and np.isfinite(value)]
    guess = _guess(history, among_known(history, ops, _LOOKS))
    return statistics.median(known) / guess if known and guess else None


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
