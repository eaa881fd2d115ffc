"""Laplace: two exponential tails back to back."""

from __future__ import annotations

import math
from typing import Any

from ..distribution import register_kl
from ..functions import absolute, exp, log, sign
from ..variable import as_variable
from .of_numbers import OfNumbers, as_value

__all__ = ["Laplace"]


class Laplace(OfNumbers):
    """Laplace distributions with density exp(-|x - loc| / scale) / (2 scale).

    Args:
        loc: the mean, variable or array of any shape.
        scale: positive, of the same shape.
    """

    def __init__(self, loc: Any, scale: Any) -> None:
        self.loc: Any = as_variable(loc)
        self.scale: Any = as_variable(scale)

    @property
    def params(self) -> dict[str, Any]:
        return {"loc": self.loc, "scale": self.scale}

    @property
    def support(self) -> str:
        return "real"

    def _distance(self, x: Any) -> Any:
        return absolute(as_value(x, self.loc) - self.loc) / self.scale

    def log_prob(self, x: Any) -> Any:
        return -log(2 * self.scale) - self._distance(x)

    def prob(self, x: Any) -> Any:
        return 0.5 / self.scale * exp(-self._distance(x))

    def cdf(self, x: Any) -> Any:
        x = as_value(x, self.loc)
        return 0.5 - 0.5 * sign(x - self.loc) * (exp(-self._distance(x)) - 1)

    def icdf(self, x: Any) -> Any:
        x = as_value(x, self.loc)
        from_middle = x - 0.5
        return self.loc - self.scale * sign(from_middle) * log(1 - 2 * absolute(from_middle))

    def sample_n(self, n: int) -> Any:
        noise = self.xp.random.laplace(size=self._shape_of(n)).astype(self._dtype, copy=False)
        return self.scale * noise + self.loc

    @property
    def entropy(self) -> Any:
        return log(2 * self.scale) + 1

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def stddev(self) -> Any:
        return math.sqrt(2) * self.scale

    @property
    def variance(self) -> Any:
        return 2 * self.scale**2


@register_kl(Laplace, Laplace)
def _kl_laplace_laplace(p: Laplace, q: Laplace) -> Any:
    apart = absolute(p.loc - q.loc)
    return log(q.scale) - log(p.scale) + apart / q.scale + p.scale / q.scale * exp(-apart / p.scale) - 1
