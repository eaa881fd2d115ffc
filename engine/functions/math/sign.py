"""negative and absolute, elementwise."""

from __future__ import annotations

from typing import Any

from ... import backend
from .. import either
from ..op import Example, Op
from .operands import floats_needed

__all__ = ["absolute", "negative"]


class Neg(Op):
    """y = -x."""

    op_name = "neg"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = -x;  gx = -gy"

    @property
    def label(self) -> str:
        return "__neg__"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        return (-x,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (-gys[0],)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(negative, (rng.normal(size=(2, 3)),))]


def negative(x: Any) -> Any:
    """-x, elementwise.

    Args:
        x: variable or array, any shape.

    Returns:
        Variable of the same shape and dtype.
    """
    return Neg().apply((x,))[0]


class Absolute(Op):
    """y = |x|."""

    op_name = "absolute"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = |x|;  gx = gy * sign x"
    retained_x = (0,)

    @property
    def label(self) -> str:
        return "|_|"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        if x.dtype.kind != "f":
            floats_needed("x", x)
        return (abs(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        sign = backend.get_array_module(either.array_of(xs[0])).sign(either.array_of(xs[0]))
        return (gys[0] * sign,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(absolute, (rng.choice([-1, 1], size=(2, 3)) * (0.5 + rng.uniform(size=(2, 3))),))]


def absolute(x: Any) -> Any:
    """|x|, elementwise; the slope at 0 is taken as 0.

    Args:
        x: variable or array, any shape.

    Returns:
        Variable of the same shape and dtype.
    """
    return Absolute().apply((x,))[0]
