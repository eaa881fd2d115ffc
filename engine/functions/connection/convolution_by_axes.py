"""Convolution and its transpose for a fixed number of axes."""

from __future__ import annotations

from typing import Any

from ...utils.arguments import DETERMINISTIC_REMOVED, parse_kwargs
from ...utils.conv import require_spatial_axes
from ...utils.type_check import require_equal
from ...variable import as_variable
from .convolution import convolution_nd, deconvolution_nd

__all__ = [
    "convolution_1d",
    "convolution_2d",
    "convolution_3d",
    "deconvolution_1d",
    "deconvolution_2d",
    "deconvolution_3d",
]


def convolution_1d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    pad: Any = 0,
    cover_all: bool = False,
    dilate: Any = 1,
    groups: int = 1,
) -> Any:
    """`convolution_nd` for x of shape (n, c, length)."""
    require_spatial_axes(x, 1)
    return convolution_nd(x, W, b, stride, pad, cover_all, dilate, groups)


def convolution_2d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    pad: Any = 0,
    cover_all: bool = False,
    *,
    dilate: Any = 1,
    groups: int = 1,
    **kwargs: Any,
) -> Any:
    """`convolution_nd` for images x of shape (n, c, h, w)."""
    parse_kwargs(kwargs, deterministic=DETERMINISTIC_REMOVED)
    x = as_variable(x)
    require_equal("x.ndim", len(x.shape), "4", 4)
    return convolution_nd(x, W, b, stride, pad, cover_all, dilate, groups)


def convolution_3d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    pad: Any = 0,
    cover_all: bool = False,
    dilate: Any = 1,
    groups: int = 1,
) -> Any:
    """`convolution_nd` for x of shape (n, c, depth, h, w)."""
    require_spatial_axes(x, 3)
    return convolution_nd(x, W, b, stride, pad, cover_all, dilate, groups)


def deconvolution_1d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    pad: Any = 0,
    outsize: Any = None,
    dilate: Any = 1,
    groups: int = 1,
) -> Any:
    """`deconvolution_nd` for x of shape (n, c, length)."""
    require_spatial_axes(x, 1)
    return deconvolution_nd(x, W, b, stride, pad, outsize, dilate, groups)


def deconvolution_2d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    pad: Any = 0,
    outsize: Any = None,
    *,
    dilate: Any = 1,
    groups: int = 1,
    **kwargs: Any,
) -> Any:
    """`deconvolution_nd` for images x of shape (n, c, h, w)."""
    parse_kwargs(kwargs, deterministic=DETERMINISTIC_REMOVED)
    x = as_variable(x)
    require_equal("x.ndim", len(x.shape), "4", 4)
    return deconvolution_nd(x, W, b, stride, pad, outsize, dilate, groups)


def deconvolution_3d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    pad: Any = 0,
    outsize: Any = None,
    dilate: Any = 1,
    groups: int = 1,
) -> Any:
    """`deconvolution_nd` for x of shape (n, c, depth, h, w)."""
    require_spatial_axes(x, 3)
    return deconvolution_nd(x, W, b, stride, pad, outsize, dilate, groups)
