"""softmax: e^x, scaled so that an axis adds up to 1."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...errors import InvalidScores
from ...utils.type_check import require_float
from .. import either
from ..math.sum import require_axes
from ..op import Example, Op

__all__ = ["softmax"]


class Softmax(Op):
    """y = e^x / sum of e^x along an axis, computed from x minus its largest element."""

    op_name = "softmax"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = e^x / sum e^x;  gx = y * (gy - sum of gy * y)"
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
        return (softmax_of(x, self.axis),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (y,), (gy,) = ys, gys
        gx = y * gy
        total = either.sum(gx, self.axis, keepdims=True)
        return (gx - y * total,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [
            Example(softmax, (rng.normal(size=(2, 3)),)),
            Example(lambda x: softmax(x, axis=-2), (rng.normal(size=(2, 3, 2)),), "axis"),
        ]


def softmax_of(x: Any, axis: int) -> Any:
    """Softmax of an array."""
    y = backend.get_array_module(x).exp(x - x.max(axis, keepdims=True))
    y /= y.sum(axis, keepdims=True)
    return y


def softmax(x: Any, axis: int = 1) -> Any:
    """e^x / sum of e^x along `axis`: positive numbers that add up to 1.

    Args:
        x: variable or array, float.
        axis: the axis of the classes.

    Raises:
        InvalidType: x has no such axis, or holds no floats.
        TypeError: axis is no int.
    """
    return Softmax(axis).apply((x,))[0]
