"""Whether a run's inputs tell anything of its labels, by fits that are tried on examples they weren't fitted to.

They are linear in the inputs and their squares, in random ReLUs of them (Rahimi and Recht 2008), in bumps along each
of them, and in products of up to four. A fit that does better than guessing shows that they do. One that doesn't shows
nothing: the relation may be another.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from .history import History
from .records import Op
from .training import upstream

__all__ = ["inputs_tell_labels"]

_ROWS = 3000
_COLUMNS = 300
_LOOKED = 400
_SURE = 4.5
"""Standard deviations of a correlation above none."""
_FEW = 40
_FIRST = 24
_RELUS = 200
_BUMPS = 8
_PRODUCTS = 800
_DEGREES = (2, 3, 4)
_REPEATED = 4


def inputs_tell_labels(history: History, losses: list[Op]) -> bool:
    """Whether one of the fits of half of the examples is right about the other half more often than by guessing.

    Args:
        losses: ops that are given scores and, as plain arrays of whole numbers, labels.
    """
    rows, labels, agree = _examples(history, losses)
    if len(labels) < _FEW:
        return agree
    ones = np.ones((len(rows), 1))
    return any(_fits(np.concatenate([features, ones], axis=1), labels) for features in _features(rows))


def _features(rows: np.ndarray) -> Iterator[np.ndarray]:
    """What fits may be linear in, cheapest first."""
    yield np.concatenate([rows, rows * rows], axis=1)
    yield rows[:, :_FIRST]
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((rows.shape[1], _RELUS)) / np.sqrt(rows.shape[1])
    yield np.maximum(rows @ directions + rng.uniform(-1, 1, _RELUS), 0)
    few = rows[:, : _COLUMNS // _BUMPS]
    centers = np.linspace(-2, 2, _BUMPS)
    yield np.exp(-2.0 * (few[:, :, None] - centers) ** 2).reshape(len(rows), -1)
    for degree in _DEGREES:
        chosen = list(itertools.islice(itertools.combinations(range(rows.shape[1]), degree), _PRODUCTS))
        if chosen and len(chosen) < _PRODUCTS:
            yield np.prod(rows[:, np.array(chosen)], axis=2)


def _fits(features: np.ndarray, labels: np.ndarray) -> bool:
    """Whether a linear fit of the even rows agrees with the odd ones: a correlation that chance doesn't give."""
    classes, numbers = np.unique(labels, return_inverse=True)
    wanted = np.eye(len(classes))[numbers]
    fitted, tried = np.arange(len(labels)) % 2 == 0, np.arange(len(labels)) % 2 == 1
    x = features[fitted]
    ridge = 1e-2 * len(x) * np.eye(x.shape[1])
    weights = np.linalg.solve(x.T @ x + ridge, x.T @ wanted[fitted])
    told = features[tried] @ weights
    told, truth = told - told.mean(axis=0), wanted[tried] - wanted[tried].mean(axis=0)
    scale = np.sqrt((told * told).sum(axis=0) * (truth * truth).sum(axis=0))
    agreement = (told * truth).sum(axis=0) / np.where(scale > 0, scale, 1.0)
    return bool(agreement.max() * np.sqrt(len(truth)) > _SURE)


def _examples(history: History, losses: list[Op]) -> tuple[np.ndarray, np.ndarray, bool]:
    """The examples that differ, one row each, scaled by feature, their labels, and whether each has but one label.

    That counts where they come again and again, with several labels among them.
    """
    found: dict[bytes, tuple[np.ndarray, int]] = {}
    width = times = changed = 0
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
            for row, label in zip(rows, labels, strict=True):
                changed += found.setdefault(row.tobytes(), (row, int(label)))[1] != label
                times += 1
        if len(found) >= _ROWS:
            break
    if not found:
        return np.zeros((0, 1)), np.zeros(0, int), False
    rows = np.stack([row for row, _ in found.values()])
    if rows.shape[1] > _COLUMNS:  # the means come first
        rows = np.concatenate([rows[:, :_FIRST], rows[:, _FIRST :: -(-rows.shape[1] // _COLUMNS)]], axis=1)
    spread = rows.std(axis=0)
    labels = np.array([label for _, label in found.values()])
    agree = not changed and times >= _REPEATED * len(found) and len(np.unique(labels)) > 1
    return (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1.0), labels, agree


def _inputs(history: History, op: Op, examples: int) -> list[np.ndarray]:
    """What the ops behind a loss were handed as plain arrays, with a row for each example.

    An array with several rows an example, such as one a step, has those of an example one after the other.
    """
    parts: dict[tuple[int, int], np.ndarray] = {}
    for other in upstream([op]):
        for place, (serial, _) in other.fed.items():
            array = history.values.array(other.x[place][1]) if other is not op else None
            if array is None or array.dtype.kind not in "fiub" or not array.ndim or not array.size:
                continue
            if len(array) % examples == 0 and (len(array) == examples or array.ndim > 1):
                rows = array.reshape(examples, -1).astype(np.float64)
                if other.label == "embed_id" and place == 0:
                    part = _counts(rows)
                else:
                    part = np.concatenate([*_means(array, examples), rows], axis=1)
                if np.isfinite(part).all():
                    parts.setdefault((serial, part.shape[1]), part)
    return list(parts.values())


def _means(array: np.ndarray, examples: int) -> list[np.ndarray]:
    """The means along all axes but one, such as those of the channels, rows and columns of images."""
    if len(array) != examples:
        return []
    axes = range(1, array.ndim)
    kept = axes if array.ndim > 2 else ()
    return [
        array.mean(axis=tuple(other for other in axes if other != axis), dtype=np.float64) for axis in kept
    ]


def _counts(numbers: np.ndarray) -> np.ndarray:
    """How often each number, of the first ones, stands in each row."""
    return np.stack([(numbers == number).sum(axis=1) for number in range(_COLUMNS)], axis=1).astype(
        np.float64
    )
