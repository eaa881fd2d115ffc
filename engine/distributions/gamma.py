"""Gamma: the waiting time for k things that happen at a steady rate."""

from __future__ import annotations

from typing import Any

from ..distribution import register_kl
from ..functions import digamma, lgamma, log
from ..variable import as_array, as_variable
from .of_numbers import OfNumbers, impossible_outside

__all__ = ["Gamma"]


class Gamma(OfNumbers):
    """Gamma distributions with density x^(k - 1) exp(-x / theta) / (Gamma(k) theta^k).

    Args:
        k: the shape, positive, variable or array.
        theta: the scale, positive, of the same shape.
    """

    def __init__(self, k: Any, theta: Any) -> None:
        self.k: Any = as_variable(k)
        self.theta: Any = as_variable(theta)

    @property
    def params(self) -> dict[str, Any]:
        return {"k": self.k, "theta": self.theta}

    @property
    def support(self) -> str:
        return "positive"

    def log_prob(self, x: Any) -> Any:
        x = as_variable(x)
        density = (self.k - 1) * log(x) - x / self.theta - lgamma(self.k) - self.k * log(self.theta)
        return impossible_outside(as_array(x) >= 0, density)

    def sample_n(self, n: int) -> Any:
        noise = self.xp.random.standard_gamma(self.k.array, self._shape_of(n))
        return self.theta * noise.astype(self._dtype, copy=False)

    @property
    def entropy(self) -> Any:
        return self.k + log(self.theta) + lgamma(self.k) + (1 - self.k) * digamma(self.k)

    @property
    def mean(self) -> Any:
        return self.k * self.theta

    @property
    def variance(self) -> Any:
        return self.k * self.theta**2


@register_kl(Gamma, Gamma)
def _kl_gamma_gamma(p: Gamma, q: Gamma) -> Any:
    return (
        (p.k - q.k) * digamma(p.k)
        - lgamma(p.k)
        + lgamma(q.k)
        + q.k * (log(q.theta) - log(p.theta))
        + p.k * (p.theta / q.theta - 1)
    )
