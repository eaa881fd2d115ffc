"""squared_error, also called squared_difference: (a - b)^2, elementwise."""

from __future__ import annotations

from typing import Any

from ..op import Example, Op
from .checks import require_pair

__all__ = ["squared_difference", "squared_error"]


class SquaredError(Op):
    """y = (a - b)^2, elementwise."""

    op_name = "squared_error"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = (a - b)^2;  ga = gy * 2 (a - b);  gb = -ga"
    retained_x = (0, 1)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        require_pair(a, b)
        difference = a - b
        return (difference * difference,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        a, b = xs
        ga = gys[0] * ((a - b) * 2)
        return ga, -ga if 1 in wanted else None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(squared_error, (rng.normal(size=(2, 3)), rng.normal(size=(2, 3))))]


def squared_error(x0: Any, x1: Any) -> Any:
    """(x0 - x1)^2, elementwise.

    Args:
        x0, x1: variables or arrays of one shape and float dtype.

    Raises:
        InvalidType: shape or dtype differ.
    """
    return SquaredError().apply((x0, x1))[0]


def squared_difference(x1: Any, x2: Any) -> Any:
    """(x1 - x2)^2, elementwise: `squared_error` by another name."""
    return squared_error(x1, x2)
