"""relu: max(x, 0)."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.type_check import require_float
from .. import either
from ..op import Example, Op

__all__ = ["relu"]


class ReLU(Op):
    """y = max(x, 0); the slope at 0 is taken as 0."""

    op_name = "relu"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = max(x, 0);  gx = gy where y > 0, else 0"
    retained_y = (0,)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        if x.dtype.kind != "f":
            require_float("x", x)
        if type(x) is numpy.ndarray and x.ndim > 1 and x.size >= max(_LARGE, 64 * len(x)):
            # NumPy's maximum with a number takes one element at a time; with zeros for a sample, many.
            return (numpy.maximum(x, numpy.zeros(x.shape[1:], x.dtype)),)
        return (backend.get_array_module(x).maximum(x, 0, dtype=x.dtype),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (either.masked(gys[0], either.array_of(ys[0]) > 0),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(3, 4))
        return [
            Example(relu, (x + 0.1 * (x > 0) - 0.1 * (x < 0),)),
            Example(relu, (rng.normal(size=(2, 0)),), "empty"),
        ]


_LARGE = 1 << 12
"""Elements from which the array of zeros pays."""


def relu(x: Any) -> Any:
    """max(x, 0), elementwise.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.
    """
    return ReLU().apply((x,))[0]
