"""Convolution as matrix products, on arrays.

The windows of x as columns, (n, groups, c k / groups, positions), times W as (groups, out / groups, c k / groups): one
product a sample, whose result has the axes of y already.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ... import backend
from ...utils.arguments import size_of_shape
from ...utils.conv import col2im_nd, im2col_nd

__all__ = ["Window", "correlate", "filters", "spread"]


class Window(NamedTuple):
    """How a kernel moves over an image: one number an axis, and the number of groups of channels."""

    stride: tuple[int, ...]
    pad: tuple[int, ...]
    dilate: tuple[int, ...]
    groups: int
    cover_all: bool = False

    def settings(self) -> dict[str, Any]:
        return {
            "stride": list(self.stride),
            "pad": list(self.pad),
            "dilate": list(self.dilate),
            "groups": self.groups,
        }


def correlate(x: Any, W: Any, window: Window) -> Any:
    """y (n, out, *lengths) from x (n, c, ...) and W (out, c / groups, *kernel)."""
    col = im2col_nd(x, W.shape[2:], window.stride, window.pad, 0, window.cover_all, window.dilate)
    n, groups = x.shape[0], window.groups
    out = col.shape[W.ndim :]
    rows = size_of_shape(W.shape[1:])
    columns = col.reshape(n, groups, rows, size_of_shape(out))
    y = backend.get_array_module(x).matmul(W.reshape(groups, W.shape[0] // groups, rows), columns)
    return y.reshape(n, W.shape[0], *out)


def spread(x: Any, W: Any, window: Window, lengths: tuple[int, ...]) -> Any:
    """The transpose of `correlate`: an image (n, W.shape[1] * groups, *lengths) from x (n, W.shape[0], ...)."""
    n, groups = x.shape[0], window.groups
    positions = x.shape[2:]
    inner = W.shape[0] // groups
    weights = W.reshape(groups, inner, size_of_shape(W.shape[1:])).swapaxes(1, 2)
    col = backend.get_array_module(x).matmul(weights, x.reshape(n, groups, inner, size_of_shape(positions)))
    col = col.reshape(n, groups * W.shape[1], *W.shape[2:], *positions)
    return col2im_nd(col, window.stride, window.pad, lengths, window.dilate)


def filters(x: Any, gy: Any, kernel: tuple[int, ...], window: Window) -> Any:
    """The gradient of W for `correlate`: (out, c / groups, *kernel) from x (n, c, ...) and gy (n, out, ...)."""
    n, groups = x.shape[0], window.groups
    c, out = x.shape[1], gy.shape[1]
    col = im2col_nd(x, kernel, window.stride, window.pad, 0, window.cover_all, window.dilate)
    positions = size_of_shape(gy.shape[2:])
    columns = col.reshape(n, groups, c // groups * size_of_shape(kernel), positions).swapaxes(2, 3)
    rows = gy.reshape(n, groups, out // groups, positions)
    xp = backend.get_array_module(x)
    if n == 0:
        gW = xp.zeros((groups, out // groups, columns.shape[3]), x.dtype)
    elif rows[0].size * columns.shape[3] <= 1 << 18:  # few enough numbers to hold the product of every sample
        gW = xp.matmul(rows, columns).sum(0)
    else:
        gW = xp.matmul(rows[0], columns[0])
        for i in range(1, n):
            gW += xp.matmul(rows[i], columns[i])
    return gW.reshape(out, c // groups, *kernel)
