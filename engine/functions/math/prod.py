"""prod: elements multiplied along axes."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.arguments import normalize_axes, size_of_shape
from ...utils.type_check import require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .sum import checked_axis, require_axes, restored

__all__ = ["prod"]


class Prod(Op):
    """y is the product of x over some axes."""

    op_name = "prod"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = product of x over the axes;  gx = gy * product of the other elements"
    retained_x = (0,)

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
        return (backend.get_array_module(x).asarray(x.prod(self.axis, keepdims=self.keepdims)),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        axes = normalize_axes(self.axis, len(x.shape))
        kept = [i for i in range(len(x.shape)) if i not in axes]
        order = (*kept, *axes)
        front = tuple(x.shape[i] for i in kept)
        length = size_of_shape(tuple(x.shape[i] for i in axes))
        rows = either.reshape(either.transpose(x, order), (*front, length))
        others = either.reshape(_product_of_the_others(rows), tuple(x.shape[i] for i in order))
        others = either.transpose(others, tuple(order.index(i) for i in range(len(order))))
        return (restored(gys[0], x.shape, self.axis, self.keepdims) * others,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3, 2))
        zero = x.copy()
        zero[0, 1, 0] = 0
        return [
            Example(prod, (x,)),
            Example(lambda x: prod(x, axis=(0, -1)), (zero,), "two axes, with a zero"),
            Example(lambda x: prod(x, axis=1, keepdims=True), (x,), "keepdims"),
        ]


def _product_of_the_others(rows: Any) -> Any:
    """For each element the product of all others in the last axis: no division, so that zeros do no harm."""
    xp = backend.get_array_module(either.array_of(rows))
    length = rows.shape[-1]
    if not isinstance(rows, Variable):
        ones = xp.ones((*rows.shape[:-1], 1), rows.dtype)
        before = xp.concatenate((ones, rows[..., :-1]), axis=-1).cumprod(-1)
        after = xp.concatenate((ones, rows[..., :0:-1]), axis=-1).cumprod(-1)[..., ::-1]
        return (before * after)[..., :length]
    square = (*rows.shape, length)
    repeated = either.broadcast_to(either.reshape(rows, (*rows.shape[:-1], 1, length)), square)
    itself = xp.broadcast_to(xp.eye(length, dtype=bool), square)
    return prod(either.where(itself, xp.ones(square, rows.dtype), repeated), axis=len(square) - 1)


def prod(x: Any, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any:
    """The product of elements.

    Args:
        x: variable or array, float.
        axis: int, tuple of int, or None for all.
        keepdims: keep the axes, with length 1.

    Raises:
        InvalidType: x has no such axis, or holds no floats.
        ValueError: an axis is named twice.
        TypeError: axis is none of these.
    """
    return Prod(checked_axis(axis), keepdims).apply((x,))[0]
