"""tanh, elementwise."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from ..op import Example, Op

__all__ = ["tanh"]


class Tanh(Op):
    """y = tanh x."""

    op_name = "tanh"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = tanh x;  gx = gy * (1 - y^2)"
    retained_y = (0,)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        if x.dtype.kind != "f":
            require_float("x", x)
        return (backend.get_array_module(x).tanh(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (y,) = ys
        return (gys[0] * (1 - y * y),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(tanh, (rng.normal(size=(2, 3)),))]


def tanh(x: Any) -> Any:
    """The hyperbolic tangent, elementwise.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.
    """
    return Tanh().apply((x,))[0]
