"""spatial_transformer_grid: where each pixel of an output image is looked up in an input image."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.arguments import parse_kwargs
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op

__all__ = ["USE_CUDNN", "spatial_transformer_grid"]

USE_CUDNN = (
    "The argument \"use_cudnn\" is not supported anymore. Use chainer.using_config('use_cudnn', value) context "
    "where value can be `always`, `never`, or `auto`."
)


class SpatialTransformerGrid(Op):
    """y[:, i, j] = x (u_j, v_i, 1) for an affine map x, with u and v from -1 to 1 over the output image."""

    op_name = "spatial_transformer_grid"
    called = True
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y[:, i, j] = x (u_j, v_i, 1)^T;  gx = sum over i, j of gy[:, i, j] (u_j, v_i, 1)"

    def __init__(self, output_shape: tuple[int, int]) -> None:
        self.output_shape = output_shape

    @property
    def label(self) -> str:
        return "SpatialTransformerGrid"

    def attributes(self) -> dict[str, Any]:
        return {"output_shape": list(self.output_shape)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("theta", x)
        require(x.ndim == 3, "theta.ndim == 3", f"{x.ndim} != 3")
        require_equal("theta.shape[1]", x.shape[1], "2", 2)
        require_equal("theta.shape[2]", x.shape[2], "3", 3)
        y = backend.get_array_module(x).matmul(x, self._points(x))
        return (y.reshape(len(x), 2, *self.output_shape),)

    def _points(self, like: Any) -> Any:
        """(3, h * w): u, v and 1 for every pixel of the output."""
        xp = backend.get_array_module(like)
        height, width = self.output_shape
        v, u = xp.meshgrid(
            xp.linspace(-1, 1, height, dtype=like.dtype),
            xp.linspace(-1, 1, width, dtype=like.dtype),
            indexing="ij",
        )
        return xp.stack([u.ravel(), v.ravel(), xp.ones(height * width, like.dtype)])

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        points = self._points(either.array_of(gy))
        rows = either.reshape(gy, (gy.shape[0], 2, points.shape[1]))
        return (either.matmul(rows, either.broadcast_to(points.T, (gy.shape[0], *points.T.shape))),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: spatial_transformer_grid(x, (3, 2)), (rng.normal(size=(2, 2, 3)),))]


def spatial_transformer_grid(theta: Any, output_shape: tuple[int, int], **kwargs: Any) -> Variable:
    """Where to look up each pixel of an output image, for `spatial_transformer_sampler`.

    Args:
        theta: variable or array (n, 2, 3), float: an affine map for each image.
        output_shape: (height, width).

    Returns:
        Variable (n, 2, height, width): x and y of the place in the input image, which reaches from -1 to 1.

    Raises:
        InvalidType: theta has another shape.

    Reference: Jaderberg et al. 2015, Spatial Transformer Networks.
    """
    parse_kwargs(kwargs, use_cudnn=USE_CUDNN)
    height, width = output_shape
    return SpatialTransformerGrid((height, width)).apply((theta,))[0]
