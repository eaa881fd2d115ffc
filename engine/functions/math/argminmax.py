"""argmax and argmin: where the largest or smallest element is."""

from __future__ import annotations

from typing import Any

import numpy

from ...utils.type_check import require_float
from ..op import Example, Op
from .sum import require_axes

__all__ = ["argmax", "argmin"]


class ArgMax(Op):
    """y is the index of the largest element of x, of equal ones the first."""

    op_name = "argmax"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = index of the largest x;  no gradient"
    differentiable = False
    method = "argmax"

    def __init__(self, axis: int | None = None) -> None:
        if axis is not None and not isinstance(axis, int | numpy.integer):
            raise TypeError(f"{self.op_name}: axis must be None or int, not {axis!r}")
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require_axes(x, self.axis)
        return (getattr(x, self.method)(self.axis).astype("i"),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (None,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: argmax(x, axis=1), (rng.normal(size=(2, 3)),))]


class ArgMin(ArgMax):
    """y is the index of the smallest element of x, of equal ones the first."""

    op_name = "argmin"
    formula = "y = index of the smallest x;  no gradient"
    method = "argmin"

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(argmin, (rng.normal(size=(2, 3)),))]


def argmax(x: Any, axis: int | None = None) -> Any:
    """The index of the largest element along `axis` (of the flattened array for None), as int32.

    Raises:
        InvalidType: x has no such axis, or holds no floats.
        TypeError: axis is neither.
    """
    return ArgMax(axis).apply((x,))[0]


def argmin(x: Any, axis: int | None = None) -> Any:
    """The index of the smallest element along `axis` (of the flattened array for None), as int32.

    Raises:
        InvalidType: x has no such axis, or holds no floats.
        TypeError: axis is neither.
    """
    return ArgMin(axis).apply((x,))[0]
