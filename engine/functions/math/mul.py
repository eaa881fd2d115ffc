"""mul: a * b, elementwise with broadcasting; and x * c."""

from __future__ import annotations

from typing import Any

from .. import either
from ..op import Example, Op
from .operands import (
    as_constant,
    broadcast_error,
    dtypes_differ,
    fitted,
    floats_needed,
    is_constant,
    label_of,
    operands,
)

__all__ = ["mul"]


class Mul(Op):
    """y = a * b."""

    op_name = "mul"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = a * b;  ga = gy * b;  gb = gy * a, each summed over the axes along which it was stretched"
    retained_x = (0, 1)

    @property
    def label(self) -> str:
        return "_ * _"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        if a.dtype != b.dtype:
            dtypes_differ(a, b)
        if a.dtype.kind != "f":
            floats_needed("lhs", a)
        try:
            return (a * b,)
        except ValueError:
            raise broadcast_error(a, b) from None

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        a, b = xs
        return (
            either.cast(either.sum_to(gy * b, a.shape), a.dtype) if 0 in wanted else None,
            either.cast(either.sum_to(gy * a, b.shape), b.dtype) if 1 in wanted else None,
        )

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3))
        return [
            Example(mul, (x, rng.normal(size=(2, 3)))),
            Example(mul, (x, rng.normal(size=3)), "stretched right"),
            Example(lambda x: mul(x, x), (x,), "square"),
        ]


class MulConstant(Op):
    """y = x * c, for a number c."""

    op_name = "mul"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x * c;  gx = gy * c"

    def __init__(self, value: Any) -> None:
        self.value = value

    @property
    def label(self) -> str:
        return f"_ * {label_of(self.value)}"

    def attributes(self) -> dict[str, Any]:
        return {"c": self.value}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        return (x * fitted(self.value, x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (gys[0] * self.value,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: mul(x, 2.5), (rng.normal(size=(2, 3)),))]


def mul(lhs: Any, rhs: Any) -> Any:
    """lhs * rhs, elementwise; each a variable, an array or (one of them) a number; shapes are broadcast.

    Raises:
        InvalidType: the shapes can't be broadcast together, or neither side is a number and they hold no floats.
    """
    if is_constant(rhs):
        return MulConstant(as_constant(rhs)).apply((lhs,))[0]
    if is_constant(lhs):
        return MulConstant(as_constant(lhs)).apply((rhs,))[0]
    return Mul().apply(operands(lhs, rhs))[0]
