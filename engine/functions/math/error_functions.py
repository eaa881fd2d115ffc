"""The error function, its complement, and their inverses, elementwise."""

from __future__ import annotations

import math
from typing import Any

from .. import either
from .special import _Special

__all__ = ["erf", "erfc", "erfcinv", "erfcx", "erfinv"]

_SLOPE = 2 / math.sqrt(math.pi)


class Erf(_Special):
    """y = erf x."""

    op_name = "erf"
    formula = (
        "y = erf x, the integral of 2 / sqrt(pi) * e^(-t^2) from 0 to x;  gx = gy * 2 / sqrt(pi) * e^(-x^2)"
    )

    @staticmethod
    def slope(x: Any) -> Any:
        return _SLOPE * either.exp(-(x * x))


def erf(x: Any) -> Any:
    """The error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.

    Raises:
        ImportError: SciPy is not installed.
    """
    return Erf().apply((x,))[0]


class Erfc(_Special):
    """y = 1 - erf x."""

    op_name = "erfc"
    formula = "y = 1 - erf x;  gx = -gy * 2 / sqrt(pi) * e^(-x^2)"

    @staticmethod
    def slope(x: Any) -> Any:
        return -_SLOPE * either.exp(-(x * x))


def erfc(x: Any) -> Any:
    """1 - erf(x), exact where erf(x) is nearly 1.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.

    Raises:
        ImportError: SciPy is not installed.
    """
    return Erfc().apply((x,))[0]


class Erfcx(_Special):
    """y = e^(x^2) erfc x."""

    op_name = "erfcx"
    formula = "y = e^(x^2) erfc x;  gx = gy * (2 x y - 2 / sqrt(pi))"
    retained_y = (0,)

    @staticmethod
    def slope(x: Any, y: Any) -> Any:
        return 2 * x * y - _SLOPE


def erfcx(x: Any) -> Any:
    """e^(x^2) erfc(x): what is left of erfc(x) when its steep factor is taken out.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.

    Raises:
        ImportError: SciPy is not installed.
    """
    return Erfcx().apply((x,))[0]


class Erfinv(_Special):
    """The x whose erf is given."""

    op_name = "erfinv"
    formula = "y = erfinv x, where erf y = x;  gx = gy * sqrt(pi) / 2 * e^(y^2)"
    retained_x = ()
    retained_y = (0,)
    example_range = (-0.9, 0.9)

    @staticmethod
    def slope(y: Any) -> Any:
        return 1 / _SLOPE * either.exp(y * y)


def erfinv(x: Any) -> Any:
    """The inverse of `erf`: NaN outside of [-1, 1].

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.

    Raises:
        ImportError: SciPy is not installed.
    """
    return Erfinv().apply((x,))[0]


class Erfcinv(_Special):
    """The x whose erfc is given."""

    op_name = "erfcinv"
    formula = "y = erfcinv x, where erfc y = x;  gx = -gy * sqrt(pi) / 2 * e^(y^2)"
    retained_x = ()
    retained_y = (0,)
    example_range = (0.1, 1.9)

    @staticmethod
    def slope(y: Any) -> Any:
        return -1 / _SLOPE * either.exp(y * y)


def erfcinv(x: Any) -> Any:
    """The inverse of `erfc`: NaN outside of [0, 2].

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.

    Raises:
        ImportError: SciPy is not installed.
    """
    return Erfcinv().apply((x,))[0]
