"""A convolution layer whose filters have gaps; `Convolution2D` with `dilate` does the same."""

from __future__ import annotations

from typing import Any

from ...functions.connection.dilated_convolution_2d import dilated_convolution_2d
from .convolution_nd import Convolution2D

__all__ = ["DilatedConvolution2D"]


class DilatedConvolution2D(Convolution2D):
    """Filters over images (n, in_channels, h, w) whose elements are `dilate` apart.

    Args:
        in_channels, out_channels, ksize, stride, pad, nobias, initialW, initial_bias: as for `Convolution2D`.
        dilate: distance between a filter's elements: a number, or one an axis.
    """

    def __init__(
        self,
        in_channels: int | None,
        out_channels: int,
        ksize: Any = None,
        stride: Any = 1,
        pad: Any = 0,
        dilate: Any = 1,
        nobias: bool = False,
        initialW: Any = None,
        initial_bias: Any = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, ksize, stride, pad, nobias, initialW, initial_bias, dilate=dilate
        )

    def forward(self, x: Any) -> Any:
        """Apply the layer."""
        if self.W._data is None:
            self._initialize_params(x.shape[1])
        return dilated_convolution_2d(x, self.W, self.b, self.stride, self.pad, self.dilate)
