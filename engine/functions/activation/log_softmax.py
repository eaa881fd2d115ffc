"""log_softmax: the logarithm of softmax, without its underflow."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...errors import InvalidScores
from ...utils.type_check import require_float
from .. import either
from ..math.sum import require_axes
from ..op import Example, Op

__all__ = ["log_softmax"]


class LogSoftmax(Op):
    """y = x - log of the sum of e^x along an axis."""

    op_name = "log_softmax"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x - log sum e^x;  gx = gy - e^y * sum of gy"
    retained_y = (0,)

    def __init__(self, axis: int = 1) -> None:
        if not isinstance(axis, int | numpy.integer):
            raise TypeError(f"{self.op_name}: axis must be int, not {axis!r}")
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x, InvalidScores)
        require_axes(x, self.axis, InvalidScores)
        return (log_softmax_of(x, self.axis),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (y,), (gy,) = ys, gys
        return (gy - either.exp(y) * either.sum(gy, self.axis, keepdims=True),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [
            Example(log_softmax, (rng.normal(size=(2, 3)),)),
            Example(lambda x: log_softmax(x, axis=-1), (rng.normal(size=(2, 3, 2)),), "axis"),
        ]


def log_softmax_of(x: Any, axis: int) -> Any:
    """Log-softmax of an array."""
    xp = backend.get_array_module(x)
    shifted = x - x.max(axis, keepdims=True)
    return shifted - xp.log(xp.exp(shifted).sum(axis, keepdims=True))


def log_softmax(x: Any, axis: int = 1) -> Any:
    """x - log of the sum of e^x along `axis`.

    Args:
        x: variable or array, float.
        axis: the axis of the classes.

    Raises:
        InvalidType: x has no such axis, or holds no floats.
        TypeError: axis is no int.
    """
    return LogSoftmax(axis).apply((x,))[0]
