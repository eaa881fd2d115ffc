"""spatial_transformer_sampler: an image looked up at given places, between its pixels."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.arguments import parse_kwargs
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .get_item import get_item, scattered
from .spatial_transformer_grid import USE_CUDNN

__all__ = ["spatial_transformer_sampler"]


class SpatialTransformerSampler(Op):
    """y is x at the places of W, weighted between the four pixels around; outside of the image there is 0."""

    op_name = "spatial_transformer_sampler"
    called = True
    x_roles = ("x", "grid")
    y_roles = ("y",)
    formula = (
        "u, v = grid in pixels;  y = sum over the four pixels p around (u, v) of x_p (1 - |u - u_p|) (1 - |v - v_p|);  "
        "gx = at each pixel p the sum of gy (1 - |u - u_p|) (1 - |v - v_p|);  "
        "ggrid = pixels per unit * sum over p of gy x_p * (slope of these weights)"
    )
    retained_x = (0, 1)

    @property
    def label(self) -> str:
        return "SpatialTransformerSampler"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, grid = inputs
        require_float("in_types[0]", x)
        require_equal("in_types[1].dtype", grid.dtype, "in_types[0].dtype", x.dtype)
        for i, array in enumerate(inputs):
            require(array.ndim == 4, f"in_types[{i}].ndim == 4", f"{array.ndim} != 4")
        require_equal("in_types[1].shape[1]", grid.shape[1], "2", 2)
        require_equal("in_types[0].shape[0]", x.shape[0], "in_types[1].shape[0]", grid.shape[0])
        sampled = sum(weight * pixel for weight, pixel in self._terms(x, grid))
        y = sampled.transpose(0, 2, 1).reshape(x.shape[0], x.shape[1], *grid.shape[2:])
        return (backend.get_array_module(y).ascontiguousarray(y),)

    def _terms(self, x: Any, grid: Any) -> list[tuple[Any, Any]]:
        """For the four pixels around each place: their weights (n, places, 1) and values (n, places, c)."""
        xp = backend.get_array_module(either.array_of(x))
        return [
            (wu * wv, _picked(x, index) * inside)
            for (wu, _, wv, _), index, inside in _corners(grid, x.shape, xp)
        ]

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, grid = xs
        n, c, height, width = x.shape
        xp = backend.get_array_module(either.array_of(x))
        count = grid.shape[2] * grid.shape[3]
        gy = either.transpose(either.reshape(gys[0], (n, c, count)), (0, 2, 1))
        gx = gu = gv = 0
        for (wu, su, wv, sv), index, inside in _corners(grid, x.shape, xp):
            if 0 in wanted:
                share = gy * either.broadcast_to(wu * wv * inside, gy.shape)
                gx = gx + scattered(share, index, (n, c, height * width))
            if 1 in wanted:
                along = either.sum(gy * _picked(x, index), 2, True) * inside
                gu = gu + along * (wv * su)
                gv = gv + along * (wu * sv)
        if 0 in wanted:
            gx = either.reshape(gx, x.shape)
        if 1 not in wanted:
            return gx, None
        parts = [gu * ((width - 1) / 2), gv * ((height - 1) / 2)]
        return gx, either.reshape(_joined(parts), grid.shape)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        grid = rng.uniform(-0.9, 0.9, size=(2, 2, 3, 2))
        grid[1, :, 0, 0] = 1.2, -0.4  # half outside
        return [Example(spatial_transformer_sampler, (rng.normal(size=(2, 3, 4, 5)), grid))]


def _corners(grid: Any, shape: tuple[int, ...], xp: Any) -> list[tuple[Any, Any, Any]]:
    """The four pixels around every place.

    Returns:
        For each: its weights along x and y with their slopes (weight, slope, weight, slope), (n, places, 1) or numbers;
        the index that picks it from (n, c, h * w); and 1 where it is inside of the image, else 0.
    """
    n, _, height, width = shape
    size = grid.shape[2] * grid.shape[3]
    u = (either.reshape(grid[:, 0], (n, size, 1)) + 1) * ((width - 1) / 2)
    v = (either.reshape(grid[:, 1], (n, size, 1)) + 1) * ((height - 1) / 2)
    left, top = xp.floor(either.array_of(u)), xp.floor(either.array_of(v))
    rows = xp.arange(n)[:, None]
    corners = []
    for down in (0, 1):
        for right in (0, 1):
            wu = u - left if right else 1 - (u - left)
            wv = v - top if down else 1 - (v - top)
            column, row = left + right, top + down
            inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
            flat = xp.where(inside, row * width + column, 0).astype("i8").reshape(n, size)
            weights = (wu, 2 * right - 1, wv, 2 * down - 1)
            corners.append((weights, (rows, slice(None), flat), inside.astype(left.dtype)))
    return corners


def _picked(x: Any, index: tuple[Any, ...]) -> Any:
    """The pixels (n, places, c) of x (n, c, h, w)."""
    flat = either.reshape(x, (x.shape[0], x.shape[1], x.shape[2] * x.shape[3]))
    return get_item(flat, index) if isinstance(x, Variable) else flat[index]


def _joined(parts: list[Any]) -> Any:
    """Two arrays (n, places, 1) as (n, 2, places)."""
    if isinstance(parts[0], Variable):
        from .concat import concat

        return either.transpose(concat(parts, axis=2), (0, 2, 1))
    return backend.get_array_module(parts[0]).concatenate(parts, axis=2).transpose(0, 2, 1)


def spatial_transformer_sampler(x: Any, grid: Any, **kwargs: Any) -> Variable:
    """Look an image up at given places, between its pixels, where needed.

    Args:
        x: variable or array (n, c, h, w), float: images.
        grid: (n, 2, out_h, out_w), of the same dtype: x and y of the place for each pixel of the result; -1 is the
            middle of the first pixel, 1 that of the last one. Around the image there are zeros.

    Returns:
        Variable (n, c, out_h, out_w).

    Raises:
        InvalidType: shapes or dtypes don't fit.

    Reference: Jaderberg et al. 2015, Spatial Transformer Networks.
    """
    parse_kwargs(kwargs, use_cudnn=USE_CUDNN)
    return SpatialTransformerSampler().apply((x, grid))[0]
