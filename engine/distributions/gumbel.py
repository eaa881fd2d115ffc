"""Gumbel: the largest of many numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy

from ..distribution import register_kl
from ..functions import exp, lgamma, log
from ..variable import as_variable
from .of_numbers import OfNumbers, as_value

__all__ = ["Gumbel"]


class Gumbel(OfNumbers):
    """Gumbel distributions with density exp(-z - exp(-z)) / scale, z = (x - loc) / scale.

    Args:
        loc: the mode, variable or array of any shape.
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

    def log_prob(self, x: Any) -> Any:
        z = (as_value(x, self.loc) - self.loc) / self.scale
        return -log(self.scale) - z - exp(-z)

    def sample_n(self, n: int) -> Any:
        noise = self.xp.random.gumbel(size=self._shape_of(n)).astype(self._dtype, copy=False)
        return self.scale * noise + self.loc

    @property
    def entropy(self) -> Any:
        return log(self.scale) + (numpy.euler_gamma + 1)

    @property
    def mean(self) -> Any:
        return self.loc + numpy.euler_gamma * self.scale

    @property
    def variance(self) -> Any:
        return math.pi**2 * self.scale**2 / 6


@register_kl(Gumbel, Gumbel)
def _kl_gumbel_gumbel(p: Gumbel, q: Gumbel) -> Any:
    ratio, apart = p.scale / q.scale, (q.loc - p.loc) / q.scale
    return (
        log(q.scale)
        - log(p.scale)
        + numpy.euler_gamma * (ratio - 1)
        + exp(apart + lgamma(ratio + 1))
        - 1
        - apart
    )
