"""Convolution over any number of axes, its transpose, and the gradient of its filters: three ops that are each
other's derivatives. The arithmetic is in `lowering.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import InvalidWindow
from ...utils.conv import as_tuple, get_conv_outsize, get_deconv_outsize
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable, as_variable
from .. import either
from ..array.get_item import scattered
from ..op import Example, Op
from .lowering import Window, correlate, filters, spread

__all__ = [
    "Convolution",
    "ConvolutionFilters",
    "Deconvolution",
    "convolution_nd",
    "deconvolution_nd",
]


class Convolution(Op):
    """y is W correlated with the windows of x: what the field calls convolution."""

    op_name = "convolution"
    x_roles = ("x", "W", "b")
    y_roles = ("y",)
    formula = (
        "y[o, i] = sum over c, k of W[o, c, k] x[c, i stride + k] + b[o];  "
        "gx = W spread by gy;  gW = gy correlated with x;  gb = sum of gy over samples and positions"
    )
    retained_x = (0, 1)

    def __init__(self, window: Window) -> None:
        self.window = window

    @property
    def label(self) -> str:
        return "Convolution2DFunction" if len(self.window.stride) == 2 else "ConvolutionND"

    def attributes(self) -> dict[str, Any]:
        return self.window.settings()

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, W = inputs[0], inputs[1]
        ndim, groups = len(self.window.stride), self.window.groups
        require_float("x", x)
        require_float("W", W)
        require_equal("x.ndim", x.ndim, str(ndim + 2), ndim + 2)
        require_equal("W.ndim", W.ndim, str(ndim + 2), ndim + 2)
        require_equal("x.shape[1]", x.shape[1], "W.shape[1] * groups", W.shape[1] * groups)
        require(W.shape[0] % groups == 0, "W.shape[0] is a multiple of groups", f"{W.shape[0]} and {groups}")
        for i in range(ndim):
            out = get_conv_outsize(
                x.shape[2 + i],
                W.shape[2 + i],
                self.window.stride[i],
                self.window.pad[i],
                self.window.cover_all,
                self.window.dilate[i],
            )
            shapes = f"x is {x.shape}, W is {W.shape}"
            require(out > 0, "the kernel fits into the padded image", shapes, InvalidWindow)
        b = inputs[2] if len(inputs) == 3 else None
        if b is not None:
            require_equal("b.shape", b.shape, "(W.shape[0],)", (W.shape[0],))
            require_float("b", b)
            if ndim == 2:  # as Chainer has it
                require_equal("b.dtype", b.dtype, "x.dtype", x.dtype)
        y = correlate(x, W, self.window)
        if b is not None:
            y += b.reshape(-1, *(1,) * ndim)
        return (y if y.dtype == x.dtype else y.astype(x.dtype),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, W = xs
        (gy,) = gys
        gx = gW = gb = None
        if 0 in wanted:
            lengths = x.shape[2:]
            if isinstance(gy, Variable):
                gx = Deconvolution(self.window, lengths).apply((gy, W))[0]
            else:
                gx = either.cast(spread(gy, W, self.window, lengths), x.dtype)
        if 1 in wanted:
            kernel = W.shape[2:]
            if isinstance(gy, Variable):
                gW = ConvolutionFilters(self.window, kernel).apply((x, gy))[0]
            else:
                gW = filters(x, gy, kernel, self.window)
            gW = either.cast(gW, W.dtype)
        if 2 in wanted:
            axes = (0, *range(2, len(gy.shape)))
            gb = either.cast(either.sum(gy, axes), self.inputs[2].dtype)  # type: ignore[index]
        return gx, gW, gb

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x, W, b = rng.normal(size=(2, 3, 5, 4)), rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
        return [
            Example(convolution_nd, (x, W, b)),
            Example(lambda x, W: convolution_nd(x, W, None, (2, 1), (1, 0)), (x, W), "stride and pad"),
            Example(lambda x, W: convolution_nd(x, W, dilate=2, pad=2), (x, W), "dilate"),
            Example(lambda x, W: convolution_nd(x, W, stride=2, cover_all=True), (x, W), "cover_all"),
            Example(
                lambda x, W, b: convolution_nd(x, W, b, groups=2, pad=1),
                (rng.normal(size=(2, 4, 3, 3)), rng.normal(size=(6, 2, 3, 3)), rng.normal(size=6)),
                "groups",
            ),
            Example(convolution_nd, (rng.normal(size=(2, 3, 5)), rng.normal(size=(4, 3, 2))), "one axis"),
            Example(
                convolution_nd, (rng.normal(size=(1, 2, 3, 3, 3)), rng.normal(size=(2, 2, 2, 2, 2))), "three"
            ),
        ]


class Deconvolution(Op):
    """y is the transpose of a convolution: each x, times W, added at the place of its window."""

    op_name = "deconvolution"
    x_roles = ("x", "W", "b")
    y_roles = ("y",)
    formula = (
        "y[o, i stride + k] += sum over c of W[c, o, k] x[c, i], + b[o];  "
        "gx = W correlated with gy;  gW = x correlated with gy;  gb = sum of gy over samples and positions"
    )
    retained_x = (0, 1)

    def __init__(self, window: Window, lengths: tuple[int, ...] | None = None) -> None:
        self.window = window
        self.lengths = lengths

    @property
    def label(self) -> str:
        return "Deconvolution2DFunction" if len(self.window.stride) == 2 else "DeconvolutionND"

    def attributes(self) -> dict[str, Any]:
        lengths = None if self.lengths is None else list(self.lengths)
        return {**self.window.settings(), "outsize": lengths}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, W = inputs[0], inputs[1]
        window = self.window
        ndim = len(window.stride)
        require_float("x", x)
        require_float("W", W)
        require_equal("x.ndim", x.ndim, str(ndim + 2), ndim + 2)
        require_equal("W.ndim", W.ndim, str(ndim + 2), ndim + 2)
        require_equal("x.shape[1]", x.shape[1], "W.shape[0]", W.shape[0])
        require(x.shape[1] % window.groups == 0, "x.shape[1] is a multiple of groups", f"{x.shape[1]}")
        sizes = list(zip(x.shape[2:], W.shape[2:], window.stride, window.pad, window.dilate, strict=True))
        natural = tuple(get_deconv_outsize(size, k, s, p, d=d) for size, k, s, p, d in sizes)
        if self.lengths is None:
            self.lengths = natural
        some = all(length > 0 for length in self.lengths)
        require(some, "output lengths > 0", str(self.lengths), InvalidWindow)
        self._check_windows(sizes)
        # Where the lengths end before the last windows do, what is beyond is cut off.
        self.whole = (
            self.lengths if window.cover_all else tuple(map(max, zip(self.lengths, natural, strict=True)))
        )
        y = spread(x, W, window, self.whole)
        if self.whole != self.lengths:
            y = y[self._kept_part()].copy()
        if len(inputs) == 3:
            b = inputs[2]
            out = W.shape[1] * window.groups
            require_equal("b.shape", b.shape, "(W.shape[1] * groups,)", (out,))
            require_float("b", b)
            if ndim == 2:  # as Chainer has it
                require_equal("b.dtype", b.dtype, "x.dtype", x.dtype)
            y += b.reshape(-1, *(1,) * ndim)
        return (y if y.dtype == x.dtype else y.astype(x.dtype),)

    def _check_windows(self, sizes: Sequence[tuple[int, ...]]) -> None:
        """Raise unless as many windows fit into the output's lengths as x has elements; the last ones may hang over."""
        for axis, (length, (size, k, s, p, d)) in enumerate(zip(self.lengths or (), sizes, strict=True)):
            most = get_conv_outsize(length, k, s, p, True, d)
            least = most if self.window.cover_all else get_conv_outsize(length, k, s, p, False, d)
            require(
                least <= size <= most,
                f"{least} <= x.shape[{axis + 2}] <= {most}, the windows in a length of {length}",
                str(size),
            )

    def _kept_part(self) -> tuple[Any, ...]:
        return (slice(None), slice(None), *map(slice, self.lengths or ()))

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, W = xs
        (gy,) = gys
        gx = gW = gb = None
        if 2 in wanted:
            axes = (0, *range(2, len(gy.shape)))
            gb = either.cast(either.sum(gy, axes), self.inputs[2].dtype)  # type: ignore[index]
        if self.whole != self.lengths:
            gy = scattered(gy, self._kept_part(), (*gy.shape[:2], *self.whole))
        if 0 in wanted:
            if isinstance(gy, Variable):
                gx = Convolution(self.window).apply((gy, W))[0]
            else:
                gx = either.cast(correlate(gy, W, self.window), x.dtype)
        if 1 in wanted:
            kernel = W.shape[2:]
            if isinstance(gy, Variable):
                gW = ConvolutionFilters(self.window, kernel).apply((gy, x))[0]
            else:
                gW = filters(gy, x, kernel, self.window)
            gW = either.cast(gW, W.dtype)
        return gx, gW, gb

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x, W, b = rng.normal(size=(2, 3, 3, 4)), rng.normal(size=(3, 2, 3, 2)), rng.normal(size=2)
        return [
            Example(deconvolution_nd, (x, W, b)),
            Example(lambda x, W: deconvolution_nd(x, W, None, (2, 1), (1, 0)), (x, W), "stride and pad"),
            Example(lambda x, W: deconvolution_nd(x, W, stride=2, outsize=(8, 9)), (x, W), "outsize"),
            Example(
                lambda x, W: deconvolution_nd(x, W, stride=3, outsize=(9, 10)), (x, W), "windows cut off"
            ),
            Example(lambda x, W: deconvolution_nd(x, W, dilate=2), (x, W), "dilate"),
            Example(
                lambda x, W, b: deconvolution_nd(x, W, b, groups=2),
                (rng.normal(size=(2, 4, 3, 3)), rng.normal(size=(4, 3, 2, 2)), rng.normal(size=6)),
                "groups",
            ),
            Example(deconvolution_nd, (rng.normal(size=(2, 3, 5)), rng.normal(size=(3, 4, 2))), "one axis"),
        ]


