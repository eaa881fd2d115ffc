"""sub: a - b, with broadcasting; and c - x."""

from __future__ import annotations

from typing import Any

from .. import either
from ..op import Example, Op
from .add import AddConstant
from .operands import as_constant, broadcast_error, dtypes_differ, fitted, is_constant, label_of, operands

__all__ = ["rsub", "sub"]


class Sub(Op):
    """y = a - b."""

    op_name = "sub"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = a - b;  ga = gy;  gb = -gy, each summed over the axes along which it was stretched"

    @property
    def label(self) -> str:
        return "_ - _"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        if a.dtype != b.dtype:
            dtypes_differ(a, b)
        try:
            return (a - b,)
        except ValueError:
            raise broadcast_error(a, b) from None

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        a, b = self.inputs  # type: ignore[misc]
        return (
            either.cast(either.sum_to(gy, a.shape), a.dtype) if 0 in wanted else None,
            either.cast(either.sum_to(-gy, b.shape), b.dtype) if 1 in wanted else None,
        )

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3))
        return [
            Example(sub, (x, rng.normal(size=(2, 3)))),
            Example(sub, (x, rng.normal(size=(2, 1))), "stretched columns"),
        ]


class SubFromConstant(Op):
    """y = c - x, for a number c."""

    op_name = "sub"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = c - x;  gx = -gy"

    def __init__(self, value: Any) -> None:
        self.value = value

    @property
    def label(self) -> str:
        return f"{label_of(self.value)} - _"

    def attributes(self) -> dict[str, Any]:
        return {"c": self.value}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        return (fitted(self.value, x) - x,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (-gys[0],)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: rsub(x, 2.5), (rng.normal(size=(2, 3)),))]


def sub(lhs: Any, rhs: Any) -> Any:
    """lhs - rhs; each a variable, an array or (the right one) a number; shapes are broadcast.

    Raises:
        InvalidType: the shapes can't be broadcast together.
    """
    if is_constant(rhs):
        return AddConstant(-as_constant(rhs)).apply((lhs,))[0]
    return Sub().apply(operands(lhs, rhs))[0]


def rsub(rhs: Any, lhs: Any) -> Any:
    """lhs - rhs, where the variable is the right side."""
    if is_constant(lhs):
        return SubFromConstant(as_constant(lhs)).apply((rhs,))[0]
    return Sub().apply(operands(lhs, rhs))[0]
