"""Convolution layers for any number of axes, and for one, two and three of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...functions.connection.convolution import convolution_nd
from ...functions.connection.convolution_by_axes import convolution_1d, convolution_2d, convolution_3d
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter
from ...utils.arguments import DETERMINISTIC_REMOVED, parse_kwargs
from ...utils.conv import as_tuple
from ...variable import as_variable

__all__ = ["Convolution1D", "Convolution2D", "Convolution3D", "ConvolutionND"]


class ConvolutionND(Link):
    """Filters that slide over all axes behind the second: `y = W * x + b`.

    Args:
        ndim: how many axes the filters slide over.
        in_channels: channels of the input; None: seen at the first call. Without `ksize`, the arguments are taken for
            `out_channels` and `ksize`.
        out_channels: channels of the output.
        ksize: lengths of the filters: a number for all axes, or one an axis.
        stride, pad, dilate: likewise.
        nobias: whether to do without `b`.
        initialW: fills `W`; an initializer, a number or an array; by default LeCun's normal.
        initial_bias: fills `b`, likewise; by default zeros.
        cover_all: let the last windows hang over the end, so that every element is in one.
        groups: the channels are split into so many parts that don't mix.

    Attributes:
        W: Parameter of shape (out_channels, in_channels / groups, *ksize).
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
        initialW: Any = None,
        initial_bias: Any = None,
        cover_all: bool = False,
        dilate: Any = 1,
        groups: int = 1,
    ) -> None:
        super().__init__()
        if ksize is None:
            in_channels, out_channels, ksize = None, in_channels, out_channels
        self.ndim = ndim
        self.in_channels = in_channels
        self.out_channels: Any = out_channels
        self.ksize: Any = as_tuple(ksize, ndim)
        self.stride = stride
        self.pad = pad
        self.dilate = as_tuple(dilate, ndim)
        self.cover_all = cover_all
        self.groups = int(groups)
        with self.init_scope():
            self.W = Parameter(get_initializer(initialW))
            if in_channels is not None:
                self._initialize_params(in_channels)
            if nobias:
                self.b = None
            else:
                self.b = Parameter(get_initializer(0 if initial_bias is None else initial_bias), out_channels)

    @classmethod
    def from_params(
        cls, W: Any, b: Any = None, stride: Any = 1, pad: Any = 0, nobias: bool = False, **settings: Any
    ) -> Any:
        """A layer with these weights.

        Args:
            W: array or variable of the shape that the attribute `W` has.
            b: array or variable of shape (out_channels,), or None.
            stride, pad, nobias, settings: as for the class.
        """
        W, b = (getattr(value, "array", value) for value in (W, b))
        groups = settings.get("groups", 1)
        axes = (W.ndim - 2,) if cls is ConvolutionND else ()
        make: Any = cls
        link = make(
            *axes,
            W.shape[1] * groups,
            W.shape[0],
            W.shape[2:],
            stride,
            pad,
            nobias or b is None,
            initialW=W,
            initial_bias=b,
            **settings,
        )
        link.W.array = W
        if link.b is not None:
            link.b.array = b
        return link

    def _initialize_params(self, in_channels: int) -> None:
        for what, channels in (("input", in_channels), ("output", self.out_channels)):
            if channels % self.groups:
                raise ValueError(
                    f"the number of {what} channels must be divisible by that of groups, "
                    f"but there are {channels} and {self.groups}"
                )
        self.W.initialize((self.out_channels, in_channels // self.groups, *as_tuple(self.ksize, self.ndim)))

    def forward(self, x: Any) -> Any:
        """Apply the layer to x of shape (n, in_channels, *lengths)."""
        if self.W._data is None:
            self._initialize_params(x.shape[1])
        return convolution_nd(
            x, self.W, self.b, self.stride, self.pad, self.cover_all, self.dilate, self.groups
        )


class Convolution1D(ConvolutionND):
    """`ConvolutionND` for x of shape (n, in_channels, length)."""

    def __init__(
        self, in_channels: int | None, out_channels: int, ksize: Any, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(1, in_channels, out_channels, ksize, *args, **kwargs)

    def forward(self, x: Any) -> Any:
        """Apply the layer."""
        if self.W._data is None:
            self._initialize_params(x.shape[1])
        return convolution_1d(
            x, self.W, self.b, self.stride, self.pad, self.cover_all, self.dilate, self.groups
        )


class Convolution2D(ConvolutionND):
    """`ConvolutionND` for images x of shape (n, in_channels, h, w).

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
            initialW,
            initial_bias,
            dilate=dilate,
            groups=groups,
        )
        self.ksize = out_channels if ksize is None else ksize
        self.stride = as_tuple(stride, 2)
        self.pad = as_tuple(pad, 2)

    def forward(self, x: Any) -> Any:
        """Apply the layer."""
        x = as_variable(x)
        if self.W._data is None:
            self._initialize_params(x.shape[1])
        return convolution_2d(
            x, self.W, self.b, self.stride, self.pad, dilate=self.dilate, groups=self.groups
        )

    @property
    def printable_specs(self) -> Iterator[tuple[str, Any]]:
        for name in ("in_channels", "out_channels", "ksize", "stride", "pad"):
            yield name, getattr(self, name)
        yield "nobias", self.b is None
        yield "dilate", self.dilate
        yield "groups", self.groups


class Convolution3D(ConvolutionND):
    """`ConvolutionND` for x of shape (n, in_channels, depth, h, w)."""

    def __init__(
        self, in_channels: int | None, out_channels: int, ksize: Any, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(3, in_channels, out_channels, ksize, *args, **kwargs)

    def forward(self, x: Any) -> Any:
        """Apply the layer."""
        if self.W._data is None:
            self._initialize_params(x.shape[1])
        return convolution_3d(
            x, self.W, self.b, self.stride, self.pad, self.cover_all, self.dilate, self.groups
        )
