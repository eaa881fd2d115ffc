"""Crops of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import backend

__all__ = ["oversample"]


def oversample(images: Any, crop_dims: Sequence[int]) -> Any:
    """The four corners and the middle of each image, and their mirror images.

    Args:
        images: (n, channels, h, w), or a list of images (channels, h, w).
        crop_dims: height and width of a crop.

    Returns:
        (10 n, channels, height, width): for each image upper left, upper right, lower left, lower right, middle, then
        the same mirrored.

    Raises:
        ValueError: an image is smaller than the crop.
    """
    height, width = crop_dims
    crops = []
    for image in images:
        down, right = image.shape[1] - height, image.shape[2] - width
        if down < 0 or right < 0:
            raise ValueError(
                f"oversample: an image of {image.shape[1]} x {image.shape[2]} has no crop of {height} x {width}"
            )
        corners = [(0, 0), (0, right), (down, 0), (down, right), (down // 2, right // 2)]
        five = [image[:, y : y + height, x : x + width] for y, x in corners]
        crops += five + [crop[:, :, ::-1] for crop in five]
    return backend.get_array_module(images[0]).stack(crops)
