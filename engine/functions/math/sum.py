"""sum and sum_to: elements added up along axes."""

from __future__ import annotations

from typing import Any

import numpy

from ...utils.arguments import normalize_axes
from ...utils.type_check import InvalidType, require, require_float
from ...variable import as_variable
from .. import either
from ..op import Example, Op

__all__ = ["sum", "sum_to"]


class Sum(Op):
    """y is the sum of x over some axes."""

    op_name = "sum"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = sum of x over the axes;  gx = gy repeated along them"

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
        if x.dtype.kind != "f":
            require_float("x", x)
        require_axes(x, self.axis)
        return (x.sum(self.axis, keepdims=self.keepdims),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (restored(gys[0], self.inputs[0].shape, self.axis, self.keepdims),)  # type: ignore[index]

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3, 4))
        return [
            Example(sum, (x,)),
            Example(lambda x: sum(x, axis=(0, -1)), (x,), "two axes"),
            Example(lambda x: sum(x, axis=1, keepdims=True), (x,), "keepdims"),
        ]


class SumTo(Op):
    """y is x summed over the axes along which y's shape was stretched: the reverse of a broadcast."""

    op_name = "sum_to"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x summed down to a shape;  gx = gy repeated"

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def attributes(self) -> dict[str, Any]:
        return {"shape": list(self.shape)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (either.sum_to(inputs[0], self.shape),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (either.broadcast_to(gys[0], self.inputs[0].shape),)  # type: ignore[index]

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3, 4))
        return [
            Example(lambda x: sum_to(x, (3, 1)), (x,)),
            Example(lambda x: sum_to(x, ()), (x,), "to one number"),
        ]


def require_axes(x: Any, axis: int | tuple[int, ...] | None, error: type[InvalidType] = InvalidType) -> None:
    """Raise `InvalidType`, or the narrower `error`, unless x has these axes."""
    for i in () if axis is None else axis if isinstance(axis, tuple) else (axis,):
        require(
            -x.ndim <= i < x.ndim,
            f"x.ndim > {i}" if i >= 0 else f"-x.ndim <= {i}",
            f"x.ndim is {x.ndim}",
            error,
        )


def checked_axis(axis: Any) -> Any:
    """`axis` as it is, once it is known to be an int, a tuple of different ints, or None.

    Raises:
        ValueError: an axis is named twice.
        TypeError: axis is none of these.
    """
    if axis is None or isinstance(axis, int | numpy.integer):
        return axis
    if isinstance(axis, tuple) and all(isinstance(i, int | numpy.integer) for i in axis):
        if len(set(axis)) != len(axis):
            raise ValueError(f"an axis is named twice in {axis}")
        return axis
    raise TypeError(f"axis must be None, int or tuple of ints, not {axis!r}")


def restored(gy: Any, shape: tuple[int, ...], axis: int | tuple[int, ...] | None, keepdims: bool) -> Any:
    """`gy`, the gradient of a reduction, repeated along the axes that the reduction took away."""
    if not keepdims:
        axes = normalize_axes(axis, len(shape))
        gy = either.reshape(gy, tuple(1 if i in axes else length for i, length in enumerate(shape)))
    return either.broadcast_to(gy, shape)


def sum(x: Any, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any:
    """The sum of elements.

    Args:
        x: variable or array, float.
        axis: int, tuple of int, or None for all.
        keepdims: keep the axes, with length 1.

    Raises:
        InvalidType: x has no such axis, or holds no floats.
    """
    return Sum(checked_axis(axis), keepdims).apply((x,))[0]


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    """x summed over the axes along which `shape` would have to be stretched to get the shape of x."""
    return as_variable(x) if x.shape == tuple(shape) else SumTo(tuple(shape)).apply((x,))[0]
