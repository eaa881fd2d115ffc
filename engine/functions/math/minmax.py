"""max and min of elements."""

from __future__ import annotations

from typing import Any

from ...utils.arguments import normalize_axes
from ...utils.type_check import require_float
from .. import either
from ..op import Example, Op
from .sum import checked_axis, require_axes, restored

__all__ = ["max", "min"]


class _Selector(Op):
    """y is the largest or smallest element of x over some axes; equal ones get the whole gradient each."""

    op_name = "max"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = max of x over the axes;  gx = gy where x = y, else 0"
    retained_x = (0,)
    retained_y = (0,)
    method = "max"

    def __init__(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> None:
        self.axis = axis
        self.keepdims = keepdims

    def attributes(self) -> dict[str, Any]:
        return {
            "axis": list(self.axis) if isinstance(self.axis, tuple) else self.axis,
            "keepdims": self.keepdims,
        }

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require_axes(x, self.axis)
        return (getattr(x, self.method)(self.axis, keepdims=self.keepdims),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, y = either.array_of(xs[0]), either.array_of(ys[0])
        if not self.keepdims:
            axes = normalize_axes(self.axis, x.ndim)
            y = y.reshape(tuple(1 if i in axes else length for i, length in enumerate(x.shape)))
        gy = restored(gys[0], x.shape, self.axis, self.keepdims)
        return (either.masked(gy, x == y),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.permutation(24).reshape(2, 3, 4) / 10.0
        return [
            Example(max, (x,)),
            Example(lambda x: max(x, axis=(0, -1)), (x,), "two axes"),
            Example(lambda x: max(x, axis=1, keepdims=True), (x,), "keepdims"),
        ]


class Max(_Selector):
    """y is the largest element of x over some axes; equal ones get the whole gradient each."""

    op_name = "max"


class Min(_Selector):
    """y is the smallest element of x over some axes; equal ones get the whole gradient each."""

    op_name = "min"
    formula = "y = min of x over the axes;  gx = gy where x = y, else 0"
    method = "min"

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.permutation(24).reshape(2, 3, 4) / 10.0
        return [Example(min, (x,)), Example(lambda x: min(x, axis=1), (x,), "one axis")]


def max(x: Any, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any:
    """The largest element over `axis` (int, tuple of int, or None for all).

    Raises:
        InvalidType: x has no such axis, or holds no floats.
    """
    return Max(checked_axis(axis), keepdims).apply((x,))[0]


def min(x: Any, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any:
    """The smallest element over `axis` (int, tuple of int, or None for all).

    Raises:
        InvalidType: x has no such axis, or holds no floats.
    """
    return Min(checked_axis(axis), keepdims).apply((x,))[0]
