"""The model answers the same whatever it is asked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.history import History
from ..facts.records import Op
from ..facts.training import among_known, upstream, weighted
from ..finding import Finding

__all__ = ["find"]

_LOSSES = (
    "softmax_cross_entropy",
    "sigmoid_cross_entropy",
    "mean_squared_error",
    "mean_absolute_error",
    "huber_loss",
    "hinge",
)
_ITERATIONS = 10
_SAME = 1e-5
_LOOKS = 8


def find(history: History) -> Iterator[Finding]:
    """The rows of what the loss is given are equal, in the later half of the run, though the inputs differ."""
    ops = [op for op in history.training_ops() if op.label in _LOSSES]
    iterations = sorted({op.iteration for op in ops})
    if len(iterations) < _ITERATIONS:
        return
    late = [op for op in ops if op.iteration >= iterations[len(iterations) // 2]]
    late = among_known(history, late, _LOOKS)
    if not late or not all(_constant(history, op) for op in late):
        return
    op = late[-1]
    behind = [other for other in upstream([op]) if weighted(other)]
    if not behind or _inputs_are_equal(history, op):
        return
    last = behind[-1]
    began = _began(history, op)
    since = "" if began is None else f"; from {began.scope or 'the model'}/{began.label} on"
    yield Finding(
        f"the model's output is the same for all examples, whatever the input (seen at {op.label}{since})",
        last.scope or last.label,
        seq=late[0].seq,
        site=last.site if began is None else began.site,
        evidence={"iterations": len(late), "output": _row(history, op)},
        subjects=frozenset({last.scope}),
    )


def _began(history: History, op: Op) -> Op | None:
    """The first op on the way that gave the same for all examples; from there on nothing else can come."""
    examples = history.values.shape(op.x[0][1])[:1]
    for other in upstream([op]):
        for _, tensor in other.y:
            if history.values.shape(tensor)[:1] == examples and _same(history, tensor):
                return other
    return None


def _inputs_are_equal(history: History, op: Op) -> bool:
    """Whether the examples of the batch are all the same, so that a sound model answers the same, too."""
    examples = history.values.shape(op.x[0][1])[:1]
    fed = [
        history.values.array(other.x[place][1])
        for other in upstream([op])
        for place in other.fed
        if other is not op and history.values.shape(other.x[place][1])[:1] == examples
    ]
    # A state that an earlier pass has left is rounded otherwise in some rows, by the way in which they are multiplied.
    return bool(fed) and all(
        array is not None and (bool((array == array[:1]).all()) or _alike(array)) for array in fed
    )


def _constant(history: History, op: Op) -> bool:
    return _same(history, op.x[0][1])


def _same(history: History, tensor: int | None) -> bool:
    """Whether the rows are equal."""
    array = history.values.array(tensor)
    return array is not None and array.ndim > 0 and array.shape[0] >= 3 and _alike(array)


def _alike(array: np.ndarray) -> bool:
    """Whether the rows of floats are equal but for rounding."""
    if array.dtype.kind != "f":
        return False
    rows = array.reshape(array.shape[0], -1).astype(np.float64)
    spread = float(np.abs(rows - rows[0]).max())
    return bool(np.isfinite(spread)) and spread <= _SAME * max(float(np.abs(rows).max()), 1e-6)


def _row(history: History, op: Op) -> list[float]:
    array = history.values.array(op.x[0][1])
    return [] if array is None else [float(value) for value in array.reshape(array.shape[0], -1)[0][:6]]
