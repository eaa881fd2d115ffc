"""Whether a run's inputs tell anything of its labels, by fits that are tried on examples they weren't fitted to.

One is linear in the inputs and their squares, the other in random ReLUs of them (Rahimi and Recht 2008). A fit that
does better than guessing shows that they do. One that doesn't shows nothing: the relation may be another.
"""

from __future__ import annotations

import numpy as np

from .history import History
from .records import Op
from .training import upstream

__all__ = ["inputs_tell_labels"]

_ROWS = 3000
_COLUMNS = 300
_LOOKED = 400
_SURE = 4.0
"""Standard deviations above the share of the most frequent label."""
_FEW = 40
_RELUS = 200


def inputs_tell_labels(history: History, losses: list[Op]) -> bool:
    """Whether one of the fits of half of the examples is right about the other half more often than by guessing.

    Args:
        losses: ops that are given scores and, as plain arrays of whole numbers, labels.
    """
    rows, labels = _examples(history, losses)
    if len(labels) < _FEW:
        return False
    ones = np.ones((len(rows), 1))
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((rows.shape[1], _RELUS)) / np.sqrt(rows.shape[1])
    bent = np.maximum(rows @ directions + rng.uniform(-1, 1, _RELUS), 0)
    return _fits(np.concatenate([rows, rows * rows, ones], axis=1), labels) or _fits(
        np.concatenate([bent, ones], axis=1), labels
    )


def _fits(features: np.ndarray, labels: np.ndarray) -> bool:
    """Whether a linear fit of the even rows is right about the odd ones more often than by guessing."""
    classes, numbers = np.unique(labels, return_inverse=True)
    wanted = np.eye(len(classes))[numbers]
    fitted, tried = np.arange(len(labels)) % 2 == 0, np.arange(len(labels)) % 2 == 1
    x = features[fitted]
    ridge = 1e-2 * len(x) * np.eye(x.shape[1])
    weights = np.linalg.solve(x.T @ x + ridge, x.T @ wanted[fitted])
    right = float(np.mean((features[tried] @ weights).argmax(axis=1) == numbers[tried]))
    guess = float(wanted[tried].mean(axis=0).max())
    spread = np.sqrt(max(guess * (1 - guess), 1e-6) / int(tried.sum()))
    return right > guess + _SURE * spread


def _examples(history: History, losses: list[Op]) -> tuple[np.ndarray, np.ndarray]:
    """The examples that differ, one row each, scaled by feature, and their labels."""
    found: dict[bytes, tuple[np.ndarray, int]] = {}
    width = 0
    for op in losses[:: max(1, len(losses) // _LOOKED)]:
        labels = history.values.array(op.x[1][1])
        if labels is None or labels.ndim != 1 or labels.dtype.kind not in "iu":
            continue
        parts = _inputs(history, op, len(labels))
        if not parts:
            continue
        rows = np.concatenate(parts, axis=1)
        width = width or rows.shape[1]
        if rows.shape[1] == width:
            found.update((row.tobytes(), (row, int(label))) for row, label in zip(rows, labels, strict=True))
        if len(found) >= _ROWS:
            break
    if not found:
        return np.zeros((0, 1)), np.zeros(0, int)
    rows = np.stack([row for row, _ in found.values()])
    rows = rows[:, :: max(1, -(-rows.shape[1] // _COLUMNS))]
    spread = rows.std(axis=0)
    return (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1.0), np.array(
        [t for _, t in found.values()]
    )


def _inputs(history: History, op: Op, examples: int) -> list[np.ndarray]:
    """What the layers behind a loss were handed as plain arrays with a row for each example."""
    parts = []
    for other in upstream([op]):
        if other is op or 0 not in other.fed:
            continue
        array = history.values.array(other.x[0][1])
        if array is None or array.dtype.kind not in "fiub" or array.shape[:1] != (examples,):
            continue
        rows = array.reshape(examples, -1).astype(np.float64)
        parts.append(_counts(rows) if other.label == "embed_id" else rows)
    return [part for part in parts if np.isfinite(part).all()]


def _counts(numbers: np.ndarray) -> np.ndarray:
    """How often each number, of the first ones, stands in each row."""
    return np.stack([(numbers == number).sum(axis=1) for number in range(_COLUMNS)], axis=1).astype(
        np.float64
    )
