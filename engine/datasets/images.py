"""What the datasets of small images share: from bytes to what a script asked for."""

from __future__ import annotations

from typing import Any

import numpy

from ..dtypes import get_dtype
from .tuple_dataset import TupleDataset

__all__ = ["as_dataset"]


def as_dataset(
    images: numpy.ndarray,
    labels: numpy.ndarray,
    withlabel: bool,
    ndim: int,
    scale: float,
    dtype: Any,
    label_dtype: Any,
    rgb_format: bool = False,
) -> Any:
    """Square gray images (n, pixels) of bytes as floats from 0 to `scale`, with their labels if asked for.

    Raises:
        ValueError: ndim is not 1, 2 or 3.
    """
    side = round(images.shape[1] ** 0.5)
    if ndim == 2:
        images = images.reshape(-1, side, side)
    elif ndim == 3:
        images = images.reshape(-1, 1, side, side)
        if rgb_format:
            images = numpy.broadcast_to(images, (len(images), 3, side, side)).copy()
    elif ndim != 1:
        raise ValueError(f"invalid ndim for images: {ndim}; it must be 1, 2 or 3")
    scaled = images.astype(get_dtype(dtype))
    scaled *= scale / 255.0
    return TupleDataset(scaled, labels.astype(label_dtype)) if withlabel else scaled
