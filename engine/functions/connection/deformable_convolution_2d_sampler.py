"""deformable_convolution_2d_sampler: a convolution whose windows are bent by an offset for each of their pixels."""

from __future__ import annotations

from typing import Any

import numpy

from ...utils.conv import as_tuple, get_conv_outsize
from ...variable import Variable
from ..array.concat import concat
from ..array.pad import pad as pad_array
from ..array.reshape import reshape
from ..array.spatial_transformer_sampler import spatial_transformer_sampler
from ..array.transpose import transpose
from .convolution_by_axes import convolution_2d

__all__ = ["deformable_convolution_2d_sampler"]


def deformable_convolution_2d_sampler(
    x: Any, offset: Any, W: Any, b: Any = None, stride: Any = 1, pad: Any = 0
) -> Variable:
    """Look up each window of x at shifted places, then convolve: `spatial_transformer_sampler`, `convolution_2d`.

    Args:
        x: variable or array (n, c, h, w), float.
        offset: (n, 2 kh kw, out_h, out_w), in pixels: first how far each of the kernel's pixels moves to the right,
            then how far down.
        W: (out, c, kh, kw).
        b: (out,), or None.
        stride, pad: a number, or a pair for height and width.

    Returns:
        Variable (n, out, out_h, out_w).

    Raises:
        InvalidType: shapes or dtypes don't fit.
        ValueError: offset doesn't have two numbers for each pixel of the kernel.

    Reference: Dai et al. 2017, Deformable Convolutional Networks.
    """
    stride, pad = as_tuple(stride, 2), as_tuple(pad, 2)
    kernel = tuple(W.shape[2:])
    padded = pad_array(x, ((0, 0), (0, 0), (pad[0], pad[0]), (pad[1], pad[1])), "constant")
    lengths = padded.shape[2:]
    out = tuple(
        get_conv_outsize(length, k, s, 0) for length, k, s in zip(lengths, kernel, stride, strict=True)
    )
    places = kernel[0] * kernel[1]
    if offset.shape[1] != 2 * places:
        raise ValueError(
            f"The shape of the offset does not match the kernel size: {offset.shape[1]} channels of offset, "
            f"but 2 x {kernel[0]} x {kernel[1]} are needed"
        )
    xs, ys = (_base(kernel, stride, out, axis, padded) for axis in (1, 0))
    u = (offset[:, :places] + xs) * (2 / (lengths[1] - 1)) - 1
    v = (offset[:, places:] + ys) * (2 / (lengths[0] - 1)) - 1
    grid = concat([_interleaved(part, kernel, out) for part in (u, v)], axis=1)
    sampled = spatial_transformer_sampler(padded, grid)
    return convolution_2d(sampled, W, b, stride=kernel)


def _base(kernel: Any, stride: Any, out: Any, axis: int, like: Variable) -> Any:
    """(1, kh kw, out_h, out_w): row or column of each pixel of each window, without offsets."""
    inner = numpy.arange(kernel[axis]).reshape([-1 if i == axis else 1 for i in range(2)])
    outer = numpy.arange(out[axis]).reshape([-1 if i == axis else 1 for i in range(2)]) * stride[axis]
    inner = numpy.broadcast_to(inner, kernel).reshape(1, -1, 1, 1)
    return like.xp.asarray((inner + outer).astype(like.dtype) + numpy.zeros((1, 1, *out), like.dtype))


def _interleaved(part: Variable, kernel: Any, out: Any) -> Variable:
    """(n, kh kw, out_h, out_w) as an image (n, 1, out_h kh, out_w kw) of windows side by side."""
    windows = reshape(part, (part.shape[0], *kernel, *out))
    return reshape(
        transpose(windows, (0, 3, 1, 4, 2)), (part.shape[0], 1, out[0] * kernel[0], out[1] * kernel[1])
    )
