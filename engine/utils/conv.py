"""What convolution and pooling share: output lengths, and windows taken out of an array and put back.

Everything is for any number of axes: `x` is (n, c, *lengths), the windows of a kernel (k1, k2, ...) are a `col` array
(n, c, k1, k2, ..., out1, out2, ...). Windows are copied by kernel offset: one strided copy an offset, each of which
runs along rows of the image.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy

from .. import backend
from ..errors import WrongValue

__all__ = [
    "as_tuple",
    "col2im",
    "col2im_cpu",
    "col2im_gpu",
    "col2im_nd",
    "get_conv_outsize",
    "get_deconv_outsize",
    "im2col",
    "im2col_cpu",
    "im2col_gpu",
    "im2col_nd",
    "padded",
    "windows_by_offset",
]


def require_spatial_axes(x: Any, count: int) -> None:
    """Raise unless x has so many axes behind batch and channels.

    Raises:
        WrongValue: it has more or fewer.
    """
    if len(x.shape) - 2 != count:
        raise WrongValue(
            f"The number of dimensions under channel dimension of the input 'x' should be {count}. "
            f"But the actual ndim was {len(x.shape) - 2}: x has shape {tuple(x.shape)}"
        )


def as_tuple(value: Any, ndim: int) -> tuple[int, ...]:
    """A number repeated for every axis, or a sequence with one number an axis.

    Raises:
        WrongValue: the sequence has another length.
    """
    if isinstance(value, Sequence | numpy.ndarray):
        if len(value) != ndim:
            raise WrongValue(f"{tuple(value)} has {len(value)} entries, but there are {ndim} axes")
        return tuple(int(part) for part in value)
    return (int(value),) * ndim


def get_conv_outsize(size: int, k: int, s: int, p: int, cover_all: bool = False, d: int = 1) -> int:
    """How many windows fit along an axis.

    Args:
        size: length of the axis.
        k: length of the kernel.
        s: stride.
        p: zeros added at each end.
        cover_all: let a last window hang over the end, so that every element is in one.
        d: distance between the kernel's elements (dilation).
    """
    reach = k + (k - 1) * (d - 1)
    if cover_all:
        return (size + p * 2 - reach + s - 1) // s + 1
    return (size + p * 2 - reach) // s + 1


def get_deconv_outsize(size: int, k: int, s: int, p: int, cover_all: bool = False, d: int = 1) -> int:
    """The length from which `get_conv_outsize` gives `size`; the smallest one."""
    reach = k + (k - 1) * (d - 1)
    if cover_all:
        return s * (size - 1) + reach - s + 1 - 2 * p
    return s * (size - 1) + reach - 2 * p


def padded(x: Any, before: Sequence[int], after: Sequence[int], value: float = 0) -> Any:
    """`x` with `value` added at the ends of its axes behind the second; x itself if there is nothing to add."""
    if not any(before) and not any(after):
        return x
    xp = backend.get_array_module(x)
    shape = x.shape[:2] + tuple(
        p + length + q for p, length, q in zip(before, x.shape[2:], after, strict=True)
    )
    whole = xp.zeros(shape, x.dtype) if value == 0 else xp.full(shape, value, x.dtype)
    inner = tuple(slice(p, p + length) for p, length in zip(before, x.shape[2:], strict=True))
    whole[(slice(None), slice(None), *inner)] = x
    return whole


def windows_by_offset(
    kernel: Sequence[int], stride: Sequence[int], dilate: Sequence[int], out: Sequence[int]
) -> Sequence[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """For every element of the kernel: its index, and which elements of the image it meets."""
    return _windows_by_offset(tuple(kernel), tuple(stride), tuple(dilate), tuple(out))


@functools.lru_cache(256)  # the same few layers ask in every step
def _windows_by_offset(
    kernel: tuple[int, ...], stride: tuple[int, ...], dilate: tuple[int, ...], out: tuple[int, ...]
) -> list[tuple[tuple[int, ...], tuple[slice, ...]]]:
    along = [
        [slice(i * d, i * d + s * length, s) for i in range(k)]
        for k, s, d, length in zip(kernel, stride, dilate, out, strict=True)
    ]
    offsets = itertools.product(*map(range, kernel))
    return list(zip(offsets, itertools.product(*along), strict=True))


def im2col_nd(
    x: Any,
    kernel: Sequence[int],
    stride: Sequence[int],
    pad: Sequence[int],
    value: float = 0,
    cover_all: bool = False,
    dilate: Sequence[int] | None = None,
) -> Any:
    """All windows of `x`.

    Args:
        x: (n, c, *lengths).
        kernel, stride, pad, dilate: one number an axis.
        value: what the padding holds.
        cover_all: see `get_conv_outsize`.

    Returns:
        (n, c, *kernel, *out), C-ordered.

    Raises:
        WrongValue: there is another number of settings than of axes, or no window fits.
    """
    dilate = dilate or (1,) * len(kernel)
    lengths = x.shape[2:]
    if not len(lengths) == len(kernel) == len(stride) == len(pad) == len(dilate):
        raise WrongValue(
            f"im2col: x of shape {x.shape} has {len(lengths)} axes behind its channels, but the kernel is {kernel}, "
            f"the stride {stride}, the padding {pad} and the dilation {dilate}"
        )
    out = tuple(
        get_conv_outsize(size, k, s, p, cover_all, d)
        for size, k, s, p, d in zip(lengths, kernel, stride, pad, dilate, strict=True)
    )
    if min(out, default=1) < 1:
        raise WrongValue(
            f"im2col: the kernel {kernel} fits nowhere into x of shape {x.shape}, padded by {pad}"
        )
    over = [p + s - 1 if cover_all else p for p, s in zip(pad, stride, strict=True)]
    image = padded(x, pad, over, value)
    col = backend.get_array_module(x).empty((*x.shape[:2], *kernel, *out), x.dtype)
    every = (slice(None), slice(None))
    for offset, meets in windows_by_offset(kernel, stride, dilate, out):
        col[every + offset] = image[every + meets]
    return col


def col2im_nd(
    col: Any,
    stride: Sequence[int],
    pad: Sequence[int],
    lengths: Sequence[int],
    dilate: Sequence[int] | None = None,
) -> Any:
    """The reverse of `im2col_nd`: every window added where it was taken from.

    Args:
        col: (n, c, *kernel, *out).
        stride, pad, dilate: one number an axis.
        lengths: of the image.

    Returns:
        (n, c, *lengths).
    """
    ndim = len(stride)
    kernel, out = col.shape[2 : 2 + ndim], col.shape[2 + ndim :]
    dilate = dilate or (1,) * ndim
    whole = tuple(
        max(length + 2 * p, (k - 1) * d + s * n)
        for length, p, k, d, s, n in zip(lengths, pad, kernel, dilate, stride, out, strict=True)
    )
    image = backend.get_array_module(col).zeros(col.shape[:2] + whole, col.dtype)
    every = (slice(None), slice(None))
    for offset, meets in windows_by_offset(kernel, stride, dilate, out):
        image[every + meets] += col[every + offset]
    inner = tuple(slice(p, p + length) for p, length in zip(pad, lengths, strict=True))
    part = image[every + inner]
    return part if part.flags.c_contiguous else part.copy()


def im2col(
    img: Any,
    kh: int,
    kw: int,
    sy: int,
    sx: int,
    ph: int,
    pw: int,
    cover_all: bool = False,
    dy: int = 1,
    dx: int = 1,
    out_h: int | None = None,
    out_w: int | None = None,
) -> Any:
    """`im2col_nd` for images (n, c, h, w), padded with zeros."""
    return im2col_nd(img, (kh, kw), (sy, sx), (ph, pw), 0, cover_all, (dy, dx))


def im2col_cpu(
    img: Any,
    kh: int,
    kw: int,
    sy: int,
    sx: int,
    ph: int,
    pw: int,
    pval: float = 0,
    cover_all: bool = False,
    dy: int = 1,
    dx: int = 1,
    out_h: int | None = None,
    out_w: int | None = None,
) -> Any:
    """`im2col_nd` for images (n, c, h, w), padded with `pval`."""
    return im2col_nd(img, (kh, kw), (sy, sx), (ph, pw), pval, cover_all, (dy, dx))


def col2im(col: Any, sy: int, sx: int, ph: int, pw: int, h: int, w: int, dy: int = 1, dx: int = 1) -> Any:
    """`col2im_nd` for images (n, c, h, w)."""
    return col2im_nd(col, (sy, sx), (ph, pw), (h, w), (dy, dx))


im2col_gpu = im2col
col2im_cpu = col2im_gpu = col2im
