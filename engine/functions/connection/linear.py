"""linear: y = x W^T + b."""

from __future__ import annotations

from typing import Any

import numpy

from ...backends import blas
from ...utils.arguments import size_of_shape
from ...utils.type_check import require_equal, require_float
from .. import either
from ..op import Example, Op

__all__ = ["linear"]


class LinearFunction(Op):
    """y = x W^T + b, for a batch of rows x."""

    op_name = "linear"
    x_roles = ("x", "W", "b")
    y_roles = ("y",)
    formula = "y = x W^T + b;  gx = gy W;  gW = gy^T x;  gb = sum of the rows of gy"
    retained_x = (0, 1)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, W = inputs[0], inputs[1]
        if x.ndim != 2 or W.ndim != 2 or x.shape[1] != W.shape[1] or not x.dtype.kind == W.dtype.kind == "f":
            require_float("x", x)
            require_float("W", W)
            require_equal("x.ndim", x.ndim, "2", 2)
            require_equal("W.ndim", W.ndim, "2", 2)
            require_equal("x.shape[1]", x.shape[1], "W.shape[1]", W.shape[1])
        b = inputs[2] if len(inputs) == 3 else None
        if b is not None and (b.shape != (W.shape[0],) or b.dtype != x.dtype):
            require_equal("b.shape[0]", b.shape, "W.shape[0]", (W.shape[0],))
            require_equal("b.dtype", b.dtype, "x.dtype", x.dtype)
        y = numpy.ascontiguousarray(W.dot(x.T).T) if _few_rows(x, W) else x.dot(W.T)
        if y.dtype != x.dtype:
            y = y.astype(x.dtype)
        if b is not None:
            y += b
        return (y,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, W = xs
        (gy,) = gys
        gx = gW = gb = None
        if 0 in wanted:
            gx = either.cast(either.matmul(gy, W), x.dtype)
        if 1 in wanted:
            gW = either.cast(either.matmul(gy, x, transa=True), W.dtype)
        if 2 in wanted:
            gb = either.cast(either.sum(gy, 0), self.inputs[2].dtype)  # type: ignore[index]
        return gx, gW, gb

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x, W, b = rng.normal(size=(3, 4)), rng.normal(size=(2, 4)), rng.normal(size=2)
        return [
            Example(linear, (x, W, b)),
            Example(linear, (x, W), "no bias"),
            Example(
                lambda x, W: linear(x, W, n_batch_axes=2), (rng.normal(size=(2, 3, 4)), W), "n_batch_axes"
            ),
            Example(linear, (rng.normal(size=(3, 2, 2)), W, b), "flattened"),
        ]


def _few_rows(x: Any, W: Any) -> bool:
    """Whether `(W x^T)^T` is computed faster than `x W^T`, which is the same.

    OpenBLAS brings its second matrix into another order before it multiplies. Where W is much the larger one, its
    kernels for AVX-512 do that cheaper for W as it lies than for its transpose: 11% of the time for (100, 784) and 1000
    outputs, 30% for (20, 650) and 2600 outputs. In float64, and with those for AVX2, it costs more (9% for the latter).
    """
    rows, outputs = len(x), len(W)
    return (
        1 < rows <= 128
        and outputs > 3 * rows
        and W.size >= _LARGE
        and x.dtype.char == W.dtype.char == "f"
        and type(x) is type(W) is numpy.ndarray
        and blas.has_wide_kernels()
    )


_LARGE = 1 << 15
"""Elements of W from which on the order of a product matters more than the copy that brings it back."""


def linear(x: Any, W: Any, b: Any = None, n_batch_axes: int = 1) -> Any:
    """Multiply each sample by W and add b.

    Args:
        x: variable or array of shape (n, ..., ), float; the axes after the batch axes are flattened to `in_size`.
        W: (out_size, in_size).
        b: (out_size,), or None.
        n_batch_axes: how many leading axes of x count samples.

    Returns:
        Variable of shape (*batch axes, out_size).

    Raises:
        InvalidType: in_size differs between x and W.
        ValueError: n_batch_axes is not positive.
    """
    if n_batch_axes <= 0:
        raise ValueError(f"n_batch_axes should be 1 or more, not {n_batch_axes}")
    shape = x.shape
    if n_batch_axes > 1:
        from ..array.reshape import reshape

        x = reshape(x, (size_of_shape(shape[:n_batch_axes]), size_of_shape(shape[n_batch_axes:])))
    elif len(shape) > 2:
        from ..array.reshape import reshape

        x = reshape(x, (shape[0], size_of_shape(shape[1:])))
    y = LinearFunction().apply((x, W) if b is None else (x, W, b))[0]
    if n_batch_axes > 1:
        y = reshape(y, (*shape[:n_batch_axes], -1))
    return y
