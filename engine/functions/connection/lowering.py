"""Convolution as matrix products, on arrays.

There are two ways to write down the windows of x. Sample by sample, (n, groups, c k / groups, positions): one product a
sample, whose result has the axes of y already. Or with the samples last, (c k, positions n): one product for all,
at the price of two transposes. The second is two to four times as fast where a sample has few positions, because
windows are then copied in long runs and the product is large; `samples_last.py` has it. Large batches are taken in
parts, so that the windows of a part stay near the processor and don't fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy

from ... import backend
from ...utils.arguments import size_of_shape
from ...utils.conv import as_tuple, col2im_nd, get_conv_outsize, im2col_nd
from . import samples_last

__all__ = ["Window", "correlate", "filters", "spread"]

FEW_POSITIONS = 256
"""Up to here samples last is the faster way (measured on images of 7 to 32 pixels with 1 to 256 channels)."""

LARGEST_PART = 1 << 22
"""How many numbers the windows of one part of a batch take at most, unless a single sample takes more."""


class Window(NamedTuple):
    """How a kernel moves over an image: one number an axis, and the number of groups of channels."""

    stride: tuple[int, ...]
    pad: tuple[int, ...]
    dilate: tuple[int, ...]
    groups: int
    cover_all: bool = False

    @classmethod
    def of(
        cls, ndim: int, stride: Any, pad: Any, dilate: Any, groups: int, cover_all: bool = False
    ) -> Window:
        """A window from a script's arguments: each a number for all axes, or one an axis.

        Raises:
            ValueError: a setting has another number of entries than there are axes, or dilate isn't positive.
        """
        window = cls(as_tuple(stride, ndim), as_tuple(pad, ndim), as_tuple(dilate, ndim), groups, cover_all)
        if min(window.dilate, default=1) < 1:
            raise ValueError(f"Dilate should be positive, but {dilate} is supplied.")
        return window

    def settings(self) -> dict[str, Any]:
        return {
            "stride": list(self.stride),
            "pad": list(self.pad),
            "dilate": list(self.dilate),
            "groups": self.groups,
        }

    def positions(self, lengths: tuple[int, ...], kernel: tuple[int, ...]) -> tuple[int, ...]:
        """How many windows there are along each axis of an image."""
        return tuple(
            get_conv_outsize(size, k, s, p, self.cover_all, d)
            for size, k, s, p, d in zip(lengths, kernel, self.stride, self.pad, self.dilate, strict=True)
        )

    def is_pointwise(self, kernel: tuple[int, ...]) -> bool:
        """Whether the windows of an image are its elements, in their order."""
        return max(kernel) == max(self.stride) == 1 and not any(self.pad)

    def prefers_samples_last(self, n: int, positions: tuple[int, ...], kernel: tuple[int, ...]) -> bool:
        few = size_of_shape(positions) <= FEW_POSITIONS
        return few and n > 1 and self.groups == 1 and not self.is_pointwise(kernel)


def correlate(x: Any, W: Any, window: Window) -> Any:
    """y (n, out, *lengths) from x (n, c, ...) and W (out, c / groups, *kernel)."""
    n, groups, kernel = x.shape[0], window.groups, W.shape[2:]
    positions = window.positions(x.shape[2:], kernel)
    xp = backend.get_array_module(x)
    y = xp.empty((n, W.shape[0], *positions), numpy.result_type(x.dtype, W.dtype))
    rows = size_of_shape(W.shape[1:])
    last = window.prefers_samples_last(n, positions, kernel)
    for part in _parts(n, x.shape[1], kernel, positions):
        if last:
            y[part] = samples_last.correlate(x[part], W, window, positions)
        else:
            columns = _windows_of(x[part], kernel, window).reshape(-1, groups, rows, size_of_shape(positions))
            product = y[part].reshape(len(columns), groups, W.shape[0] // groups, size_of_shape(positions))
            xp.matmul(W.reshape(groups, W.shape[0] // groups, rows), columns, out=product)
    return y


def spread(x: Any, W: Any, window: Window, lengths: tuple[int, ...]) -> Any:
    """The transpose of `correlate`: an image (n, W.shape[1] * groups, *lengths) from x (n, W.shape[0], ...)."""
    n, groups, kernel, positions = x.shape[0], window.groups, W.shape[2:], x.shape[2:]
    inner = W.shape[0] // groups
    xp = backend.get_array_module(x)
    weights = W.reshape(groups, inner, size_of_shape(W.shape[1:])).swapaxes(1, 2)
    channels = groups * W.shape[1]
    image = xp.empty((n, channels, *lengths), numpy.result_type(x.dtype, W.dtype))
    last = window.prefers_samples_last(n, positions, kernel)
    for part in _parts(n, channels, kernel, positions):
        if last:
            image[part] = samples_last.spread(x[part], W, window, lengths)
            continue
        few = x[part]
        col = xp.matmul(weights, few.reshape(len(few), groups, inner, size_of_shape(positions)))
        if window.is_pointwise(kernel):
            image[part] = col.reshape(image[part].shape)
        else:
            col = col.reshape(len(few), channels, *kernel, *positions)
            image[part] = col2im_nd(col, window.stride, window.pad, lengths, window.dilate)
    return image


def filters(x: Any, gy: Any, kernel: tuple[int, ...], window: Window) -> Any:
    """The gradient of W for `correlate`: (out, c / groups, *kernel) from x (n, c, ...) and gy (n, out, ...)."""
    n, groups = x.shape[0], window.groups
    c, out = x.shape[1], gy.shape[1]
    shape = (groups, out // groups, c // groups * size_of_shape(kernel))
    positions = gy.shape[2:]
    xp = backend.get_array_module(x)
    gW = None
    last = window.prefers_samples_last(n, positions, kernel)
    for part in _parts(n, c, kernel, positions):
        if last:
            share = samples_last.filters(x[part], gy[part], kernel, window).reshape(shape)
        else:
            columns = _windows_of(x[part], kernel, window)
            columns = columns.reshape(-1, groups, shape[2], size_of_shape(positions)).swapaxes(2, 3)
            rows = gy[part].reshape(len(columns), groups, shape[1], size_of_shape(positions))
            share = _summed_product(rows, columns)
        gW = share if gW is None else gW + share
    if gW is None:
        gW = xp.zeros(shape, x.dtype)
    return gW.reshape(out, c // groups, *kernel)


def _summed_product(rows: Any, columns: Any) -> Any:
    """The sum of the products of all samples."""
    xp = backend.get_array_module(rows)
    if rows[0].size * columns.shape[3] <= 1 << 18:  # few enough numbers to hold the product of every sample
        return xp.matmul(rows, columns).sum(0)
    total = xp.matmul(rows[0], columns[0])
    for i in range(1, len(rows)):
        total += xp.matmul(rows[i], columns[i])
    return total


def _windows_of(x: Any, kernel: tuple[int, ...], window: Window) -> Any:
    """The windows of x, (n, c, *kernel, *positions)."""
    if window.is_pointwise(kernel):
        return x
    return im2col_nd(x, kernel, window.stride, window.pad, 0, window.cover_all, window.dilate)


def _parts(n: int, channels: int, kernel: tuple[int, ...], positions: tuple[int, ...]) -> Iterator[slice]:
    """The batch cut into parts whose windows aren't too many numbers."""
    of_sample = channels * size_of_shape(kernel) * size_of_shape(positions)
    length = max(1, LARGEST_PART // max(of_sample, 1))
    for first in range(0, n, length):
        yield slice(first, min(first + length, n))
