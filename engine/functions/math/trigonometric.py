"""sin, cos and tan, elementwise."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from .. import either
from ..op import Example
from .elementwise import _Elementwise

__all__ = ["cos", "sin", "tan"]


class Sin(_Elementwise):
    """y = sin x."""

    op_name = "sin"
    formula = "y = sin x;  gx = gy * cos x"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).sin(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (either.elementwise("cos", x)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(sin, (rng.normal(size=(2, 3)),))]


def sin(x: Any) -> Any:
    """The sine of x in radians, elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Sin().apply((x,))[0]


class Cos(_Elementwise):
    """y = cos x."""

    op_name = "cos"
    formula = "y = cos x;  gx = -gy * sin x"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).cos(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (-either.elementwise("sin", x)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(cos, (rng.normal(size=(2, 3)),))]


def cos(x: Any) -> Any:
    """The cosine of x in radians, elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Cos().apply((x,))[0]


class Tan(_Elementwise):
    """y = tan x."""

    op_name = "tan"
    formula = "y = tan x;  gx = gy * (1 + y^2)"
    retained_y = (0,)
    retained_x = ()

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).tan(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (y,) = ys
        return (gys[0] * (1 + y * y),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(tan, (rng.uniform(-0.9, 0.9, size=(2, 3)),))]


def tan(x: Any) -> Any:
    """The tangent of x in radians, elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Tan().apply((x,))[0]
