"""Chisquare: the sum of squares of k standard normal numbers."""

from __future__ import annotations

import math
from typing import Any

from ..functions import digamma, lgamma, log
from ..variable import as_variable
from .of_numbers import OfNumbers

__all__ = ["Chisquare"]


class Chisquare(OfNumbers):
    """Chi-squared distributions.

    Args:
        k: degrees of freedom, positive, variable or array of any shape.
    """

    def __init__(self, k: Any) -> None:
        self.k: Any = as_variable(k)

    @property
    def params(self) -> dict[str, Any]:
        return {"k": self.k}

    @property
    def support(self) -> str:
        return "positive"

    def log_prob(self, x: Any) -> Any:
        x, half = as_variable(x), 0.5 * self.k
        return -lgamma(half) - half * math.log(2.0) + (half - 1) * log(x) - 0.5 * x

    def sample_n(self, n: int) -> Any:
        drawn = self.xp.random.chisquare(self.k.array, self._shape_of(n))
        return as_variable(drawn.astype(self._dtype, copy=False))

    @property
    def entropy(self) -> Any:
        half = 0.5 * self.k
        return half + math.log(2.0) + lgamma(half) + (1 - half) * digamma(half)

    @property
    def mean(self) -> Any:
        return self.k

    @property
    def variance(self) -> Any:
        return 2 * self.k
