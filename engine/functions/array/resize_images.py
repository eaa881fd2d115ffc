"""resize_images: images made larger or smaller."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.type_check import require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op

__all__ = ["resize_images"]


class ResizeImages(Op):
    """y = A x B: along height and width each pixel is a weighted mean of pixels of x."""

    op_name = "resize_images"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = A x B, A and B the weights along height and width;  gx = A^T gy B^T"

    def __init__(self, output_shape: tuple[int, int], mode: str, align_corners: bool) -> None:
        if mode not in ("bilinear", "nearest"):
            raise AssertionError(f"resize_images: mode must be 'bilinear' or 'nearest', not {mode!r}")
        self.output_shape = output_shape
        self.mode = mode
        self.align_corners = align_corners

    def attributes(self) -> dict[str, Any]:
        return {
            "output_shape": list(self.output_shape),
            "mode": self.mode,
            "align_corners": self.align_corners,
        }

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require_equal("x.ndim", x.ndim, "4", 4)
        xp = backend.get_array_module(x)
        self.weights = tuple(
            xp.asarray(_weights(length, wanted, self.mode, self.align_corners).astype(x.dtype))
            for length, wanted in zip(x.shape[2:], self.output_shape, strict=True)
        )
        down, along = self.weights
        return (either.matmul(either.matmul(down, x), along, transb=True),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        down, along = self.weights
        (gy,) = gys
        if isinstance(gy, Variable):
            down, along = (Variable(w, requires_grad=False) for w in (down, along))
        return (either.matmul(either.matmul(down, gy, transa=True), along),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 1, 3, 4))
        return [
            Example(lambda x: resize_images(x, (5, 3)), (x,)),
            Example(lambda x: resize_images(x, (5, 3), align_corners=False), (x,), "pixels as areas"),
            Example(lambda x: resize_images(x, (4, 2), mode="nearest"), (x,), "nearest"),
        ]


def _weights(length: int, wanted: int, mode: str, align_corners: bool) -> numpy.ndarray:
    """For each of the wanted places along an axis the weights of the pixels there are, (wanted, length)."""
    weights = numpy.zeros((wanted, length))
    rows = numpy.arange(wanted)
    if mode == "nearest":
        weights[rows, rows * length // max(wanted, 1)] = 1
        return weights
    if align_corners:
        places = rows * ((length - 1) / (wanted - 1) if wanted > 1 else 0.0)
    else:
        places = ((rows + 0.5) * length / wanted - 0.5).clip(0, length - 1)
    low = numpy.floor(places).astype(int).clip(0, max(length - 2, 0))
    share = places - low
    weights[rows, low] += 1 - share
    weights[rows, numpy.minimum(low + 1, length - 1)] += share
    return weights


def resize_images(x: Any, output_shape: Any, *, mode: str = "bilinear", align_corners: bool = True) -> Any:
    """Images made larger or smaller.

    Args:
        x: variable or array (n, c, h, w), float.
        output_shape: the new height and width.
        mode: `bilinear`, or `nearest`.
        align_corners: for `bilinear`: the centres of the corner pixels stay in place; else their outer edges do.

    Raises:
        InvalidType: x holds no images.
        AssertionError: mode is neither.
    """
    return ResizeImages(tuple(output_shape), mode, align_corners).apply((x,))[0]
