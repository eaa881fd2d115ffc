"""dilated_convolution_2d: a convolution whose filters have gaps, under its older name."""

from __future__ import annotations

from typing import Any

from .convolution_by_axes import convolution_2d

__all__ = ["dilated_convolution_2d"]


def dilated_convolution_2d(
    x: Any, W: Any, b: Any = None, stride: Any = 1, pad: Any = 0, dilate: Any = 1, cover_all: bool = False
) -> Any:
    """`convolution_2d` with the elements of its filters `dilate` apart."""
    return convolution_2d(x, W, b, stride, pad, cover_all, dilate=dilate)
