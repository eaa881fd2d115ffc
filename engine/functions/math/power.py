"""power: a ** b, elementwise with broadcasting; x ** c and c ** x."""

from __future__ import annotations

import math
from typing import Any

from ...utils.type_check import require_float
from .. import either
from ..op import Example, Op
from .operands import as_constant, broadcast_error, dtypes_differ, is_constant, label_of, operands

__all__ = ["power", "rpower"]


class PowVarVar(Op):
    """y = a ** b."""

    op_name = "power"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = a^b;  ga = gy * b * a^(b-1);  gb = gy * y * log a, summed where stretched"
    retained_x = (0, 1)

    @property
    def label(self) -> str:
        return "_ ** _"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        if a.dtype != b.dtype:
            dtypes_differ(a, b)
        require_float("lhs", a)
        try:
            return (a**b,)
        except ValueError:
            raise broadcast_error(a, b) from None

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        a, b = xs
        return (
            either.cast(either.sum_to(gy * (b * a ** (b - 1)), a.shape), a.dtype) if 0 in wanted else None,
            either.cast(either.sum_to(gy * (a**b * either.log(a)), b.shape), b.dtype)
            if 1 in wanted
            else None,
        )

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a = 1 + rng.uniform(size=(2, 3))
        return [
            Example(power, (a, rng.normal(size=(2, 3)))),
            Example(power, (a, rng.normal(size=3)), "stretched right"),
        ]


class PowVarConst(Op):
    """y = x ** c, for a number c."""

    op_name = "power"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x^c;  gx = gy * c * x^(c-1)"
    retained_x = (0,)

    def __init__(self, value: Any) -> None:
        self.value = value

    @property
    def label(self) -> str:
        return f"_ ** {label_of(self.value)}"

    def attributes(self) -> dict[str, Any]:
        return {"c": self.value}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (x**self.value,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        if self.value == 2:
            return (gys[0] * (x * 2),)
        return (gys[0] * (self.value * x ** (self.value - 1)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = 1 + rng.uniform(size=(2, 3))
        return [
            Example(lambda x: power(x, 2), (rng.normal(size=(2, 3)),), "square"),
            Example(lambda x: power(x, 3), (rng.normal(size=(2, 3)),), "cube"),
            Example(lambda x: power(x, -0.5), (x,)),
        ]


class PowConstVar(Op):
    """y = c ** x, for a positive number c."""

    op_name = "power"
    x_roles = ("x",)
    y_roles = ("y",)
    retained_y = (0,)
    formula = "y = c^x;  gx = gy * y * log c"

    def __init__(self, value: Any) -> None:
        self.value = value

    @property
    def label(self) -> str:
        return f"{label_of(self.value)} ** _"

    def attributes(self) -> dict[str, Any]:
        return {"c": self.value}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (self.value**x,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (gys[0] * (ys[0] * math.log(self.value)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: rpower(x, 2.5), (rng.normal(size=(2, 3)),))]


def power(lhs: Any, rhs: Any) -> Any:
    """lhs ** rhs, elementwise; each a variable, an array or (one of them) a number; shapes are broadcast.

    Raises:
        InvalidType: the shapes can't be broadcast together.
    """
    if is_constant(rhs):
        return PowVarConst(as_constant(rhs)).apply((lhs,))[0]
    if is_constant(lhs):
        return PowConstVar(as_constant(lhs)).apply((rhs,))[0]
    return PowVarVar().apply(operands(lhs, rhs))[0]


def rpower(rhs: Any, lhs: Any) -> Any:
    """lhs ** rhs, where the variable is the exponent."""
    return power(lhs, rhs)