class ConvolutionFilters(Op):
    """y is the gradient of a convolution's filters, as an op of its own for second derivatives."""

    op_name = "convolution_filters"
    x_roles = ("x", "gy")
    y_roles = ("gW",)
    formula = "gW = gy correlated with x;  gx = ggW spread by gy;  ggy = x correlated with ggW"
    retained_x = (0, 1)

    def __init__(self, window: Window, kernel: tuple[int, ...]) -> None:
        self.window = window
        self.kernel = kernel

    @property
    def label(self) -> str:
        return "Convolution2DGradW" if len(self.window.stride) == 2 else "ConvolutionNDGradW"

    def attributes(self) -> dict[str, Any]:
        return {**self.window.settings(), "kernel": list(self.kernel)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, gy = inputs
        return (filters(x, gy, self.kernel, self.window).astype(gy.dtype, copy=False),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, gy = xs
        (ggW,) = gys
        gx = ggy = None
        if 0 in wanted:
            if isinstance(ggW, Variable):
                gx = Deconvolution(self.window, x.shape[2:]).apply((gy, ggW))[0]
            else:
                gx = spread(gy, ggW, self.window, x.shape[2:])
            gx = either.cast(gx, x.dtype)
        if 1 in wanted:
            if isinstance(ggW, Variable):
                ggy = Convolution(self.window).apply((x, ggW))[0]
            else:
                ggy = correlate(x, ggW, self.window)
            ggy = either.cast(ggy, gy.dtype)
        return gx, ggy

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        window = Window((2, 1), (1, 0), (1, 1), 1)

        def gradient(x: Any, gy: Any) -> Any:
            return ConvolutionFilters(window, (3, 2)).apply((x, gy))[0]

        return [Example(gradient, (rng.normal(size=(2, 3, 5, 4)), rng.normal(size=(2, 4, 3, 3))))]


def convolution_nd(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    pad: Any = 0,
    cover_all: bool = False,
    dilate: Any = 1,
    groups: int = 1,
) -> Any:
    """Convolution over all axes behind the second.

    Args:
        x: variable or array (n, c, *lengths), float.
        W: (out, c / groups, *kernel).
        b: (out,), or None.
        stride, pad, dilate: a number for all axes, or one an axis.
        cover_all: let the last windows hang over the end, so that every element is in one.
        groups: the channels are split into so many parts that don't mix.

    Returns:
        Variable (n, out, *positions).

    Raises:
        InvalidType: the shapes don't fit together; `InvalidWindow`, if the kernel doesn't fit into x.
        ValueError: dilate isn't positive, or a setting has another number of entries than x has such axes.
    """
    x = as_variable(x)
    ndim = len(x.shape) - 2
    window = Window.of(ndim, stride, pad, dilate, groups, cover_all)
    return Convolution(window).apply((x, W) if b is None else (x, W, b))[0]


def deconvolution_nd(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    pad: Any = 0,
    outsize: Any = None,
    dilate: Any = 1,
    groups: int = 1,
) -> Any:
    """The transpose of a convolution over all axes behind the second.

    Args:
        x: variable or array (n, c, *lengths), float.
        W: (c, out / groups, *kernel).
        b: (out,), or None.
        stride, pad, dilate: of the convolution whose transpose this is.
        outsize: lengths of the result; by default the smallest that fit.
        groups: the channels are split into so many parts that don't mix.

    Returns:
        Variable (n, out, *outsize).

    Raises:
        InvalidType: the shapes don't fit together; `InvalidWindow`, if nothing is left of the result.
        ValueError: dilate isn't positive, or a setting has another number of entries than x has such axes.
    """
    x = as_variable(x)
    ndim = len(x.shape) - 2
    window = Window.of(ndim, stride, pad, dilate, groups)
    lengths = None if outsize is None else as_tuple(outsize, ndim)
    return Deconvolution(window, lengths).apply((x, W) if b is None else (x, W, b))[0]
