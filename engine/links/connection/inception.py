"""The inception module of GoogLeNet."""

from __future__ import annotations

from typing import Any

from ...functions.activation.relu import relu
from ...functions.array.concat import concat
from ...functions.pooling.max_pooling import max_pooling_2d
from ...link import Chain
from .convolution_nd import Convolution2D

__all__ = ["Inception"]


class Inception(Chain):
    """Filters of 1x1, 3x3 and 5x5 and a max pooling side by side; their channels are put together.

    Args:
        in_channels: channels of the input; None: seen at the first call.
        out1: channels that the 1x1 filters make.
        proj3, out3: to how many channels the input is reduced before the 3x3 filters, and how many these make.
        proj5, out5: likewise for 5x5.
        proj_pool: to how many channels the pooled input is brought.
        conv_init, bias_init: fill all filters and biases.

    Reference: Szegedy et al. 2015.
    """

    def __init__(
        self,
        in_channels: int | None,
        out1: int,
        proj3: int,
        out3: int,
        proj5: int,
        out5: int,
        proj_pool: int,
        conv_init: Any = None,
        bias_init: Any = None,
    ) -> None:
        super().__init__()
        filling = {"initialW": conv_init, "initial_bias": bias_init}
        with self.init_scope():
            self.conv1 = Convolution2D(in_channels, out1, 1, **filling)
            self.proj3 = Convolution2D(in_channels, proj3, 1, **filling)
            self.conv3 = Convolution2D(proj3, out3, 3, pad=1, **filling)
            self.proj5 = Convolution2D(in_channels, proj5, 1, **filling)
            self.conv5 = Convolution2D(proj5, out5, 5, pad=2, **filling)
            self.projp = Convolution2D(in_channels, proj_pool, 1, **filling)

    def forward(self, x: Any) -> Any:
        """Apply it to images x (n, in_channels, h, w); gives (n, out1 + out3 + out5 + proj_pool, h, w)."""
        out1 = self.conv1(x)
        out3 = self.conv3(relu(self.proj3(x)))
        out5 = self.conv5(relu(self.proj5(x)))
        pooled = self.projp(max_pooling_2d(x, 3, stride=1, pad=1))
        return relu(concat((out1, out3, out5, pooled), axis=1))
