"""roi_average_pooling_2d and roi_average_align_2d: means over the bins of regions of images.

Both are two matrix products a region: y = A x B^T, with the weights A of the rows and B of the columns.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy

from ... import backend
from ...variable import Variable
from ..op import Example, Op
from .roi import (
    Regions,
    Samples,
    bins,
    checked_outsize,
    checked_sampling,
    checked_scale,
    chunks,
    edges,
    samples,
)

__all__ = ["roi_average_align_2d", "roi_average_pooling_2d"]


class _Weights(NamedTuple):
    """For each region its image (r,), and the weights of rows (r, out_h, h) and columns (r, out_w, w)."""

    image: Any
    rows: Any
    columns: Any

    def gather(self, x: Any) -> Any:
        """A x B^T of each region: (r, c, out_h, out_w) from (n, c, h, w)."""
        xp = backend.get_array_module(x)
        y = xp.empty((len(self.image), x.shape[1], self.rows.shape[1], self.columns.shape[1]), x.dtype)
        for some in chunks(len(self.image), x[0].size if len(x) else 1):
            left = xp.matmul(self.rows[some, None], x[self.image[some]])
            y[some] = xp.matmul(left, self.columns[some, None].swapaxes(2, 3))
        return y

    def spread(self, gy: Any, shape: tuple[int, ...]) -> Any:
        """A^T gy B of each region, added into its image: the gradient of `gather`."""
        xp = backend.get_array_module(gy)
        gx = xp.zeros(shape, gy.dtype)
        for some in chunks(len(self.image), shape[1] * shape[2] * shape[3]):
            left = xp.matmul(self.rows[some, None].swapaxes(2, 3), gy[some])
            xp.add.at(gx, self.image[some], xp.matmul(left, self.columns[some, None]))
        return gx


class _RoiAverage(Op):
    x_roles = ("x", "rois", "roi_indices")
    y_roles = ("y",)
    formula = "y = A x B^T, with the weights A of the rows and B of the columns;  gx = A^T gy B"
    weights: _Weights

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        shape = self.inputs[0].shape  # type: ignore[index]
        (gy,) = gys
        if isinstance(gy, Variable):
            return ROIAverageGrad(self.weights, shape).apply((gy,))[0], None, None
        return self.weights.spread(gy, shape), None, None


class ROIAveragePooling2D(_RoiAverage):
    """y is the mean of x over each bin of each region; 0 where a bin is empty."""

    op_name = "roi_average_pooling_2d"
    called = True

    kept_as = {"spatial_scale": "scale"}

    def __init__(self, outsize: tuple[int, int], spatial_scale: float) -> None:
        self.outsize = outsize
        self.scale = spatial_scale

    def attributes(self) -> dict[str, Any]:
        return {"outsize": list(self.outsize), "spatial_scale": self.scale}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, rois, indexes = inputs
        region = Regions.of(x, rois, indexes, self.scale).rounded()
        height, width = x.shape[2:]
        rows = bins(*edges(region.top, region.bottom - region.top, self.outsize[0], height), height)
        columns = bins(*edges(region.left, region.right - region.left, self.outsize[1], width), width)
        self.weights = _Weights(indexes, *(_mean_over(part, x.dtype) for part in (rows, columns)))
        return (self.weights.gather(x),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(_pooled(roi_average_pooling_2d, 0.9), (rng.normal(size=(2, 2, 5, 6)),))]


class ROIAverageAlign2D(_RoiAverage):
    """y is the mean over sample points of each bin, each weighted between four pixels. He et al. 2017."""

    op_name = "roi_average_align_2d"
    called = True

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
        region = Regions.of(x, rois, indexes, self.scale)
        rows = samples(region.top, region.bottom, self.outsize[0], self.ratio[0], x.shape[2])
        columns = samples(region.left, region.right, self.outsize[1], self.ratio[1], x.shape[3])
        self.weights = _Weights(
            indexes, _weights_of(rows, x.shape[2], x.dtype), _weights_of(columns, x.shape[3], x.dtype)
        )
        return (self.weights.gather(x),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(_pooled(roi_average_align_2d, 0.9, (2, 1)), (rng.normal(size=(2, 2, 5, 6)),))]


class ROIAverageGrad(Op):
    """y is the gradient of a mean over regions: each x spread over the pixels of its bin."""

    op_name = "roi_average_grad"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = A^T x B, added up over the regions;  gx = A gy B^T"

    def __init__(self, weights: _Weights, shape: tuple[int, ...]) -> None:
        self.weights = weights
        self.shape = shape

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self.weights.spread(inputs[0], self.shape),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        if isinstance(gy, Variable):
            return ROIAverageAgain(self.weights, self.shape).apply((gy,))
        return (self.weights.gather(gy),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def spread(x: Any) -> Any:
            return ROIAverageGrad(_some_weights(x), (2, 2, 3, 4)).apply((x,))[0]

        return [Example(spread, (rng.normal(size=(2, 2, 2, 1)),))]


class ROIAverageAgain(Op):
    """y is the mean over regions with the weights of another op."""

    op_name = "roi_average_again"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = A x B^T;  gx = A^T gy B, added up over the regions"

    def __init__(self, weights: _Weights, shape: tuple[int, ...]) -> None:
        self.weights = weights
        self.shape = shape

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self.weights.gather(inputs[0]),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        if isinstance(gy, Variable):
            return ROIAverageGrad(self.weights, self.shape).apply((gy,))
        return (self.weights.spread(gy, self.shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def gathered(x: Any) -> Any:
            return ROIAverageAgain(_some_weights(x), (2, 2, 3, 4)).apply((x,))[0]

        return [Example(gathered, (rng.normal(size=(2, 2, 3, 4)),))]


def _mean_over(mask: Any, dtype: Any) -> Any:
    """Weights that take the mean where `mask` is true along the last axis, 0 where it never is."""
    xp = backend.get_array_module(mask)
    return mask.astype(dtype) / xp.maximum(mask.sum(axis=2, keepdims=True), 1).astype(dtype)


def _weights_of(points: Samples, limit: int, dtype: Any) -> Any:
    """Weights (r, bins, limit) that take the mean over sample points; those outside count as 0."""
    xp = backend.get_array_module(points.low)
    pixel = xp.arange(limit)
    weights: Any = 0
    for i in range(points.low.shape[2]):
        for place, weight in ((points.low, points.weight_low), (points.high, points.weight_high)):
            share = (weight * points.used / points.count)[:, :, i, None]
            weights = weights + share * (place[:, :, i, None] == pixel)
    return weights.astype(dtype)


def _some_weights(x: Any) -> _Weights:
    """Weights of two regions, for examples."""
    rng = numpy.random.default_rng(0)
    xp = backend.get_array_module(x)
    rows, columns = (xp.asarray(rng.normal(size=size).astype(x.dtype)) for size in ((2, 2, 3), (2, 1, 4)))
    return _Weights(xp.asarray(numpy.array([1, 1], "i4")), rows, columns)


def _pooled(function: Any, *args: Any) -> Any:
    """A function of x alone, for examples."""

    def pooled(x: Any) -> Any:
        rois = numpy.array([[0.6, 1, 4.2, 5], [0, 0.3, 3, 7]]).astype(x.dtype)
        return function(x, x.xp.asarray(rois), x.xp.asarray(numpy.array([0, 1], "i4")), (2, 3), *args)

    return pooled


def roi_average_pooling_2d(
    x: Any, rois: Any, roi_indices: Any, outsize: Any, spatial_scale: float
) -> Variable:
    """The mean over each bin of regions of images.

    Args:
        x: variable or array (n, c, h, w), float.
        rois: (r, 4), of the same dtype: for each region top, left, bottom, right.
        roi_indices: int32 (r,): the number of its image.
        outsize: how many bins a region has; a number, or a pair for height and width.
        spatial_scale: what the edges are multiplied with to be in pixels of x; then they are rounded.

    Returns:
        Variable (r, c, *outsize); 0 where a bin is outside of the image. The regions get no gradient.

    Raises:
        InvalidType: shapes or dtypes don't fit.
        TypeError: outsize or spatial_scale is not positive.
    """
    op = ROIAveragePooling2D(checked_outsize(outsize), checked_scale(spatial_scale))
    return op.apply((x, rois, roi_indices))[0]


def roi_average_align_2d(
    x: Any, rois: Any, roi_indices: Any, outsize: Any, spatial_scale: float, sampling_ratio: Any = None
) -> Variable:
    """The mean over points in each bin of regions of images, without rounding to pixels.

    Args:
        x, rois, roi_indices, outsize, spatial_scale: as for `roi_average_pooling_2d`.
        sampling_ratio: how many points a bin has along each axis; a number or a pair; None: about one a pixel.

    Returns:
        Variable (r, c, *outsize); points outside of the image count as 0. The regions get no gradient.

    Raises:
        InvalidType: shapes or dtypes don't fit.
        TypeError: outsize, spatial_scale or sampling_ratio is not positive.
    """
    op = ROIAverageAlign2D(checked_outsize(outsize), checked_scale(spatial_scale), sampling_ratio)
    return op.apply((x, rois, roi_indices))[0]
