"""Pareto: few are large, most are small."""

from __future__ import annotations

from typing import Any

import numpy

from ..distribution import register_kl
from ..functions import log, where
from ..variable import as_array, as_variable
from .of_numbers import OfNumbers, impossible_outside

__all__ = ["Pareto"]


class Pareto(OfNumbers):
    """Pareto distributions with density alpha scale^alpha / x^(alpha + 1) from `scale` on.

    Args:
        scale: the smallest value, positive, variable or array of any shape.
        alpha: positive, of the same shape.
    """

    def __init__(self, scale: Any, alpha: Any) -> None:
        self.scale: Any = as_variable(scale)
        self.alpha: Any = as_variable(alpha)

    @property
    def params(self) -> dict[str, Any]:
        return {"scale": self.scale, "alpha": self.alpha}

    @property
    def support(self) -> str:
        return "[scale, inf]"

    def log_prob(self, x: Any) -> Any:
        x = as_variable(x)
        density = log(self.alpha) + self.alpha * log(self.scale) - (self.alpha + 1) * log(x)
        return impossible_outside(as_array(x) >= self.scale.array, density)

    def sample_n(self, n: int) -> Any:
        noise = self.xp.random.pareto(self.alpha.array, self._shape_of(n)) + 1
        return self.scale * noise.astype(self._dtype, copy=False)

    @property
    def entropy(self) -> Any:
        return log(self.scale) - log(self.alpha) + 1 / self.alpha + 1

    @property
    def mean(self) -> Any:
        """Infinite where alpha is not above 1."""
        value = self.alpha * self.scale / (self.alpha - 1)
        return where(self.alpha.array > 1, value, numpy.inf)

    @property
    def variance(self) -> Any:
        """Infinite where alpha is not above 2."""
        value = self.scale**2 * self.alpha / (self.alpha - 1) ** 2 / (self.alpha - 2)
        return where(self.alpha.array > 2, value, numpy.inf)


@register_kl(Pareto, Pareto)
def _kl_pareto_pareto(p: Pareto, q: Pareto) -> Any:
    divergence = q.alpha * (log(p.scale) - log(q.scale)) + log(p.alpha) - log(q.alpha) + q.alpha / p.alpha - 1
    return where(p.scale.array >= q.scale.array, divergence, numpy.inf)
