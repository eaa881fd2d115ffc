"""The layer of Network in Network: a small perceptron that slides over the image."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from ...errors import WrongValue
from ...functions.activation.relu import relu
from ...link import ChainList
from ...utils.arguments import parse_kwargs
from .convolution_nd import Convolution2D

__all__ = ["MLPConvolution2D"]


class MLPConvolution2D(ChainList):
    """A convolution, and 1x1 convolutions on top of it.

    Args:
        in_channels: channels of the input; None: seen at the first call. Without `ksize`, the first two arguments are
            `out_channels` and `ksize`.
        out_channels: channels that each layer makes.
        ksize, stride, pad: of the first layer.
        activation: what stands between the layers; nothing follows the last one.
        conv_init, bias_init: fill all filters and biases.

    Reference: Lin et al. 2014.
    """

    def __init__(
        self,
        in_channels: Any,
        out_channels: Any,
        ksize: Any = None,
        stride: Any = 1,
        pad: Any = 0,
        activation: Callable[[Any], Any] = relu,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        conv_init, bias_init = parse_kwargs(
            kwargs,
            ("conv_init", None),
            ("bias_init", None),
            wscale="wscale is not supported anymore. Use conv_init and bias_init argument to change the scale of "
            "initial parameters.",
        )
        super().__init__()
        if ksize is None:
            in_channels, out_channels, ksize = None, in_channels, out_channels
        sizes: Sequence[int] = out_channels
        if not sizes:
            raise WrongValue("MLPConvolution2D: out_channels must name at least one layer's channels")
        self.activation = activation
        filling = {"initialW": conv_init, "initial_bias": bias_init}
        self.add_link(Convolution2D(in_channels, sizes[0], ksize, stride, pad, **filling))
        for channels, out in itertools.pairwise(sizes):
            self.add_link(Convolution2D(channels, out, 1, **filling))

    def forward(self, x: Any) -> Any:
        """Apply the layers to images x (n, in_channels, h, w)."""
        *layers, last = self.children()
        for layer in layers:
            x = self.activation(layer(x))
        return last(x)
