"""upsampling_2d: an image put back to where a max pooling took it from."""

from __future__ import annotations

from typing import Any

from ...utils.conv import as_tuple
from ...utils.type_check import require_equal, require_float
from ...variable import as_variable
from .max_pooling import ToLargest
from .windows import PoolWindow

__all__ = ["upsampling_2d"]


def upsampling_2d(
    x: Any,
    indexes: Any,
    ksize: Any,
    stride: Any = None,
    pad: Any = 0,
    outsize: Any = None,
    cover_all: bool = True,
) -> Any:
    """Zeros, with each x at the element that was the largest of its window in a max pooling.

    Args:
        x: variable or array (n, c, h, w), float.
        indexes: integers of x's shape, from `max_pooling_2d` with `return_indices`.
        ksize, stride, pad, cover_all: of that pooling.
        outsize: lengths of the result; by default the smallest that fit.

    Returns:
        Variable (n, c, *outsize).

    Raises:
        InvalidType: x holds no floats, or the shapes don't fit together.
    """
    x = as_variable(x)
    require_float("x", x)
    require_equal("x.ndim", len(x.shape), "4", 4)
    require_equal("indexes.shape", indexes.shape, "x.shape", x.shape)
    window = PoolWindow.of(2, ksize, stride, pad, cover_all)
    lengths = window.least_lengths(x.shape) if outsize is None else as_tuple(outsize, 2)
    shape = (*x.shape[:2], *lengths)
    require_equal("x.shape[2:]", x.shape[2:], "windows over outsize", window.out(shape)[2:])
    return ToLargest(window, indexes, shape).apply((x,))[0]
