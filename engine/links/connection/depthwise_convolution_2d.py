"""A convolution layer that filters each channel on its own."""

from __future__ import annotations

from typing import Any

from ...functions.connection.depthwise_convolution_2d import depthwise_convolution_2d
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter
from ...utils.conv import as_tuple

__all__ = ["DepthwiseConvolution2D"]


class DepthwiseConvolution2D(Link):
    """Each channel of images (n, in_channels, h, w) gets `channel_multiplier` filters of its own.

    Args:
        in_channels: channels of the input; None: seen at the first call.
        channel_multiplier: how many output channels an input channel makes.
        ksize, stride, pad: a number for both axes, or one an axis.
        nobias: whether to do without `b`.
        initialW, initial_bias: fill `W` and `b`; by default LeCun's normal and zeros.

    Attributes:
        W: Parameter of shape (channel_multiplier, in_channels, *ksize).
        b: Parameter of shape (channel_multiplier * in_channels,), or None.
    """

    def __init__(
        self,
        in_channels: int | None,
        channel_multiplier: int,
        ksize: Any,
        stride: Any = 1,
        pad: Any = 0,
        nobias: bool = False,
        initialW: Any = None,
        initial_bias: Any = None,
    ) -> None:
        super().__init__()
        self.channel_multiplier = channel_multiplier
        self.ksize = ksize
        self.stride = as_tuple(stride, 2)
        self.pad = as_tuple(pad, 2)
        self.nobias = nobias
        with self.init_scope():
            self.W = Parameter(get_initializer(initialW))
            self.b = (
                None if nobias else Parameter(get_initializer(0 if initial_bias is None else initial_bias))
            )
            if in_channels is not None:
                self._initialize_params(in_channels)

    def _initialize_params(self, in_channels: int) -> None:
        self.W.initialize((self.channel_multiplier, in_channels, *as_tuple(self.ksize, 2)))
        if self.b is not None:
            self.b.initialize(self.channel_multiplier * in_channels)

    def forward(self, x: Any) -> Any:
        """Apply the layer to x of shape (n, in_channels, h, w)."""
        if self.W._data is None:
            self._initialize_params(x.shape[1])
        return depthwise_convolution_2d(x, self.W, self.b, self.stride, self.pad)
