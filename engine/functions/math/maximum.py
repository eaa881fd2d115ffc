"""maximum and minimum of two arrays, elementwise with broadcasting."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_equal, require_float
from .. import either
from ..op import Example, Op
from .operands import broadcast_error

__all__ = ["maximum", "minimum"]


class _Chooser(Op):
    """y is the larger or smaller one of a and b; of equal ones a."""

    x_roles = ("a", "b")
    y_roles = ("y",)
    retained_x = (0, 1)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        require_float("x1", a)
        require_float("x2", b)
        require_equal("x1.dtype", a.dtype, "x2.dtype", b.dtype)
        try:
            return (getattr(backend.get_array_module(a, b), self.op_name)(a, b),)
        except ValueError:
            raise broadcast_error(a, b) from None

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        a, b = either.array_of(xs[0]), either.array_of(xs[1])
        (gy,) = gys
        first = a >= b if self.op_name == "maximum" else a <= b
        return (
            either.sum_to(either.masked(gy, first), a.shape) if 0 in wanted else None,
            either.sum_to(either.masked(gy, ~first), b.shape) if 1 in wanted else None,
        )

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a = rng.normal(size=(2, 3))
        b = a + rng.choice([-1, 1], size=(2, 3)) * rng.uniform(0.5, 1, size=(2, 3))
        return [Example(maximum, (a, b)), Example(maximum, (a, rng.normal(size=3)), "stretched")]


class Maximum(_Chooser):
    """y = the larger one of a and b; of equal ones a."""

    op_name = "maximum"
    formula = (
        "y = max(a, b);  ga = gy where a >= b, else 0;  gb = gy where a < b, else 0, summed where stretched"
    )


class Minimum(_Chooser):
    """y = the smaller one of a and b; of equal ones a."""

    op_name = "minimum"
    formula = (
        "y = min(a, b);  ga = gy where a <= b, else 0;  gb = gy where a > b, else 0, summed where stretched"
    )

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a = rng.normal(size=(2, 3))
        b = a + rng.choice([-1, 1], size=(2, 3)) * rng.uniform(0.5, 1, size=(2, 3))
        return [Example(minimum, (a, b)), Example(minimum, (a, rng.normal(size=3)), "stretched")]


def maximum(x1: Any, x2: Any) -> Any:
    """The larger one of two, elementwise; shapes are broadcast.

    Args:
        x1, x2: variables or arrays of one float dtype.

    Raises:
        InvalidType: the dtypes differ, or the shapes can't be broadcast together.
    """
    return Maximum().apply((x1, x2))[0]


def minimum(x1: Any, x2: Any) -> Any:
    """The smaller one of two, elementwise; shapes are broadcast.

    Args:
        x1, x2: variables or arrays of one float dtype.

    Raises:
        InvalidType: the dtypes differ, or the shapes can't be broadcast together.
    """
    return Minimum().apply((x1, x2))[0]
