"""Transposed convolution layers for any number of axes, and for one, two and three of them."""

from __future__ import annotations

from typing import Any

from ...functions.connection.convolution import deconvolution_nd
from ...functions.connection.convolution_by_axes import deconvolution_1d, deconvolution_2d, deconvolution_3d
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter
from ...utils.arguments import DETERMINISTIC_REMOVED, parse_kwargs
from ...utils.conv import as_tuple

__all__ = ["Deconvolution1D", "Deconvolution2D", "Deconvolution3D", "DeconvolutionND"]


class DeconvolutionND(Link):
    """The transpose of a convolution over all axes behind the second.

    Args:
        ndim: how many axes the filters slide over.
        in_channels: channels of the input; None: seen at the first call. Without `ksize`, the arguments are taken for
            `out_channels` and `ksize`.
        out_channels: channels of the output.
        ksize: lengths of the filters: a number for all axes, or one an axis.
        stride, pad, dilate: likewise, of the convolution whose transpose this is.
        nobias: whether to do without `b`.
        outsize: lengths of the output; by default the smallest that fit.
        initialW: fills `W`; an initializer, a number or an array; by default LeCun's normal.
        initial_bias: fills `b`, likewise; by default zeros.
        groups: the channels are split into so many parts that don't mix.

    Attributes:
        W: Parameter of shape (in_channels, out_channels / groups, *ksize).
        b: Parameter of shape (out_channels,), or None.
    """

    def __init__(
        self,
        ndim: int,
        in_channels: int | None,
        out_channels: int | None,
        ksize: Any = None,
        stride: Any = 1,
        pad: Any = 0,
        nobias: bool = False,
        outsize: Any = None,
        initialW: Any = None,
        initial_bias: Any = None,
        dilate: Any = 1,
        groups: int = 1,
    ) -> None:
        super().__init__()
        if ksize is None:
            in_channels, out_channels, ksize = None, in_channels, out_channels
        self.ndim = ndim
        self.out_channels: Any = out_channels
        self.ksize: Any = as_tuple(ksize, ndim)
        self.stride = stride
        self.pad = pad
        self.dilate = as_tuple(dilate, ndim)
        self.outsize = outsize
        self.groups = int(groups)
        with self.init_scope():
            self.W = Parameter(get_initializer(initialW))
            if in_channels is not None:
                self._initialize_params(in_channels)
            if nobias:
                self.b = None
            else:
                self.b = Parameter(get_initializer(0 if initial_bias is None else initial_bias), out_channels)

    def _initialize_params(self, in_channels: int) -> None:
        for what, channels in (("input", in_channels), ("output", self.out_channels)):
            if channels % self.groups:
                raise ValueError(
                    f"the number of {what} channels must be divisible by that of groups, "
                    f"but there are {channels} and {self.groups}"
                )
        self.W.initialize((in_channels, self.out_channels // self.groups, *as_tuple(self.ksize, self.ndim)))

    def forward(self, x: Any) -> Any:
        """Apply the layer to x of shape (n, in_channels, *lengths)."""
        if self.W._data is None:
            self._initialize_params(x.shape[1])
        return self._apply(deconvolution_nd, x)

    def _apply(self, function: Any, x: Any) -> Any:
        return function(
            x, self.W, self.b, self.stride, self.pad, self.outsize, dilate=self.dilate, groups=self.groups
        )


class Deconvolution1D(DeconvolutionND):
    """`DeconvolutionND` for x of shape (n, in_channels, length)."""

    def __init__(
        self, in_channels: int | None, out_channels: int, ksize: Any, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(1, in_channels, out_channels, ksize, *args, **kwargs)

    def _apply(self, function: Any, x: Any) -> Any:
        return super()._apply(deconvolution_1d, x)


class Deconvolution2D(DeconvolutionND):
    """`DeconvolutionND` for images x of shape (n, in_channels, h, w).

    Without `ksize`, the first two arguments are `out_channels` and `ksize`, and the input's channels are seen at the
    first call.
    """

    def __init__(
        self,
        in_channels: int | None,
        out_channels: int,
        ksize: Any = None,
        stride: Any = 1,
        pad: Any = 0,
        nobias: bool = False,
        outsize: Any = None,
        initialW: Any = None,
        initial_bias: Any = None,
        **kwargs: Any,
    ) -> None:
        dilate, groups = parse_kwargs(
            kwargs, ("dilate", 1), ("groups", 1), deterministic=DETERMINISTIC_REMOVED
        )
        super().__init__(
            2,
            in_channels,
            out_channels,
            ksize,
            stride,
            pad,
            nobias,
            outsize,
            initialW,
            initial_bias,
            dilate,
            groups,
        )
        self.ksize = out_channels if ksize is None else ksize
        self.stride = as_tuple(stride, 2)
        self.pad = as_tuple(pad, 2)
        self.outsize = (None, None) if outsize is None else as_tuple(outsize, 2)

    def _apply(self, function: Any, x: Any) -> Any:
        outsize = None if self.outsize == (None, None) else self.outsize
        return deconvolution_2d(
            x, self.W, self.b, self.stride, self.pad, outsize, dilate=self.dilate, groups=self.groups
        )


class Deconvolution3D(DeconvolutionND):
    """`DeconvolutionND` for x of shape (n, in_channels, depth, h, w)."""

    def __init__(
        self, in_channels: int | None, out_channels: int, ksize: Any, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(3, in_channels, out_channels, ksize, *args, **kwargs)

    def _apply(self, function: Any, x: Any) -> Any:
        return super()._apply(deconvolution_3d, x)
