"""Average pooling over any number of axes: the mean of every window."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.conv import require_spatial_axes
from ...utils.type_check import require_equal
from ...variable import Variable, as_variable
from ..op import Example, Op
from .windows import PoolWindow

__all__ = ["average_pooling_1d", "average_pooling_2d", "average_pooling_3d", "average_pooling_nd"]


class AveragePooling(Op):
    """y is the mean of every window of x; the padding counts as zeros, or (`pad_value=None`) not at all."""

    op_name = "average_pooling"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = sum of x over the window / n;  gx = sum of gy / n over the windows that x is in"

    def __init__(self, window: PoolWindow, pad_value: float | None = 0) -> None:
        if pad_value not in (0, None):
            raise ValueError(f"average pooling: pad_value must be 0 or None, not {pad_value!r}")
        self.window = window
        self.pad_value = pad_value

    @property
    def label(self) -> str:
        return "AveragePooling2D" if len(self.window.kernel) == 2 else "AveragePoolingND"

    def attributes(self) -> dict[str, Any]:
        return {**self.window.settings(), "pad_value": self.pad_value}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        self.window.check(x)
        return (averages(x, self.window, self.pad_value),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        shape = self.inputs[0].shape  # type: ignore[index]
        if isinstance(gy, Variable):
            return ShareOut(self.window, self.pad_value, shape).apply((gy,))
        return (share_out(gy, self.window, self.pad_value, shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3, 5, 4))
        return [
            Example(lambda x: average_pooling_2d(x, 2), (x,)),
            Example(lambda x: average_pooling_2d(x, 3, 2, 1), (x,), "stride and pad"),
            Example(lambda x: average_pooling_nd(x, 3, 2, 1, None), (x,), "padding doesn't count"),
            Example(lambda x: average_pooling_1d(x, 2), (rng.normal(size=(2, 3, 5)),), "one axis"),
        ]


class ShareOut(Op):
    """y is zeros, with each x, divided by its window's size, added to every element of its window."""

    op_name = "share_out"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = sum of x / n over the windows that y is in;  gx = mean of gy over the window"

    def __init__(self, window: PoolWindow, pad_value: float | None, shape: tuple[int, ...]) -> None:
        self.window = window
        self.pad_value = pad_value
        self.shape = shape

    @property
    def label(self) -> str:
        return "AveragePooling2DGrad" if len(self.window.kernel) == 2 else "AveragePoolingNDGrad"

    def attributes(self) -> dict[str, Any]:
        return {**self.window.settings(), "pad_value": self.pad_value}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (share_out(inputs[0], self.window, self.pad_value, self.shape),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        if isinstance(gy, Variable):
            return AveragePooling(self.window, self.pad_value).apply((gy,))
        return (averages(gy, self.window, self.pad_value),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        window = PoolWindow((2, 2), (1, 2), (1, 0), False)
        shape = (1, 2, 3, 4)

        def shared(x: Any) -> Any:
            return ShareOut(window, None, shape).apply((x,))[0]

        return [Example(shared, (rng.normal(size=window.out(shape)),))]


def _weights(window: PoolWindow, pad_value: float | None, shape: tuple[int, ...], like: Any) -> Any:
    """One over the number of elements that count in each window: a number, or an array of positions."""
    if pad_value == 0:
        return 1.0 / int(numpy.prod(window.kernel))
    counts = numpy.zeros((1, 1, *window.out(shape)[2:]), numpy.int64)
    for _, outputs, _ in window.places(shape):
        counts[outputs] += 1
    return backend.get_array_module(like).asarray((1.0 / numpy.maximum(counts, 1)).astype(like.dtype))


def averages(x: Any, window: PoolWindow, pad_value: float | None) -> Any:
    """The mean of every window of an array."""
    y = backend.get_array_module(x).zeros(window.out(x.shape), x.dtype)
    for _, outputs, elements in window.places(x.shape):
        y[outputs] += x[elements]
    y *= _weights(window, pad_value, x.shape, x)
    return y


def share_out(gy: Any, window: PoolWindow, pad_value: float | None, shape: tuple[int, ...]) -> Any:
    """An image of zeros with a share of each `gy` added to every element of its window."""
    gx = backend.get_array_module(gy).zeros(shape, gy.dtype)
    share = gy * _weights(window, pad_value, shape, gy)
    for _, outputs, elements in window.places(shape):
        gx[elements] += share[outputs]
    return gx


def average_pooling_nd(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, pad_value: float | None = 0
) -> Any:
    """The mean of every window, over all axes behind the second.

    Args:
        x: variable or array (n, c, *lengths), float.
        ksize, stride, pad: a number for all axes, or one an axis; the stride is the kernel by default.
        pad_value: 0 counts the padding as zeros, None leaves it out of the mean.

    Returns:
        Variable (n, c, *positions).

    Raises:
        InvalidType: x has another number of axes, or the windows don't fit.
    """
    window = PoolWindow.of(len(x.shape) - 2, ksize, stride, pad, False)
    return AveragePooling(window, pad_value).apply((x,))[0]


def average_pooling_1d(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, pad_value: float | None = 0
) -> Any:
    """`average_pooling_nd` for x of shape (n, c, length)."""
    require_spatial_axes(x, 1)
    return average_pooling_nd(x, ksize, stride, pad, pad_value)


def average_pooling_2d(x: Any, ksize: Any, stride: Any = None, pad: Any = 0) -> Any:
    """`average_pooling_nd` for images x of shape (n, c, h, w)."""
    x = as_variable(x)
    require_equal("x.ndim", len(x.shape), "4", 4)
    return average_pooling_nd(x, ksize, stride, pad)


def average_pooling_3d(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, pad_value: float | None = 0
) -> Any:
    """`average_pooling_nd` for x of shape (n, c, depth, h, w)."""
    require_spatial_axes(x, 3)
    return average_pooling_nd(x, ksize, stride, pad, pad_value)
