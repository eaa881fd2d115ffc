"""Max pooling over any number of axes: the largest element of every window."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.conv import require_spatial_axes
from ...variable import Variable
from ..op import Example, Op
from .largest import largest
from .windows import PoolWindow

__all__ = ["max_pooling_1d", "max_pooling_2d", "max_pooling_3d", "max_pooling_nd"]


class MaxPooling(Op):
    """y is the largest element of every window of x; of equal ones the first."""

    op_name = "max_pooling"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = the largest x of the window;  gx = gy at that element, 0 elsewhere"

    def __init__(self, window: PoolWindow) -> None:
        self.window = window

    @property
    def label(self) -> str:
        return "MaxPoolingND"

    def attributes(self) -> dict[str, Any]:
        return self.window.settings()

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        self.window.check(x)
        y, self.indexes = largest(x, self.window)
        return (y,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        shape = self.inputs[0].shape  # type: ignore[index]
        if isinstance(gy, Variable):
            return ToLargest(self.window, self.indexes, shape).apply((gy,))
        return (to_largest(gy, self.window, self.indexes, shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def image(*shape: int) -> Any:
            return rng.permutation(int(numpy.prod(shape))).reshape(shape) / 10.0

        return [
            Example(lambda x: max_pooling_2d(x, 2), (image(2, 3, 4, 4),)),
            Example(lambda x: max_pooling_2d(x, 3, 2, 1), (image(2, 3, 5, 4),), "stride and pad"),
            Example(
                lambda x: max_pooling_2d(x, (2, 1), 3, cover_all=False), (image(2, 3, 5, 7),), "cover_all"
            ),
            Example(lambda x: max_pooling_1d(x, 2), (image(2, 3, 5),), "one axis"),
            Example(lambda x: max_pooling_3d(x, 2), (image(1, 2, 3, 4, 2),), "three axes"),
        ]


class ToLargest(Op):
    """y is zeros, with each x added at the element that was the largest of its window."""

    op_name = "to_largest"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x at the largest element of its window, 0 elsewhere;  gx = gy taken from there"

    def __init__(self, window: PoolWindow, indexes: Any, shape: tuple[int, ...]) -> None:
        self.window = window
        self.indexes = indexes
        self.shape = shape

    @property
    def label(self) -> str:
        return "MaxPoolingNDGrad"

    def attributes(self) -> dict[str, Any]:
        return self.window.settings()

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (to_largest(inputs[0], self.window, self.indexes, self.shape),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        if isinstance(gy, Variable):
            return FromLargest(self.window, self.indexes).apply((gy,))
        return (from_largest(gy, self.window, self.indexes),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(*_linear_example(rng, to_image=True))]


class FromLargest(Op):
    """y is the element of every window of x that was the largest of another image."""

    op_name = "from_largest"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x at the remembered element of the window;  gx = gy at that element, 0 elsewhere"

    def __init__(self, window: PoolWindow, indexes: Any) -> None:
        self.window = window
        self.indexes = indexes

    @property
    def label(self) -> str:
        return "MaxPoolingNDWithIndexes"

    def attributes(self) -> dict[str, Any]:
        return self.window.settings()

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (from_largest(inputs[0], self.window, self.indexes),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        shape = self.inputs[0].shape  # type: ignore[index]
        if isinstance(gy, Variable):
            return ToLargest(self.window, self.indexes, shape).apply((gy,))
        return (to_largest(gy, self.window, self.indexes, shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(*_linear_example(rng, to_image=False))]


def to_largest(gy: Any, window: PoolWindow, indexes: Any, shape: tuple[int, ...]) -> Any:
    """An image of zeros with `gy` added at the elements that `indexes` name."""
    xp = backend.get_array_module(gy)
    if window.tiles(shape):
        gx = xp.empty(shape, gy.dtype)
        for number, _, elements in window.places(shape):
            xp.multiply(gy, indexes == number, out=gx[elements])
        return gx
    gx = xp.zeros(shape, gy.dtype)
    for number, outputs, elements in window.places(shape):
        gx[elements] += gy[outputs] * (indexes[outputs] == number)
    return gx


def from_largest(x: Any, window: PoolWindow, indexes: Any) -> Any:
    """The elements of `x` that `indexes` name, one a window."""
    xp = backend.get_array_module(x)
    y = xp.zeros(window.out(x.shape), x.dtype)
    for number, outputs, elements in window.places(x.shape):
        xp.copyto(y[outputs], x[elements], where=indexes[outputs] == number)
    return y


def _linear_example(rng: Any, to_image: bool) -> tuple[Any, tuple[Any]]:
    window = PoolWindow((2, 2), (2, 2), (0, 0), True)
    indexes = rng.integers(0, 4, size=(1, 2, 2, 2))

    def apply(x: Any) -> Any:
        chosen = x.xp.asarray(indexes)
        op = ToLargest(window, chosen, (1, 2, 4, 4)) if to_image else FromLargest(window, chosen)
        return op.apply((x,))[0]

    return apply, (rng.normal(size=(1, 2, 2, 2) if to_image else (1, 2, 4, 4)),)


def max_pooling_nd(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, cover_all: bool = True, return_indices: bool = False
) -> Any:
    """The largest element of every window, over all axes behind the second.

    Args:
        x: variable or array (n, c, *lengths), float.
        ksize, stride, pad: a number for all axes, or one an axis; the stride is the kernel by default.
        cover_all: let the last windows hang over the end, so that every element is in one.
        return_indices: give the number of the winning element within each window, too.

    Returns:
        Variable (n, c, *positions), or the pair of it and an array of integers.

    Raises:
        InvalidType: x has another number of axes, or the windows don't fit.
    """
    op = MaxPooling(PoolWindow.of(len(x.shape) - 2, ksize, stride, pad, cover_all))
    (y,) = op.apply((x,))
    return (y, op.indexes.astype(numpy.int64)) if return_indices else y


def max_pooling_1d(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, cover_all: bool = True, return_indices: bool = False
) -> Any:
    """`max_pooling_nd` for x of shape (n, c, length)."""
    require_spatial_axes(x, 1)
    return max_pooling_nd(x, ksize, stride, pad, cover_all, return_indices)


def max_pooling_2d(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, cover_all: bool = True, return_indices: bool = False
) -> Any:
    """`max_pooling_nd` for images x of shape (n, c, h, w)."""
    require_spatial_axes(x, 2)
    return max_pooling_nd(x, ksize, stride, pad, cover_all, return_indices)


def max_pooling_3d(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, cover_all: bool = True, return_indices: bool = False
) -> Any:
    """`max_pooling_nd` for x of shape (n, c, depth, h, w)."""
    require_spatial_axes(x, 3)
    return max_pooling_nd(x, ksize, stride, pad, cover_all, return_indices)
