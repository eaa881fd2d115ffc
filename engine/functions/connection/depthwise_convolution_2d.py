"""depthwise_convolution_2d: a convolution in which channels don't mix."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require, require_equal
from ...variable import as_variable
from ..array.reshape import reshape
from ..array.transpose import transpose
from .convolution_by_axes import convolution_2d

__all__ = ["depthwise_convolution_2d"]


def depthwise_convolution_2d(x: Any, W: Any, b: Any = None, stride: Any = 1, pad: Any = 0) -> Any:
    """Filter each channel on its own: a `convolution_2d` with as many groups as channels.

    Args:
        x: variable or array (n, c, h, w), float.
        W: (multiplier, c, kh, kw).
        b: (multiplier * c,), or None.
        stride, pad: a number for both axes, or a pair.

    Returns:
        Variable (n, c * multiplier, out_h, out_w); the results of one channel are neighbours.

    Raises:
        InvalidType: the shapes don't fit together.
    """
    x = as_variable(x)
    require_equal("x.ndim", len(x.shape), "4", 4)
    require(len(W.shape) == 4 and W.shape[1] == x.shape[1], f"W.shape == (_, {x.shape[1]}, _, _)", W.shape)
    multiplier, channels, *kernel = W.shape
    filters = reshape(transpose(W, (1, 0, 2, 3)), (multiplier * channels, 1, *kernel))
    return convolution_2d(x, filters, b, stride, pad, groups=channels)
