"""arcsin, arccos, arctan and arctan2, elementwise."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_equal, require_float
from .. import either
from ..op import Example, Op
from .elementwise import _Elementwise
from .operands import broadcast_error

__all__ = ["arccos", "arcsin", "arctan", "arctan2"]


class Arcsin(_Elementwise):
    """y = arcsin x."""

    op_name = "arcsin"
    formula = "y = arcsin x;  gx = gy / sqrt(1 - x^2)"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).arcsin(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (1 / either.sqrt(1 - x * x)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(arcsin, (rng.uniform(-0.9, 0.9, size=(2, 3)),))]


def arcsin(x: Any) -> Any:
    """The inverse sine in radians, elementwise: NaN outside of -1 .. 1.

    Args:
        x: variable or array, float, any shape.
    """
    return Arcsin().apply((x,))[0]


class Arccos(_Elementwise):
    """y = arccos x."""

    op_name = "arccos"
    formula = "y = arccos x;  gx = -gy / sqrt(1 - x^2)"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).arccos(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (-1 / either.sqrt(1 - x * x)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(arccos, (rng.uniform(-0.9, 0.9, size=(2, 3)),))]


def arccos(x: Any) -> Any:
    """The inverse cosine in radians, elementwise: NaN outside of -1 .. 1.

    Args:
        x: variable or array, float, any shape.
    """
    return Arccos().apply((x,))[0]


class Arctan(_Elementwise):
    """y = arctan x."""

    op_name = "arctan"
    formula = "y = arctan x;  gx = gy / (1 + x^2)"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).arctan(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (1 / (1 + x * x)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(arctan, (rng.normal(size=(2, 3)),))]


def arctan(x: Any) -> Any:
    """The inverse tangent in radians, elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Arctan().apply((x,))[0]


class Arctan2(Op):
    """y = the angle of the point (b, a)."""

    op_name = "arctan2"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = (
        "y = arctan2(a, b);  ga = gy * b / (a^2 + b^2);  gb = -gy * a / (a^2 + b^2), summed where stretched"
    )
    retained_x = (0, 1)

    @property
    def label(self) -> str:
        return "arctan2"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        require_float("x1", a)
        require_float("x2", b)
        require_equal("x1.dtype", a.dtype, "x2.dtype", b.dtype)
        try:
            return (backend.get_array_module(a, b).arctan2(a, b),)
        except ValueError:
            raise broadcast_error(a, b) from None

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        a, b = xs
        shared = gys[0] / (a * a + b * b)
        return either.sum_to(shared * b, a.shape), either.sum_to(-shared * a, b.shape)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [
            Example(arctan2, (rng.normal(size=(2, 3)), 1 + rng.uniform(size=(2, 3)))),
            Example(arctan2, (rng.normal(size=(2, 3)), 1 + rng.uniform(size=3)), "stretched"),
        ]


def arctan2(x1: Any, x2: Any) -> Any:
    """The angle of the points (x2, x1) in radians, elementwise, in all four quadrants.

    Args:
        x1, x2: variables or arrays of one float dtype; shapes are broadcast.

    Raises:
        InvalidType: the dtypes differ, or the shapes can't be broadcast together.
    """
    return Arctan2().apply((x1, x2))[0]
