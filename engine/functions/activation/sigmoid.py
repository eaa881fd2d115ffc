"""sigmoid: 1 / (1 + e^-x), elementwise."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from ..op import Example, Op

__all__ = ["sigmoid"]


class Sigmoid(Op):
    """y = 1 / (1 + e^-x), computed as (tanh(x / 2) + 1) / 2, which doesn't overflow."""

    op_name = "sigmoid"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = 1 / (1 + e^-x);  gx = gy * y * (1 - y)"
    retained_y = (0,)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        if x.dtype.kind != "f":
            require_float("x", x)
        return (backend.get_array_module(x).tanh(x * 0.5) * 0.5 + 0.5,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (y,) = ys
        return (gys[0] * (y * (1 - y)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(sigmoid, (rng.normal(size=(2, 3)),))]


def sigmoid(x: Any) -> Any:
    """The logistic function, elementwise.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.
    """
    return Sigmoid().apply((x,))[0]
