"""LogNormal: a number whose logarithm is normal."""

from __future__ import annotations

import math
from typing import Any

from ..distribution import register_kl
from ..functions import exp, log
from ..variable import as_variable
from .of_numbers import OfNumbers

__all__ = ["LogNormal"]

_LOG_SQRT_TAU = 0.5 * math.log(2 * math.pi)


class LogNormal(OfNumbers):
    """exp of normal numbers.

    Args:
        mu: mean of the logarithm, variable or array of any shape.
        sigma: standard deviation of the logarithm, positive, of the same shape.
    """

    def __init__(self, mu: Any, sigma: Any) -> None:
        self.mu: Any = as_variable(mu)
        self.sigma: Any = as_variable(sigma)

    @property
    def params(self) -> dict[str, Any]:
        return {"mu": self.mu, "sigma": self.sigma}

    @property
    def support(self) -> str:
        return "positive"

    def log_prob(self, x: Any) -> Any:
        log_x = log(as_variable(x))
        return -log(self.sigma) - log_x - 0.5 * ((log_x - self.mu) / self.sigma) ** 2 - _LOG_SQRT_TAU

    def sample_n(self, n: int) -> Any:
        noise = self.xp.random.standard_normal(self._shape_of(n)).astype(self._dtype, copy=False)
        return exp(self.sigma * noise + self.mu)

    @property
    def entropy(self) -> Any:
        return self.mu + log(self.sigma) + (0.5 + _LOG_SQRT_TAU)

    @property
    def mean(self) -> Any:
        return exp(self.mu + 0.5 * self.sigma**2)

    @property
    def variance(self) -> Any:
        spread = self.sigma**2
        return exp(2 * self.mu + spread) * (exp(spread) - 1)


@register_kl(LogNormal, LogNormal)
def _kl_log_normal_log_normal(p: LogNormal, q: LogNormal) -> Any:
    return log(q.sigma) - log(p.sigma) + 0.5 * (p.sigma**2 + (p.mu - q.mu) ** 2) / q.sigma**2 - 0.5
