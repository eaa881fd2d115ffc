"""unpooling: every element of an image repeated over a window, the reverse of a pooling in shape."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.conv import as_tuple, require_spatial_axes
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable, as_variable
from ..op import Example, Op
from .windows import PoolWindow

__all__ = ["unpooling_1d", "unpooling_2d", "unpooling_3d", "unpooling_nd"]


class Unpooling(Op):
    """y is zeros, with each x added to all elements of its window."""

    op_name = "unpooling"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = sum of x over the windows that y is in;  gx = sum of gy over the window"

    def __init__(self, window: PoolWindow, lengths: tuple[int, ...] | None = None) -> None:
        self.window = window
        self.lengths = lengths

    @property
    def label(self) -> str:
        return "Unpooling2D" if len(self.window.kernel) == 2 else "UnpoolingND"

    def attributes(self) -> dict[str, Any]:
        return {**self.window.settings(), "outsize": None if self.lengths is None else list(self.lengths)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        if self.lengths is None:
            self.lengths = self.window.least_lengths(x.shape)
        require(all(length >= 0 for length in self.lengths), "output lengths >= 0", str(self.lengths))
        shape = x.shape[:2] + self.lengths
        require_equal("x.shape[2:]", x.shape[2:], "windows over outsize", self.window.out(shape)[2:])
        y = backend.get_array_module(x).zeros(shape, x.dtype)
        for _, outputs, elements in self.window.places(shape):
            y[elements] += x[outputs]
        return (y,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        if isinstance(gy, Variable):
            return WindowSums(self.window).apply((gy,))
        return (window_sums(gy, self.window),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [
            Example(lambda x: unpooling_2d(x, 2), (rng.normal(size=(2, 3, 2, 3)),)),
            Example(
                lambda x: unpooling_2d(x, 2, cover_all=False), (rng.normal(size=(2, 1, 2, 3)),), "inside"
            ),
            Example(
                lambda x: unpooling_2d(x, 3, 2, 1, outsize=(5, 4)),
                (rng.normal(size=(1, 2, 3, 3)),),
                "overlapping",
            ),
            Example(lambda x: unpooling_1d(x, 2), (rng.normal(size=(2, 3, 4)),), "one axis"),
        ]


class WindowSums(Op):
    """y is the sum of every window of x."""

    op_name = "window_sums"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = sum of x over the window;  gx = sum of gy over the windows that x is in"

    def __init__(self, window: PoolWindow) -> None:
        self.window = window

    @property
    def label(self) -> str:
        return "Unpooling2DGrad" if len(self.window.kernel) == 2 else "UnpoolingNDGrad"

    def attributes(self) -> dict[str, Any]:
        return self.window.settings()

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (window_sums(inputs[0], self.window),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        op = Unpooling(self.window, self.inputs[0].shape[2:])  # type: ignore[index]
        (gy,) = gys
        return op.apply((gy,)) if isinstance(gy, Variable) else op.forward((gy,))

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        window = PoolWindow((2, 2), (1, 2), (1, 0), True)
        return [Example(lambda x: WindowSums(window).apply((x,))[0], (rng.normal(size=(1, 2, 3, 4)),))]


def window_sums(x: Any, window: PoolWindow) -> Any:
    """The sum of every window of an array."""
    y = backend.get_array_module(x).zeros(window.out(x.shape), x.dtype)
    for _, outputs, elements in window.places(x.shape):
        y[outputs] += x[elements]
    return y


def unpooling_nd(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, outsize: Any = None, cover_all: bool = True
) -> Any:
    """Every element repeated over a window, over all axes behind the second; where windows overlap, they add up.

    Args:
        x: variable or array (n, c, *positions), float.
        ksize, stride, pad: a number for all axes, or one an axis; the stride is the kernel by default.
        outsize: lengths of the result; by default the smallest that fit.
        cover_all: whether the last windows of the pooling that this reverses may hang over the end.

    Returns:
        Variable (n, c, *outsize).

    Raises:
        InvalidType: the windows over `outsize` are not as many as x has elements.
    """
    window = PoolWindow.of(len(x.shape) - 2, ksize, stride, pad, cover_all)
    lengths = None if outsize is None else as_tuple(outsize, len(x.shape) - 2)
    return Unpooling(window, lengths).apply((x,))[0]


def unpooling_1d(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, outsize: Any = None, cover_all: bool = True
) -> Any:
    """`unpooling_nd` for x of shape (n, c, length)."""
    require_spatial_axes(x, 1)
    return unpooling_nd(x, ksize, stride, pad, outsize, cover_all)


def unpooling_2d(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, outsize: Any = None, cover_all: bool = True
) -> Any:
    """`unpooling_nd` for images x of shape (n, c, h, w)."""
    x = as_variable(x)
    require_equal("x.ndim", len(x.shape), "4", 4)
    return unpooling_nd(x, ksize, stride, pad, outsize, cover_all)


def unpooling_3d(
    x: Any, ksize: Any, stride: Any = None, pad: Any = 0, outsize: Any = None, cover_all: bool = True
) -> Any:
    """`unpooling_nd` for x of shape (n, c, depth, h, w)."""
    require_spatial_axes(x, 3)
    return unpooling_nd(x, ksize, stride, pad, outsize, cover_all)
