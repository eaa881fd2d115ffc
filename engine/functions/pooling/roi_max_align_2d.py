"""roi_max_align_2d: the largest value at points between the pixels in each bin of regions of images."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...variable import Variable
from ..op import Example
from .roi import Regions, Samples, _RoiMax, checked_outsize, checked_sampling, checked_scale, samples

__all__ = ["roi_max_align_2d"]


class ROIMaxAlign2D(_RoiMax):
    """y is the largest of the values of x at some points of each bin, each weighted between four pixels."""

    op_name = "roi_max_align_2d"
    called = True
    formula = (
        "y = the largest of the sample points' values, sum of w x over the four pixels around;  "
        "gx = gy w at the four pixels of the largest"
    )

    kept_as = {"spatial_scale": "scale", "sampling_ratio": "ratio"}

    def __init__(
        self,
        outsize: tuple[int, int],
        spatial_scale: float,
        sampling_ratio: Any = None,
    ) -> None:
        self.outsize = outsize
        self.scale = spatial_scale
        self.ratio = checked_sampling(sampling_ratio)

    def attributes(self) -> dict[str, Any]:
        return {
            "outsize": list(self.outsize),
            "spatial_scale": self.scale,
            "sampling_ratio": list(self.ratio),
        }

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, rois, indexes = inputs
        xp = backend.get_array_module(x)
        region = Regions.of(x, rois, indexes, self.scale)
        self.image = indexes
        rows = samples(region.top, region.bottom, self.outsize[0], self.ratio[0], x.shape[2])
        columns = samples(region.left, region.right, self.outsize[1], self.ratio[1], x.shape[3])
        shape = (len(rois), x.shape[1], *self.outsize)
        y = xp.full(shape, -numpy.inf, x.dtype)
        weights = [xp.zeros(shape, x.dtype) for _ in range(4)]
        places = [xp.zeros(shape, numpy.int64) for _ in range(4)]
        for i in range(rows.low.shape[2]):
            for j in range(columns.low.shape[2]):
                used = _outer(rows.used[:, :, i], columns.used[:, :, j], bool)
                terms = _terms(x, indexes, rows, columns, i, j)
                value = sum(weight * pixel for weight, _, pixel in terms)
                better = used & (value > y)
                y = xp.where(better, value, y).astype(x.dtype, copy=False)
                for k, (weight, place, _) in enumerate(terms):
                    weights[k] = xp.where(better, weight, weights[k])
                    places[k] = xp.where(better, place, places[k])
        self.terms = list(zip(weights, places, strict=True))
        return (y,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.permutation(2 * 2 * 5 * 6).reshape(2, 2, 5, 6) / 10.0
        rois = numpy.array([[0.6, 1, 4.2, 5], [0, 0.3, 3, 7]])

        def pooled(x: Any) -> Any:
            xp = x.xp
            indexes = xp.asarray(numpy.array([0, 1], "i4"))
            return roi_max_align_2d(x, xp.asarray(rois.astype(x.dtype)), indexes, 2, 0.9, (2, 1))

        return [Example(pooled, (x,))]


def _outer(rows: Any, columns: Any, kind: Any = None) -> Any:
    """(r, 1, out_h, out_w) of (r, out_h) and (r, out_w): both true, or the product."""
    rows, columns = rows[:, None, :, None], columns[:, None, None, :]
    return rows & columns if kind is bool else rows * columns


def _terms(x: Any, image: Any, rows: Samples, columns: Samples, i: int, j: int) -> list[tuple[Any, Any, Any]]:
    """Weight, place and value of the four pixels around sample (i, j) of every bin."""
    _, c, height, width = x.shape
    flat = x.reshape(len(x), c, height * width)
    xp = backend.get_array_module(x)
    index = (image.reshape(-1, 1, 1, 1), xp.arange(c).reshape(1, c, 1, 1))
    terms = []
    for row, row_weight in ((rows.low, rows.weight_low), (rows.high, rows.weight_high)):
        for column, column_weight in ((columns.low, columns.weight_low), (columns.high, columns.weight_high)):
            place = row[:, None, :, None, i] * width + column[:, None, None, :, j]
            weight = _outer(row_weight[:, :, i], column_weight[:, :, j])
            terms.append((weight, place, flat[(*index, place)]))
    return terms


def roi_max_align_2d(
    x: Any, rois: Any, roi_indices: Any, outsize: Any, spatial_scale: float, sampling_ratio: Any = None
) -> Variable:
    """The largest value at some points in each bin of regions of images, without rounding to pixels.

    Args:
        x: variable or array (n, c, h, w), float.
        rois: (r, 4), of the same dtype: for each region top, left, bottom, right.
        roi_indices: int32 (r,): the number of its image.
        outsize: how many bins a region has; a number, or a pair for height and width.
        spatial_scale: what the edges are multiplied with to be in pixels of x.
        sampling_ratio: how many points a bin has along each axis; a number or a pair; None: about one a pixel.

    Returns:
        Variable (r, c, *outsize); -inf where all points are outside of the image. The regions get no gradient.

    Raises:
        InvalidType: shapes or dtypes don't fit.
        TypeError: outsize, spatial_scale or sampling_ratio is not positive.
    """
    op = ROIMaxAlign2D(checked_outsize(outsize), checked_scale(spatial_scale), sampling_ratio)
    return op.apply((x, rois, roi_indices))[0]
