"""absolute_error: |a - b|, elementwise; mean_absolute_error: its mean."""

from __future__ import annotations

from typing import Any

from ... import backend
from .. import either
from ..op import Example, Op
from .checks import require_pair

__all__ = ["absolute_error", "mean_absolute_error"]


class AbsoluteError(Op):
    """y = |a - b|, elementwise."""

    op_name = "absolute_error"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = |a - b|;  ga = gy * sign(a - b);  gb = -ga"
    retained_x = (0, 1)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        require_pair(a, b)
        return (abs(a - b),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        ga = gys[0] * _sign_of_difference(*xs)
        return ga, -ga if 1 in wanted else None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a, difference = rng.normal(size=(2, 3)), _away_from_zero(rng)
        return [Example(absolute_error, (a, a + difference))]


class MeanAbsoluteError(Op):
    """y = the mean of |a - b| over all elements."""

    op_name = "mean_absolute_error"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = sum of |a - b| / n;  ga = gy * sign(a - b) / n;  gb = -ga"
    retained_x = (0, 1)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        require_pair(a, b)
        return ((abs(a - b).sum() / a.dtype.type(a.size)).astype(a.dtype),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        ga = either.broadcast_to(gys[0] * (1.0 / xs[0].size), xs[0].shape) * _sign_of_difference(*xs)
        return ga, -ga if 1 in wanted else None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a, difference = rng.normal(size=(2, 3)), _away_from_zero(rng)
        return [Example(mean_absolute_error, (a, a + difference))]


def _sign_of_difference(a: Any, b: Any) -> Any:
    a, b = either.array_of(a), either.array_of(b)
    return backend.get_array_module(a).sign(a - b)


def _away_from_zero(rng: Any) -> Any:
    return rng.choice([-1, 1], size=(2, 3)) * rng.uniform(0.5, 1, size=(2, 3))


def absolute_error(x0: Any, x1: Any) -> Any:
    """|x0 - x1|, elementwise; the slope at 0 is taken as 0.

    Args:
        x0, x1: variables or arrays of one shape and float dtype.

    Raises:
        InvalidType: shape or dtype differ.
    """
    return AbsoluteError().apply((x0, x1))[0]


def mean_absolute_error(x0: Any, x1: Any) -> Any:
    """The mean over all elements of |x0 - x1|.

    Args:
        x0, x1: variables or arrays of one shape and float dtype.

    Returns:
        Variable of shape ().

    Raises:
        InvalidType: shape or dtype differ.
    """
    return MeanAbsoluteError().apply((x0, x1))[0]
