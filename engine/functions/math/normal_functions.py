"""The distribution function of the standard normal distribution, its inverse and its logarithm, elementwise."""

from __future__ import annotations

import math
from typing import Any

from .. import either
from .special import _Special, special

__all__ = ["log_ndtr", "ndtr", "ndtri"]

_ROOT = math.sqrt(2 * math.pi)


class Ndtr(_Special):
    """y = the probability that a standard normal number is at most x."""

    op_name = "ndtr"
    formula = "y = (1 + erf(x / sqrt 2)) / 2;  gx = gy * e^(-x^2 / 2) / sqrt(2 pi)"

    @staticmethod
    def slope(x: Any) -> Any:
        return 1 / _ROOT * either.exp(x * x * -0.5)


def ndtr(x: Any) -> Any:
    """The probability that a standard normal number is at most x.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.

    Raises:
        ImportError: SciPy is not installed.
    """
    return Ndtr().apply((x,))[0]


class Ndtri(_Special):
    """The x whose ndtr is given."""

    op_name = "ndtri"
    formula = "y = ndtri x, where ndtr y = x;  gx = gy * sqrt(2 pi) * e^(y^2 / 2)"
    retained_x = ()
    retained_y = (0,)
    example_range = (0.1, 0.9)

    @staticmethod
    def slope(y: Any) -> Any:
        return _ROOT * either.exp(y * y * 0.5)


def ndtri(x: Any) -> Any:
    """The inverse of `ndtr`: NaN outside of [0, 1].

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.

    Raises:
        ImportError: SciPy is not installed.
    """
    return Ndtri().apply((x,))[0]


class LogNdtr(_Special):
    """y = log of ndtr x."""

    op_name = "log_ndtr"
    formula = "y = log of ndtr x;  gx = gy * sqrt(2 / pi) / erfcx(-x / sqrt 2)"

    @staticmethod
    def slope(x: Any) -> Any:
        # erfcx keeps its size where both the density and ndtr x go to 0.
        return math.sqrt(2 / math.pi) / special("erfcx", x * -math.sqrt(0.5))


def log_ndtr(x: Any) -> Any:
    """The logarithm of `ndtr`, exact also where that is nearly 0.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.

    Raises:
        ImportError: SciPy is not installed.
    """
    return LogNdtr().apply((x,))[0]
