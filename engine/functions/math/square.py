"""square and rsqrt, elementwise."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from .. import either
from ..op import Example
from .elementwise import _Elementwise

__all__ = ["rsqrt", "square"]


class Square(_Elementwise):
    """y = x^2."""

    op_name = "square"
    formula = "y = x^2;  gx = gy * 2 x"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (x * x,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (x * 2),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(square, (rng.normal(size=(2, 3)),))]


def square(x: Any) -> Any:
    """x^2, elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Square().apply((x,))[0]


class Rsqrt(_Elementwise):
    """y = 1 / sqrt x."""

    op_name = "rsqrt"
    formula = "y = 1 / sqrt x;  gx = -gy * y / (2 x)"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (1 / backend.get_array_module(x).sqrt(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (-0.5 / (x * either.sqrt(x))),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(rsqrt, (0.5 + rng.uniform(size=(2, 3)),))]


def rsqrt(x: Any) -> Any:
    """1 / sqrt(x), elementwise: NaN below 0.

    Args:
        x: variable or array, float, any shape.
    """
    return Rsqrt().apply((x,))[0]
