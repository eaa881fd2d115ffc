"""div: a / b, elementwise with broadcasting; and c / x."""

from __future__ import annotations

from typing import Any

from .. import either
from ..op import Example, Op
from .mul import MulConstant
from .operands import (
    as_constant,
    broadcast_error,
    dtypes_differ,
    floats_needed,
    is_constant,
    label_of,
    operands,
)
from .rounding import floor

__all__ = ["div", "floordiv", "rdiv", "rfloordiv"]


class Div(Op):
    """y = a / b."""

    op_name = "div"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = (
        "y = a / b;  ga = gy / b;  gb = -gy * a / b^2, each summed over the axes along which it was stretched"
    )
    retained_x = (0, 1)

    @property
    def label(self) -> str:
        return "_ / _"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        if a.dtype != b.dtype:
            dtypes_differ(a, b)
        if a.dtype.kind != "f":
            floats_needed("lhs", a)
        try:
            return (a / b,)
        except ValueError:
            raise broadcast_error(a, b) from None

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        a, b = xs
        ga = gy / b
        return (
            either.cast(either.sum_to(ga, a.shape), a.dtype) if 0 in wanted else None,
            either.cast(either.sum_to(-ga * (a / b), b.shape), b.dtype) if 1 in wanted else None,
        )

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        b = 2 + rng.uniform(size=(2, 3))
        return [
            Example(div, (rng.normal(size=(2, 3)), b)),
            Example(div, (rng.normal(size=3), b), "stretched left"),
        ]


class DivFromConstant(Op):
    """y = c / x, for a number c."""

    op_name = "div"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = c / x;  gx = -gy * c / x^2"
    retained_x = (0,)

    def __init__(self, value: Any) -> None:
        self.value = value

    @property
    def label(self) -> str:
        return f"{label_of(self.value)} / _"

    def attributes(self) -> dict[str, Any]:
        return {"c": self.value}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        if x.dtype.kind != "f":
            floats_needed("x", x)
        return (self.value / x,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (-self.value / (x * x)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: rdiv(x, 2.5), (1 + rng.uniform(size=(2, 3)),))]


def div(lhs: Any, rhs: Any) -> Any:
    """lhs / rhs, elementwise; each a variable, an array or (the right one) a number; shapes are broadcast.

    Raises:
        InvalidType: the shapes can't be broadcast together, or an array holds no floats.
        ZeroDivisionError: the number on the right is 0.
    """
    if is_constant(rhs):
        return MulConstant(1.0 / as_constant(rhs)).apply((lhs,))[0]
    return Div().apply(operands(lhs, rhs))[0]


def rdiv(rhs: Any, lhs: Any) -> Any:
    """lhs / rhs, where the variable is the right side."""
    if is_constant(lhs):
        return DivFromConstant(as_constant(lhs)).apply((rhs,))[0]
    return Div().apply(operands(lhs, rhs))[0]


def floordiv(lhs: Any, rhs: Any) -> Any:
    """The next integer below lhs / rhs; outside of the graph, as its slope is 0."""
    return floor(div(lhs, rhs))


def rfloordiv(rhs: Any, lhs: Any) -> Any:
    """The next integer below lhs / rhs, where the variable is the right side."""
    return floor(rdiv(rhs, lhs))
