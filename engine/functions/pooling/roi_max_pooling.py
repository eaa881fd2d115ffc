"""roi_pooling_2d and roi_max_pooling_2d: the largest element in each bin of regions of images."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from ..op import Example
from .roi import Regions, _RoiMax, bins, checked_outsize, checked_scale, chunks, edges

__all__ = ["roi_max_pooling_2d", "roi_pooling_2d"]


class ROIPooling2D(_RoiMax):
    """y is the largest x of each bin of each region; 0 where a bin is empty. Girshick 2015 (Fast R-CNN)."""

    op_name = "roi_pooling_2d"
    x_roles = ("x", "rois")
    formula = "y = the largest x in the bin of the region;  gx = gy at that element, 0 elsewhere"

    kept_as = {"spatial_scale": "scale"}

    def __init__(self, outsize: tuple[int, int], spatial_scale: float) -> None:
        self.outsize = outsize
        self.scale = spatial_scale

    def attributes(self) -> dict[str, Any]:
        return {"outsize": list(self.outsize), "spatial_scale": self.scale}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, rois = inputs
        require_float("in_types[0]", x)
        require(x.ndim == 4, "in_types[0].ndim == 4", f"{x.ndim} != 4")
        require_equal("in_types[0].dtype", x.dtype, "in_types[1].dtype", rois.dtype)
        require(rois.ndim == 2, "in_types[1].ndim == 2", f"{rois.ndim} != 2")
        require_equal("in_types[1].shape[1]", rois.shape[1], "5", 5)
        self.image = rois[:, 0].astype(numpy.int32)
        left, top, right, bottom = (rois[:, i] * self.scale for i in range(1, 5))
        region = Regions(self.image, top, left, bottom, right).rounded()
        # Fast R-CNN counts the last row and column in.
        rows = edges(region.top, region.bottom - region.top + 1, self.outsize[0], x.shape[2])
        columns = edges(region.left, region.right - region.left + 1, self.outsize[1], x.shape[3])
        y, place, found = _largest(x, self.image, rows, columns, 0)
        self.terms = [(found.astype(x.dtype), place)]
        return (y,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.permutation(2 * 2 * 5 * 6).reshape(2, 2, 5, 6) / 10.0
        rois = numpy.array([[0, 1, 1, 5, 4], [1, 0, 0, 3, 3], [1, 7, 8, 9, 9]])

        def pooled(x: Any) -> Any:
            return roi_pooling_2d(x, x.xp.asarray(rois.astype(x.dtype)), 2, 3, 1.0)

        return [Example(pooled, (x,), "one region outside")]


class ROIMaxPooling2D(_RoiMax):
    """y is the largest x of each bin of each region; -inf where a bin is empty."""

    op_name = "roi_max_pooling_2d"
    called = True
    formula = "y = the largest x in the bin of the region;  gx = gy at that element, 0 elsewhere"

    kept_as = {"spatial_scale": "scale"}

    def __init__(self, outsize: tuple[int, int], spatial_scale: float) -> None:
        self.outsize = outsize
        self.scale = spatial_scale

    def attributes(self) -> dict[str, Any]:
        return {"outsize": list(self.outsize), "spatial_scale": self.scale}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, rois, indexes = inputs
        self.image = indexes
        region = Regions.of(x, rois, indexes, self.scale).rounded()
        rows = edges(region.top, region.bottom - region.top, self.outsize[0], x.shape[2])
        columns = edges(region.left, region.right - region.left, self.outsize[1], x.shape[3])
        y, place, found = _largest(x, indexes, rows, columns, -numpy.inf)
        self.terms = [(found.astype(x.dtype), place)]
        return (y,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.permutation(2 * 2 * 5 * 6).reshape(2, 2, 5, 6) / 10.0
        rois = numpy.array([[1, 1, 4, 5], [0, 0, 3, 3]])

        def pooled(x: Any) -> Any:
            xp = x.xp
            return roi_max_pooling_2d(
                x, xp.asarray(rois.astype(x.dtype)), xp.asarray(numpy.array([0, 1], "i4")), (2, 3), 0.9
            )

        return [Example(pooled, (x,))]


def _largest(x: Any, image: Any, rows: Any, columns: Any, empty: float) -> tuple[Any, Any, Any]:
    """The largest element of each bin.

    Args:
        x: (n, c, h, w).
        image: (r,), the image of each region.
        rows, columns: `edges` of the bins, pairs of (r, out_h) and of (r, out_w).
        empty: what an empty bin gives.

    Returns:
        Largest elements (r, c, out_h, out_w), their places in the image, the first of equal ones; and whether there
        is any, (r, 1, out_h, out_w).
    """
    xp = backend.get_array_module(x)
    found = (rows[0] < rows[1])[:, None, :, None] & (columns[0] < columns[1])[:, None, None, :]
    shape = (len(image), x.shape[1], *found.shape[2:])
    y = xp.full(shape, empty, x.dtype)
    place = xp.zeros(shape, numpy.int64)
    if xp is numpy:
        _look_up(x, image, rows, columns, y, place)
    else:
        _compare(x, image, rows, columns, y, place)
        y = xp.where(found, y, x.dtype.type(empty))
    return y, place, found


def _look_up(x: Any, image: Any, rows: Any, columns: Any, y: Any, place: Any) -> None:
    """Write largest elements and places, one bin after the other: a bin is small, and stays near the processor."""
    channel = numpy.arange(x.shape[1])
    for r, (number, tops, bottoms, lefts, rights) in enumerate(
        zip(image.tolist(), *(edge.tolist() for edge in (*rows, *columns)), strict=True)
    ):
        for i, (top, bottom) in enumerate(zip(tops, bottoms, strict=True)):
            for j, (left, right) in enumerate(zip(lefts, rights, strict=True)):
                if top >= bottom or left >= right:
                    continue
                inside = x[number, :, top:bottom, left:right].reshape(len(channel), -1)
                best = inside.argmax(axis=1)
                y[r, :, i, j] = inside[channel, best]
                row, column = numpy.divmod(best, right - left)
                place[r, :, i, j] = (row + top) * x.shape[3] + column + left


def _compare(x: Any, image: Any, rows: Any, columns: Any, y: Any, place: Any) -> None:
    """The same on a device, in few steps for all regions: first over the rows of a bin, then over its columns."""
    xp = backend.get_array_module(x)
    _, c, height, width = x.shape
    lowest = x.dtype.type(-numpy.inf)
    in_rows, in_columns = bins(rows[0], rows[1], height), bins(columns[0], columns[1], width)
    for some in chunks(len(image), c * height * width):
        images = x[image[some]]
        for i in range(y.shape[2]):
            inside = xp.where(in_rows[some, None, i, :, None], images, lowest)
            row, best_in_column = inside.argmax(axis=2), inside.max(axis=2)
            flat = row * width + xp.arange(width)
            for j in range(y.shape[3]):
                columns_in = in_columns[some, None, j]
                best = xp.where(columns_in, best_in_column, lowest).max(axis=2)
                first = xp.where(columns_in & (best_in_column == best[..., None]), flat, height * width - 1)
                y[some, :, i, j], place[some, :, i, j] = best, first.min(axis=2)


def roi_pooling_2d(x: Any, rois: Any, outh: int, outw: int, spatial_scale: float) -> Variable:
    """The largest element in each bin of regions of images, as Fast R-CNN counts them: the last row belongs to it.

    Args:
        x: variable or array (n, c, h, w), float.
        rois: (r, 5), of the same dtype: for each region the number of its image, left, top, right, bottom.
        outh, outw: how many bins a region has.
        spatial_scale: what the edges are multiplied with to be in pixels of x.

    Returns:
        Variable (r, c, outh, outw); 0 where a bin is outside of the image. The regions get no gradient.

    Raises:
        InvalidType: shapes or dtypes don't fit.
        TypeError: outh or outw is no positive integer.

    Reference: Girshick 2015.
    """
    return ROIPooling2D(checked_outsize((outh, outw)), spatial_scale).apply((x, rois))[0]


def roi_max_pooling_2d(x: Any, rois: Any, roi_indices: Any, outsize: Any, spatial_scale: float) -> Variable:
    """The largest element in each bin of regions of images.

    Args:
        x: variable or array (n, c, h, w), float.
        rois: (r, 4), of the same dtype: for each region top, left, bottom, right.
        roi_indices: int32 (r,): the number of its image.
        outsize: how many bins a region has; a number, or a pair for height and width.
        spatial_scale: what the edges are multiplied with to be in pixels of x.

    Returns:
        Variable (r, c, *outsize); -inf where a bin is outside of the image. The regions get no gradient.

    Raises:
        InvalidType: shapes or dtypes don't fit.
        TypeError: outsize or spatial_scale is not positive.
    """
    op = ROIMaxPooling2D(checked_outsize(outsize), checked_scale(spatial_scale))
    return op.apply((x, rois, roi_indices))[0]
