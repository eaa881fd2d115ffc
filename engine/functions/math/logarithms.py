"""expm1, log1p, log2 and log10, elementwise."""

from __future__ import annotations

import math
from typing import Any

from ... import backend
from ...utils.type_check import require_float
from ..op import Example
from .elementwise import _Elementwise

__all__ = ["expm1", "log1p", "log2", "log10"]


class Expm1(_Elementwise):
    """y = e^x - 1."""

    op_name = "expm1"
    formula = "y = e^x - 1;  gx = gy * (y + 1)"
    retained_y = (0,)
    retained_x = ()

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).expm1(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (y,) = ys
        return (gys[0] * (y + 1),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(expm1, (rng.normal(size=(2, 3)),))]


def expm1(x: Any) -> Any:
    """e to the power of x, minus 1, exact near 0; elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Expm1().apply((x,))[0]


class Log1p(_Elementwise):
    """y = log(1 + x)."""

    op_name = "log1p"
    formula = "y = log(1 + x);  gx = gy / (1 + x)"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).log1p(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * (1 / (x + 1)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(log1p, (0.5 + rng.uniform(size=(2, 3)),))]


def log1p(x: Any) -> Any:
    """The natural logarithm of 1 + x, exact near 0; elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Log1p().apply((x,))[0]


class Log2(_Elementwise):
    """y = log x / log 2."""

    op_name = "log2"
    formula = "y = log x / log 2;  gx = gy / (x log 2)"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).log2(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * ((1 / math.log(2)) / x),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(log2, (0.5 + rng.uniform(size=(2, 3)),))]


def log2(x: Any) -> Any:
    """The logarithm to base 2, elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Log2().apply((x,))[0]


class Log10(_Elementwise):
    """y = log x / log 10."""

    op_name = "log10"
    formula = "y = log x / log 10;  gx = gy / (x log 10)"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).log10(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        return (gys[0] * ((1 / math.log(10)) / x),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(log10, (0.5 + rng.uniform(size=(2, 3)),))]


def log10(x: Any) -> Any:
    """The logarithm to base 10, elementwise.

    Args:
        x: variable or array, float, any shape.
    """
    return Log10().apply((x,))[0]
