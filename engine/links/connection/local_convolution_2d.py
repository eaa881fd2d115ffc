"""A convolution layer with other weights at every place."""

from __future__ import annotations

from typing import Any

from ...functions.connection.local_convolution_2d import local_convolution_2d
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter
from ...utils.conv import as_tuple, get_conv_outsize

__all__ = ["LocalConvolution2D"]


class LocalConvolution2D(Link):
    """Images (n, in_channels, h, w) to (n, out_channels, ...), with a filter of its own at each place.

    Args:
        in_channels: channels of the input; None: seen at the first call.
        out_channels: how many filters each place has.
        in_size: height and width of the input, a number or a pair; None: seen at the first call.
        ksize: height and width of a filter, a number or a pair.
        stride: a number, or a pair.
        nobias: whether to do without `b`.
        initialW, initial_bias: fill `W` and `b`; by default LeCun's normal and zeros.

    Attributes:
        W: Parameter of shape (out_channels, out_h, out_w, in_channels, kh, kw).
        b: Parameter of shape (out_channels, out_h, out_w), or None.

    Raises:
        TypeError: there is no ksize.
    """

    def __init__(
        self,
        in_channels: int | None,
        out_channels: int,
        in_size: Any = None,
        ksize: Any = None,
        stride: Any = 1,
        nobias: bool = False,
        initialW: Any = None,
        initial_bias: Any = None,
    ) -> None:
        if ksize is None:
            raise TypeError("LocalConvolution2D: ksize is missing: the height and width of a filter")
        super().__init__()
        self.ksize = ksize
        self.stride = as_tuple(stride, 2)
        self.nobias = nobias
        self.out_channels = out_channels
        with self.init_scope():
            self.W = Parameter(get_initializer(initialW))
            self.b = (
                None if nobias else Parameter(get_initializer(0 if initial_bias is None else initial_bias))
            )
            if in_channels is not None and in_size is not None:
                self._initialize_params(in_channels, as_tuple(in_size, 2))

    def _initialize_params(self, in_channels: int, in_size: tuple[int, ...]) -> None:
        kernel = as_tuple(self.ksize, 2)
        out = [
            get_conv_outsize(size, k, s, 0) for size, k, s in zip(in_size, kernel, self.stride, strict=True)
        ]
        self.W.initialize((self.out_channels, *out, in_channels, *kernel))
        if self.b is not None:
            self.b.initialize((self.out_channels, *out))

    def forward(self, x: Any) -> Any:
        """Apply the layer to x of shape (n, in_channels, h, w)."""
        if self.W._data is None:
            self._initialize_params(x.shape[1], tuple(x.shape[2:]))
        return local_convolution_2d(x, self.W, self.b, self.stride)
