"""swish: x times its own sigmoid."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .sigmoid import sigmoid

__all__ = ["swish"]


class Swish(Op):
    """y = x sigmoid(b x), with b laid on the axes of x from the second on."""

    op_name = "swish"
    x_roles = ("x", "b")
    y_roles = ("y",)
    formula = (
        "s = sigmoid(b x);  y = x s;  gx = gy (s + b x s (1 - s));"
        "  gb = gy x^2 s (1 - s), summed where b is shared"
    )
    retained_x = (0, 1)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, b = inputs
        require_float("x", x)
        require_equal("x.dtype", x.dtype, "beta.dtype", b.dtype)
        require_equal("beta.shape", b.shape, "x.shape[1:]", x.shape[1 : 1 + b.ndim])
        return (x * _sigmoid(b.reshape(_aligned(b.shape, x.ndim)) * x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, b = xs
        (gy,) = gys
        aligned = _aligned(b.shape, len(x.shape))
        wide = either.broadcast_to(either.reshape(b, aligned), x.shape)
        s = _sigmoid(wide * x)
        y = x * s
        slope = y * (1 - s)
        gx = gy * (s + wide * slope) if 0 in wanted else None
        gb = either.reshape(either.sum_to(gy * x * slope, aligned), b.shape) if 1 in wanted else None
        return gx, gb

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [
            Example(swish, (rng.normal(size=(2, 3)), rng.uniform(size=3))),
            Example(swish, (rng.normal(size=(2, 3, 2)), rng.uniform(size=3)), "more axes"),
        ]


def _aligned(shape: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    """`shape` with its first axis at place 1 of `ndim` axes."""
    return (1, *shape, *(1,) * (ndim - 1 - len(shape))) if shape else (1,) * ndim


def _sigmoid(x: Any) -> Any:
    if isinstance(x, Variable):
        return sigmoid(x)
    return backend.get_array_module(x).tanh(x * 0.5) * 0.5 + 0.5


def swish(x: Any, beta: Any) -> Any:
    """x * sigmoid(beta x).

    Args:
        x: variable or array (n, ...), float.
        beta: variable or array of the same dtype; its axes are those of x from the second on.

    Raises:
        InvalidType: shapes or dtypes don't fit.

    Reference: Ramachandran, Zoph, Le 2017.
    """
    return Swish().apply((x, beta))[0]
