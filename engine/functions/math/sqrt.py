"""sqrt, elementwise."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from ..op import Example, Op

__all__ = ["sqrt"]


class Sqrt(Op):
    """y = the square root of x."""

    op_name = "sqrt"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = sqrt x;  gx = gy / (2 y)"
    retained_y = (0,)

    @property
    def label(self) -> str:
        return "sqrt"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        if x.dtype.kind != "f":
            require_float("x", x)
        return (backend.get_array_module(x).sqrt(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (gys[0] / (ys[0] * 2),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(sqrt, (0.5 + rng.uniform(size=(2, 3)),))]


def sqrt(x: Any) -> Any:
    """The square root, elementwise: NaN below 0.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.
    """
    return Sqrt().apply((x,))[0]
