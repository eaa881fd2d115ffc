"""normalize: vectors scaled to length 1; batch_l2_norm_squared: their squared lengths."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_float
from .. import either
from ..op import Example, Op

__all__ = ["batch_l2_norm_squared", "normalize"]


class NormalizeL2(Op):
    """y = x / (|x| + eps), with |x| along some axes."""

    op_name = "normalize"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x / (norm of x + eps);  gx = (gy - x / norm of x * sum of gy y) / (norm of x + eps)"
    retained_x = (0,)

    def __init__(self, eps: float = 1e-5, axis: int | tuple[int, ...] = 1) -> None:
        self.eps = eps
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"eps": self.eps, "axis": list(self.axis) if isinstance(self.axis, tuple) else self.axis}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        xp = backend.get_array_module(x)
        return (x / (xp.sqrt((x * x).sum(self.axis, keepdims=True)) + x.dtype.type(self.eps)),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,), (gy,) = xs, gys
        square = either.sum(x * x, self.axis, True)
        # A vector of zeros has no direction: its length is taken as 1 where it would divide by it.
        none = (either.array_of(square) == 0).astype(x.dtype)
        length = either.sqrt(square + none)
        scale = 1 / (length - none + self.eps)
        along = either.sum(gy * x, self.axis, True) * scale * scale / length
        return (gy * either.broadcast_to(scale, x.shape) - x * either.broadcast_to(along, x.shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3, 2))
        return [
            Example(normalize, (x,)),
            Example(lambda x: normalize(x, 0.1, (0, -1)), (x,), "two axes"),
        ]


class BatchL2NormSquared(Op):
    """y = the sum of x^2 over all axes but the first."""

    op_name = "batch_l2_norm_squared"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = sum of x^2 of each sample;  gx = gy 2 x"
    retained_x = (0,)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require(x.ndim >= 2, "x.ndim >= 2", f"{x.ndim} < 2")
        return ((x * x).sum(axis=tuple(range(1, x.ndim))),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,), (gy,) = xs, gys
        aligned = either.reshape(gy, (x.shape[0], *(1,) * (len(x.shape) - 1)))
        return (x * 2 * either.broadcast_to(aligned, x.shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(batch_l2_norm_squared, (rng.normal(size=(2, 3, 2)),))]


def normalize(x: Any, eps: float = 1e-5, axis: int | tuple[int, ...] = 1) -> Any:
    """x scaled to length 1 along `axis`.

    Args:
        x: variable or array, float.
        eps: added to the length.
        axis: int or tuple of int.

    Raises:
        AxisError: x has no such axis.
        InvalidType: x holds no floats.
    """
    return NormalizeL2(eps, axis).apply((x,))[0]


def batch_l2_norm_squared(x: Any) -> Any:
    """The squared length of each sample.

    Args:
        x: variable or array (n, ...) of two axes or more, float.

    Returns:
        Variable (n,).

    Raises:
        InvalidType: x has fewer than two axes or holds no floats.
    """
    return BatchL2NormSquared().apply((x,))[0]
