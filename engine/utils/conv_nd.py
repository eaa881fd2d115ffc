"""Windows of arrays with any number of axes, by Chainer's names; `conv` does the work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import conv
from .conv import as_tuple

__all__ = [
    "as_tuple",
    "col2im_nd",
    "col2im_nd_cpu",
    "col2im_nd_gpu",
    "im2col_nd",
    "im2col_nd_cpu",
    "im2col_nd_gpu",
]


def im2col_nd_cpu(
    img: Any,
    ksize: Sequence[int],
    stride: Sequence[int],
    pad: Sequence[int],
    pval: float = 0,
    cover_all: bool = False,
    dilate: int | Sequence[int] = 1,
) -> Any:
    """All windows of an array (n, c, *lengths): (n, c, *ksize, *out).

    Args:
        img: the array.
        ksize, stride, pad, dilate: one number an axis.
        pval: what the padding holds.
        cover_all: see `conv.get_conv_outsize`.
    """
    return conv.im2col_nd(img, ksize, stride, pad, pval, cover_all, as_tuple(dilate, len(ksize)))


def im2col_nd(
    img: Any,
    ksize: Sequence[int],
    stride: Sequence[int],
    pad: Sequence[int],
    cover_all: bool = False,
    dilate: int | Sequence[int] = 1,
) -> Any:
    """`im2col_nd_cpu` with zeros as padding."""
    return im2col_nd_cpu(img, ksize, stride, pad, 0, cover_all, dilate)


def col2im_nd(
    col: Any,
    stride: Sequence[int],
    pad: Sequence[int],
    dims: Sequence[int],
    dilate: int | Sequence[int] = 1,
) -> Any:
    """The reverse of `im2col_nd`: windows added where they were taken from, (n, c, *dims)."""
    return conv.col2im_nd(col, stride, pad, dims, as_tuple(dilate, len(stride)))


im2col_nd_gpu = im2col_nd
col2im_nd_cpu = col2im_nd_gpu = col2im_nd
