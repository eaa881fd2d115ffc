"""Exponential: the waiting time for something that happens at a steady rate."""

from __future__ import annotations

from typing import Any

from ..distribution import register_kl
from ..functions import exp, log, where
from ..variable import as_array, as_variable
from .of_numbers import OfNumbers, as_value, impossible_outside

__all__ = ["Exponential"]


class Exponential(OfNumbers):
    """Exponential distributions with density lam exp(-lam x).

    Args:
        lam: the rate, positive, variable or array of any shape.
    """

    def __init__(self, lam: Any) -> None:
        self.lam: Any = as_variable(lam)

    @property
    def params(self) -> dict[str, Any]:
        return {"lam": self.lam}

    @property
    def support(self) -> str:
        return "positive"

    def log_prob(self, x: Any) -> Any:
        x = as_value(x, self.lam)
        return impossible_outside(as_array(x) >= 0, log(self.lam) - self.lam * x)

    def cdf(self, x: Any) -> Any:
        x = as_value(x, self.lam)
        return where(as_array(x) >= 0, 1 - exp(-self.lam * x), 0.0)

    def icdf(self, x: Any) -> Any:
        x = as_value(x, self.lam)
        return -log(1 - x) / self.lam

    def sample_n(self, n: int) -> Any:
        noise = self.xp.random.standard_exponential(self._shape_of(n)).astype(self._dtype, copy=False)
        return noise / self.lam

    @property
    def entropy(self) -> Any:
        return 1 - log(self.lam)

    @property
    def mean(self) -> Any:
        return 1 / self.lam

    @property
    def variance(self) -> Any:
        return 1 / self.lam**2


@register_kl(Exponential, Exponential)
def _kl_exponential_exponential(p: Exponential, q: Exponential) -> Any:
    return log(p.lam) - log(q.lam) + q.lam / p.lam - 1
