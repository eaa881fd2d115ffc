"""mean_squared_error: the mean of (a - b)^2."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require_equal, require_float
from ..op import Example, Op

__all__ = ["mean_squared_error"]


class MeanSquaredError(Op):
    """y = the mean of (a - b)^2 over all elements."""

    op_name = "mean_squared_error"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = sum of (a - b)^2 / n;  ga = gy * 2 (a - b) / n;  gb = -ga"
    retained_x = (0, 1)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        if a.dtype.kind != "f" or a.dtype != b.dtype or a.shape != b.shape:
            require_float("x0", a)
            require_equal("x0.dtype", a.dtype, "x1.dtype", b.dtype)
            require_equal("x0.shape", a.shape, "x1.shape", b.shape)
        difference = (a - b).reshape(-1)
        return ((difference.dot(difference) / difference.dtype.type(difference.size)).astype(a.dtype),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        a, b = xs
        ga = gys[0] * ((a - b) * (2.0 / a.size))
        return ga, -ga if 1 in wanted else None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(mean_squared_error, (rng.normal(size=(2, 3)), rng.normal(size=(2, 3))))]


def mean_squared_error(x0: Any, x1: Any) -> Any:
    """The mean over all elements of (x0 - x1)^2; there is no factor 1/2.

    Args:
        x0, x1: variables or arrays of one shape and float dtype.

    Returns:
        Variable of shape ().

    Raises:
        InvalidType: shape or dtype differ.
    """
    return MeanSquaredError().apply((x0, x1))[0]
