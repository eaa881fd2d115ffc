"""A convolution layer that finds out by itself where to look."""

from __future__ import annotations

from typing import Any

from ...functions.connection.deformable_convolution_2d_sampler import deformable_convolution_2d_sampler
from ...initializers import get_initializer
from ...link import Chain, Link
from ...parameter import Parameter
from ...utils.conv import as_tuple
from .convolution_nd import Convolution2D

__all__ = ["DeformableConvolution2D", "DeformableConvolution2DSampler"]


class DeformableConvolution2D(Chain):
    """A convolution whose windows are bent by offsets, which another convolution computes.

    Args:
        in_channels: channels of the input; None: seen at the first call.
        out_channels: channels of the output.
        ksize, stride, pad: a number for both axes, or a pair.
        offset_nobias, offset_initialW, offset_initial_bias: of the convolution that computes the offsets; by default
            LeCun's normal and zeros.
        deform_nobias, deform_initialW, deform_initial_bias: of the convolution itself; by default, as in Chainer,
            zeros, also for the weights: give an initializer, such as `initializers.LeCunNormal()`.

    Attributes:
        offset_conv, deform_conv: the two layers.

    Reference: Dai et al. 2017, Deformable Convolutional Networks.
    """

    def __init__(
        self,
        in_channels: int | None,
        out_channels: int,
        ksize: Any,
        stride: Any = 1,
        pad: Any = 0,
        offset_nobias: bool = False,
        offset_initialW: Any = None,
        offset_initial_bias: Any = None,
        deform_nobias: bool = False,
        deform_initialW: Any = None,
        deform_initial_bias: Any = None,
    ) -> None:
        super().__init__()
        kh, kw = as_tuple(ksize, 2)
        with self.init_scope():
            self.offset_conv = Convolution2D(
                in_channels,
                2 * kh * kw,
                ksize,
                stride,
                pad,
                offset_nobias,
                offset_initialW,
                offset_initial_bias,
            )
            self.deform_conv = DeformableConvolution2DSampler(
                in_channels,
                out_channels,
                ksize,
                stride,
                pad,
                deform_nobias,
                deform_initialW,
                deform_initial_bias,
            )

    def forward(self, x: Any) -> Any:
        """Apply the layer to x of shape (n, in_channels, h, w)."""
        return self.deform_conv(x, self.offset_conv(x))


class DeformableConvolution2DSampler(Link):
    """The part of `DeformableConvolution2D` that is given the offsets.

    Attributes:
        W: Parameter of shape (out_channels, in_channels, kh, kw).
        b: Parameter of shape (out_channels,), or None.
    """

    def __init__(
        self,
        in_channels: int | None,
        out_channels: int,
        ksize: Any,
        stride: Any = 1,
        pad: Any = 0,
        nobias: bool = False,
        initialW: Any = None,
        initial_bias: Any = None,
    ) -> None:
        super().__init__()
        self.ksize = ksize
        self.stride = as_tuple(stride, 2)
        self.pad = as_tuple(pad, 2)
        self.out_channels = out_channels
        self.initialW = initialW
        with self.init_scope():
            self.W = Parameter(get_initializer(0 if initialW is None else initialW))
            if in_channels is not None:
                self._initialize_params(in_channels)
            self.b = (
                None
                if nobias
                else Parameter(get_initializer(0 if initial_bias is None else initial_bias), out_channels)
            )

    def _initialize_params(self, in_channels: int) -> None:
        self.W.initialize((self.out_channels, in_channels, *as_tuple(self.ksize, 2)))

    def forward(self, x: Any, offset: Any) -> Any:
        """Apply the layer to x (n, in_channels, h, w), with offsets (n, 2 kh kw, out_h, out_w)."""
        if self.W._data is None:
            self._initialize_params(x.shape[1])
        return deformable_convolution_2d_sampler(x, offset, self.W, self.b, self.stride, self.pad)
