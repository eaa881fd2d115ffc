"""The logarithm of the gamma function and its derivatives, and the zeta function, elementwise."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .special import _Special, special

__all__ = ["digamma", "lgamma", "polygamma", "zeta"]


class LGamma(_Special):
    """y = log |gamma x|."""

    op_name = "lgamma"
    scipy_name = "gammaln"
    formula = "y = log |gamma x|;  gx = gy * digamma x"
    example_range = (0.5, 3.0)

    @staticmethod
    def slope(x: Any) -> Any:
        return special("digamma", x)


def lgamma(x: Any) -> Any:
    """The logarithm of the absolute value of the gamma function.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.

    Raises:
        ImportError: SciPy is not installed.
    """
    return LGamma().apply((x,))[0]


class DiGamma(_Special):
    """y = the derivative of log gamma."""

    op_name = "digamma"
    formula = "y = derivative of log |gamma x|;  gx = gy * polygamma(1, x)"
    example_range = (0.5, 3.0)

    @staticmethod
    def slope(x: Any) -> Any:
        return _polygamma(1, x)


def digamma(x: Any) -> Any:
    """The derivative of `lgamma`.

    Args:
        x: variable or array, float, any shape.

    Returns:
        Variable of the same shape and dtype.

    Raises:
        ImportError: SciPy is not installed.
    """
    return DiGamma().apply((x,))[0]


class PolyGamma(Op):
    """y = the n-th derivative of digamma."""

    op_name = "polygamma"
    x_roles = ("n", "x")
    y_roles = ("y",)
    formula = (
        "y = n-th derivative of digamma x;  gn = none, n is a whole number;  gx = gy * polygamma(n + 1, x)"
    )
    retained_x = (0, 1)

    @property
    def label(self) -> str:
        return "polygamma"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        n, x = inputs
        require(n.dtype.kind == "i", "n.dtype.kind == i", f"{n.dtype.kind} != i")
        require_float("x", x)
        return (special("polygamma", n, x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        n, x = xs
        gx = gys[0] * _polygamma(either.array_of(n) + 1, x)
        return None, either.sum_to(gx, x.shape)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        n = rng.integers(0, 4, size=(2, 3))

        def derivative(x: Any) -> Any:
            return polygamma(x.xp.asarray(n), x)

        return [
            Example(derivative, (rng.uniform(0.5, 3, size=(2, 3)),)),
            Example(derivative, (rng.uniform(0.5, 3, size=3),), "broadcast"),
        ]


def _polygamma(n: Any, x: Any) -> Any:
    """polygamma in a backward rule: n a number or an array, x an array or a variable."""
    xp = backend.get_array_module(either.array_of(x))
    n = xp.asarray(n)
    return polygamma(n, x) if isinstance(x, Variable) else special("polygamma", n, x)


def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of `digamma`, elementwise.

    Args:
        n: variable or array of integers, >= 0.
        x: variable or array, float; its shape and that of n are broadcast together.

    Returns:
        Variable of the dtype of x.

    Raises:
        ImportError: SciPy is not installed.
        InvalidType: n holds no integers, or x no floats.
    """
    return PolyGamma().apply((n, x))[0]


class Zeta(_Special):
    """y = the Hurwitz zeta function of a given s at x."""

    op_name = "zeta"
    formula = "y = sum of (k + x)^-s over k >= 0;  gx = -gy s zeta(s + 1, x)"

    def __init__(self, s: Any) -> None:
        self.s = s

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("q", x)
        self.s = backend.get_array_module(x).asarray(self.s)
        return (special("zeta", self.s, x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        slope = zeta(self.s + 1, x) if isinstance(x, Variable) else special("zeta", self.s + 1, x)
        s = -self.s.astype(x.dtype)
        return (either.sum_to(gys[0] * (slope * s), x.shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        s = rng.uniform(1.5, 4, size=(2, 3))
        return [
            Example(lambda x: zeta(x.xp.asarray(s), x), (rng.uniform(0.5, 2, size=(2, 3)),)),
            Example(lambda x: zeta(2, x), (rng.uniform(0.5, 2, size=3),), "one s"),
            Example(lambda x: zeta(x.xp.asarray(s), x), (rng.uniform(0.5, 2, size=3),), "broadcast"),
        ]


def zeta(x: Any, q: Any) -> Any:
    """The Hurwitz zeta function, the sum of (k + q)^-x over all k >= 0; elementwise.

    Args:
        x: number or array > 1. It gets no gradient: that has no closed form.
        q: variable or array, float; its shape and that of x are broadcast together.

    Returns:
        Variable of the dtype of q.

    Raises:
        ImportError: SciPy is not installed.
        TypeError: x is a variable.
    """
    if isinstance(x, Variable):
        raise TypeError(
            "zeta: x must be a number or an array, no variable: zeta has no gradient in x; pass x.array"
        )
    return Zeta(x).apply((q,))[0]
