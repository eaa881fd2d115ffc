"""exp and log, elementwise."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from ..op import Example, Op

__all__ = ["exp", "log"]


class Exp(Op):
    """y = e^x."""

    op_name = "exp"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = e^x;  gx = gy * y"
    retained_y = (0,)

    @property
    def label(self) -> str:
        return "exp"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        if x.dtype.kind != "f":
            require_float("x", x)
        return (backend.get_array_module(x).exp(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (gys[0] * ys[0],)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(exp, (rng.normal(size=(2, 3)),))]


def exp(x: Any) -> Any:
    """e to the power of x, elementwise.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.
    """
    return Exp().apply((x,))[0]


class Log(Op):
    """y = log x."""

    op_name = "log"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = log x;  gx = gy / x"
    retained_x = (0,)

    @property
    def label(self) -> str:
        return "log"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        if x.dtype.kind != "f":
            require_float("x", x)
        return (backend.get_array_module(x).log(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (gys[0] / xs[0],)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(log, (0.5 + rng.uniform(size=(2, 3)),))]


def log(x: Any) -> Any:
    """The natural logarithm, elementwise: NaN below 0, -inf at 0.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.
    """
    return Log().apply((x,))[0]
