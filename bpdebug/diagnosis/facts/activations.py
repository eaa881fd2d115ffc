"""Which ops are activations, and which of their elements lie where they are flat. Both come from the ops' formulas."""

from __future__ import annotations

import numpy as np

from ...formula.activation import Activation, activation
from .history import History
from .records import Op

__all__ = ["activation_of", "is_cell", "is_softmax", "part_at_the_ends", "rectifies"]

_AWAY = 0.5
"""An end that begins nearer to 0 is where a rectifier is meant to be flat."""
_SURE, _CHOICES = 0.99, 3
_GATE_END = 4.6
"""Beyond it a sigmoid has less than 4% of its steepest slope, and a tanh less still."""


def activation_of(op: Op) -> Activation | None:
    """The activation that an op of one input is; None for other ops."""
    return activation(op.formula, op.attrs) if op.x_roles == ["x"] and len(op.x) == 1 else None


def rectifies(op: Op) -> bool:
    """Whether it goes on at one end and is flat at the other, such as relu, elu and softplus."""
    found = activation_of(op)
    if found is None or found.low_end is None:
        return False
    return found.high_end is None or abs(found.low_end) < _AWAY


def is_cell(op: Op) -> bool:
    """Whether it is a cell with gates, such as lstm, whose inputs x go into sigmoids and tanh."""
    return "sigmoid(i" in op.formula and "tanh(a" in op.formula


def is_softmax(op: Op) -> bool:
    """Whether it gives shares of 1 along an axis, by a softmax."""
    return op.formula.startswith("y = e^x / sum e^x;")


def part_at_the_ends(history: History, op: Op) -> float | None:
    """Which part of the elements of a squashing function, of a cell's gates, or of the rows of a softmax, is at an end.

    A row of a softmax over three or more is where one of them has nearly all.

    None for other ops, and where the values aren't there.
    """
    if is_cell(op):
        samples = [
            history.values.sample(tensor)
            for role, (_, tensor) in zip(op.x_roles, op.x, strict=False)
            if role.startswith("x")
        ]
        known = [np.abs(sample) > _GATE_END for sample in samples if sample is not None and sample.size]
        return float(np.mean(np.concatenate(known))) if known else None
    if is_softmax(op):
        y, axis = history.values.array(op.y[0][1]), op.attrs.get("axis", 1)
        if y is None or not y.size or not isinstance(axis, int) or not -y.ndim <= axis < y.ndim:
            return None
        return float(np.mean(y.max(axis=axis) > _SURE)) if y.shape[axis] >= _CHOICES else None
    found = activation_of(op)
    if found is None or not found.squashes:
        return None
    sample = history.values.sample(op.x[0][1])
    if sample is None or not sample.size:
        return None
    sides = found.flat(sample)
    assert found.low_end is not None
    assert found.high_end is not None
    low = (sides == -1) & (abs(found.low_end) >= _AWAY)
    return float(np.mean(low | ((sides == 1) & (abs(found.high_end) >= _AWAY))))
