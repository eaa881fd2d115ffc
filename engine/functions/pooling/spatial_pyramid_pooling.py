"""spatial_pyramid_pooling_2d: images of any size brought to vectors of one length."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require_equal
from ..array.concat import concat
from ..array.reshape import reshape
from .max_pooling import max_pooling_2d

__all__ = ["spatial_pyramid_pooling_2d"]


def spatial_pyramid_pooling_2d(x: Any, pyramid_height: int, pooling: str | None = None) -> Any:
    """Max poolings of 1x1, 2x2, 4x4 ... windows over the whole image, as channels.

    Args:
        x: variable or array (n, c, h, w), float.
        pyramid_height: how many poolings.
        pooling: `max`.

    Returns:
        Variable (n, c * (4 ** pyramid_height - 1) / 3, 1, 1).

    Raises:
        ValueError: another `pooling`.
        InvalidType: x is no batch of images.

    Reference: He et al. 2014.
    """
    if pooling != "max":
        raise ValueError(f"Unsupported pooling operation: {pooling!r}; only 'max' is known")
    require_equal("x.ndim", len(x.shape), "4", 4)
    n, _, *lengths = x.shape
    levels = []
    for level in range(pyramid_height):
        bins = 2**level
        # Windows of one size that cover the image; what hangs over is padding, half of it at the beginning.
        kernel = tuple(-(-length // bins) for length in lengths)
        pad = tuple((bins * k - length) // 2 for k, length in zip(kernel, lengths, strict=True))
        pooled = max_pooling_2d(x, kernel, kernel, pad, cover_all=True)
        levels.append(reshape(pooled, (n, -1, 1, 1)))
    return concat(levels, axis=1)
