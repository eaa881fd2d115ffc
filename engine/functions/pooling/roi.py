"""Regions of interest: what the ROI poolings share. Bins and sample points of a region, checks, and no ops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from .. import either
from ..array.get_item import scattered
from ..op import Op

__all__ = [
    "Regions",
    "Samples",
    "bins",
    "checked_outsize",
    "checked_sampling",
    "checked_scale",
    "chunks",
    "edges",
    "samples",
]

_CHUNK = 1 << 22  # numbers of copied images that one step holds at most


class Regions(NamedTuple):
    """Regions of images: for each its image, and its top, left, bottom and right in pixels of x; arrays (r,)."""

    image: Any
    top: Any
    left: Any
    bottom: Any
    right: Any

    @classmethod
    def of(cls, x: Any, rois: Any, indexes: Any, scale: float) -> Regions:
        """Regions (top, left, bottom, right), with the image of each in `indexes`.

        Raises:
            InvalidType: shapes or dtypes don't fit.
        """
        require_float("in_types[0]", x)
        require(x.ndim == 4, "in_types[0].ndim == 4", f"{x.ndim} != 4")
        require_equal("in_types[0].dtype", x.dtype, "in_types[1].dtype", rois.dtype)
        require(rois.ndim == 2, "in_types[1].ndim == 2", f"{rois.ndim} != 2")
        require_equal("in_types[1].shape[1]", rois.shape[1], "4", 4)
        require(indexes.dtype == numpy.int32, "in_types[2].dtype == int32", f"{indexes.dtype} != int32")
        require(indexes.ndim == 1, "in_types[2].ndim == 1", f"{indexes.ndim} != 1")
        require_equal("in_types[1].shape[0]", rois.shape[0], "in_types[2].shape[0]", indexes.shape[0])
        top, left, bottom, right = (rois[:, i] * scale for i in range(4))
        return cls(indexes, top, left, bottom, right)

    def rounded(self) -> Regions:
        """The same, to whole pixels."""
        xp = backend.get_array_module(self.top)
        return Regions(self.image, *(xp.rint(edge) for edge in self[1:]))


class _RoiMax(Op):
    """An op whose outputs are elements of x, or weighted sums of few of them; it remembers which."""

    x_roles: tuple[str, ...] = ("x", "rois", "roi_indices")
    y_roles = ("y",)
    terms: list[tuple[Any, Any]]
    """Weights (r, c, *outsize), and where in an image the elements are, likewise."""
    image: Any

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        n, c, height, width = self.inputs[0].shape  # type: ignore[index]
        xp = backend.get_array_module(self.image)
        channel = xp.arange(c).reshape(1, c, 1, 1)
        gx: Any = None
        for weight, place in self.terms:
            index = (self.image.reshape(-1, 1, 1, 1), channel, place)
            part = scattered(gys[0] * weight, index, (n, c, height * width))
            gx = part if gx is None else gx + part
        return (either.reshape(gx, (n, c, height, width)), *(None,) * (len(self.inputs) - 1))  # type: ignore[arg-type]


def edges(start: Any, length: Any, count: int, limit: int) -> tuple[Any, Any]:
    """The first row of each part of a region, and the one after its last; empty parts lie outside of the image.

    Args:
        start, length: (r,), whole numbers: the region's first row, and how many it has (at least one is taken).
        count: into how many parts it is divided; they may overlap by a row.
        limit: how many rows the image has.

    Returns:
        Pair of int64 arrays (r, count), from 0 to `limit`.
    """
    xp = backend.get_array_module(start)
    step = xp.maximum(length, 1).astype(numpy.float64)[:, None] / count
    part = xp.arange(count)
    first = xp.floor(part * step) + start[:, None]
    last = xp.ceil((part + 1) * step) + start[:, None]
    return xp.clip(first, 0, limit).astype(numpy.int64), xp.clip(last, 0, limit).astype(numpy.int64)


def bins(first: Any, last: Any, limit: int) -> Any:
    """Which rows belong to each part: booleans (r, count, limit) from `edges`."""
    rows = backend.get_array_module(first).arange(limit)
    return (rows >= first[:, :, None]) & (rows < last[:, :, None])


class Samples(NamedTuple):
    """The sample points of a region along one axis, arrays (r, bins, samples): the two pixels around, their weights.

    `count` (r, 1, 1) says how many samples a bin has, `used` which of them are among these and not outside of the
    image.
    """

    low: Any
    high: Any
    weight_low: Any
    weight_high: Any
    used: Any
    count: Any


def samples(start: Any, end: Any, count: int, ratio: int | None, limit: int) -> Samples:
    """The points between pixels at which a region is looked up (He et al. 2017, Mask R-CNN, section 3).

    Args:
        start, end: (r,), in pixels, not rounded.
        count: into how many bins the region is divided.
        ratio: how many samples a bin has; None: about one a pixel. (On a device, the largest such number is then read
            back, since it decides about the size of arrays.)
        limit: how many rows the image has.
    """
    xp = backend.get_array_module(start)
    length = xp.maximum(end - start, 1)
    if ratio is None:
        per_bin = xp.ceil(length / count)
        most = int(per_bin.max()) if per_bin.size else 1
    else:
        per_bin, most = xp.full_like(length, ratio), ratio
    size = (length / count)[:, None, None]
    per_bin = per_bin[:, None, None]
    number = xp.arange(most, dtype=start.dtype)
    part = xp.arange(count, dtype=start.dtype)[:, None]
    place = start[:, None, None] + part * size + (number + 0.5) * size / per_bin
    used = (number < per_bin) & (place >= -1) & (place <= limit)
    place = xp.clip(place, 0, limit - 1)
    low = xp.minimum(xp.floor(place), max(limit - 2, 0))
    weight = place - low
    low = low.astype(numpy.int64)
    high = xp.minimum(low + 1, limit - 1)
    return Samples(low, high, 1 - weight, weight, used, per_bin)


def chunks(count: int, size: int) -> Iterator[slice]:
    """Regions in portions, so that the images copied for one hold not too many numbers.

    Args:
        count: of the regions.
        size: of one image.
    """
    step = max(_CHUNK // max(size, 1), 1)
    for first in range(0, count, step):
        yield slice(first, min(first + step, count))


def checked_outsize(outsize: Any) -> tuple[int, int]:
    """The pair of numbers of bins.

    Raises:
        TypeError: one of them is no positive integer.
    """
    pair = tuple(outsize) if isinstance(outsize, tuple | list) else (outsize, outsize)
    height, width = pair
    for i, length in enumerate(pair):
        if not (_is_whole(length) and length > 0):
            raise TypeError(f"outsize[{i}] must be positive integer: {type(length)}, {length}")
    return int(height), int(width)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | numpy.integer)


def checked_scale(scale: Any) -> float:
    """The scale as a float.

    Raises:
        TypeError: it is no positive number.
    """
    if not (isinstance(scale, int | float | numpy.floating | numpy.integer) and scale > 0):
        raise TypeError(f"spatial_scale must be a positive float number: {type(scale)}, {scale}")
    return float(scale)


def checked_sampling(ratio: Any) -> tuple[int | None, int | None]:
    """The pair of numbers of samples, each None or at least 1.

    Raises:
        TypeError: one of them is neither.
    """
    pair = tuple(ratio) if isinstance(ratio, tuple | list) else (ratio, ratio)
    if len(pair) != 2 or not all(part is None or (_is_whole(part) and part >= 1) for part in pair):
        raise TypeError(f"sampling_ratio must be integer >= 1 or a pair of it: {pair}")
    return pair
