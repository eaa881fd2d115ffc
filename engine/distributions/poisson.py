"""Poisson: how often something happens that happens at a steady rate."""

from __future__ import annotations

from typing import Any

from ..distribution import register_kl
from ..functions import lgamma, log
from ..utils.arguments import force_array
from ..variable import as_array, as_variable
from .of_numbers import OfNumbers, impossible_outside

__all__ = ["Poisson"]


class Poisson(OfNumbers):
    """Whole numbers from 0 on, x with probability lam^x exp(-lam) / x!.

    Args:
        lam: the mean, positive, variable or array of any shape.
    """

    def __init__(self, lam: Any) -> None:
        self.lam: Any = as_variable(lam)

    @property
    def params(self) -> dict[str, Any]:
        return {"lam": self.lam}

    @property
    def support(self) -> str:
        return "non negative integer"

    def log_prob(self, x: Any) -> Any:
        count = as_array(x).astype(self._dtype, copy=False)
        return impossible_outside(
            count >= 0, count * log(self.lam) - lgamma(force_array(count + 1)) - self.lam
        )

    def sample_n(self, n: int) -> Any:
        drawn = self.xp.random.poisson(self.lam.array, self._shape_of(n))
        return as_variable(drawn.astype(self._dtype))

    @property
    def mean(self) -> Any:
        return self.lam

    @property
    def variance(self) -> Any:
        return self.lam


@register_kl(Poisson, Poisson)
def _kl_poisson_poisson(p: Poisson, q: Poisson) -> Any:
    return p.lam * (log(p.lam) - log(q.lam)) - p.lam + q.lam
