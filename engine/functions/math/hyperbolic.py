"""sinh, cosh and arctanh, elementwise; tanh is an activation."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from .. import either
from ..op import Example
from .elementwise import _Elementwise

__all__ = ["arctanh", "cosh", "sinh"]


class Sinh(_Elementwise):
    """y = sinh x."""

    op_name = "sinh"
    formula = "y = sinh x;  gx = gy * cosh x"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).sinh(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (either.elementwise("cosh", x)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(sinh, (rng.normal(size=(2, 3)),))]


def sinh(x: Any) -> Any:
    """The hyperbolic sine, elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Sinh().apply((x,))[0]


class Cosh(_Elementwise):
    """y = cosh x."""

    op_name = "cosh"
    formula = "y = cosh x;  gx = gy * sinh x"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).cosh(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (either.elementwise("sinh", x)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(cosh, (rng.normal(size=(2, 3)),))]


def cosh(x: Any) -> Any:
    """The hyperbolic cosine, elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Cosh().apply((x,))[0]


class Arctanh(_Elementwise):
    """y = artanh x."""

    op_name = "arctanh"
    formula = "y = artanh x;  gx = gy / (1 - x^2)"

    @property
    def label(self) -> str:
        return "Arctanh"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).arctanh(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (1 / (1 - x * x)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(arctanh, (rng.uniform(-0.9, 0.9, size=(2, 3)),))]


def arctanh(x: Any) -> Any:
    """The inverse hyperbolic tangent, elementwise: NaN outside of -1 .. 1.

    Args:
        x: variable or array, float, any shape.
    """
    return Arctanh().apply((x,))[0]
