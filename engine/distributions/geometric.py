"""Geometric: how many tries until the first success."""

from __future__ import annotations

from typing import Any

from ..distribution import register_kl
from ..functions import log, log1p
from ..variable import as_array, as_variable
from .of_numbers import OfNumbers, as_value

__all__ = ["Geometric"]


class Geometric(OfNumbers):
    """Whole numbers from 1 on, x with probability p (1 - p)^(x - 1).

    Args:
        p: the probability of success, variable or array of any shape.
    """

    def __init__(self, p: Any) -> None:
        self.p: Any = as_variable(p)

    @property
    def params(self) -> dict[str, Any]:
        return {"p": self.p}

    @property
    def support(self) -> str:
        return "positive integer"

    def log_prob(self, x: Any) -> Any:
        failures = as_array(as_value(x, self.p)).astype(self._dtype, copy=False) - 1
        return failures * log1p(-self.p) + log(self.p)

    def sample_n(self, n: int) -> Any:
        drawn = self.xp.random.geometric(self.p.array, self._shape_of(n))
        return as_variable(drawn.astype(self._dtype))

    @property
    def mean(self) -> Any:
        return 1 / self.p

    @property
    def variance(self) -> Any:
        return (1 - self.p) / self.p**2


@register_kl(Geometric, Geometric)
def _kl_geometric_geometric(p: Geometric, q: Geometric) -> Any:
    failures = 1 / p.p - 1
    return failures * (log1p(-p.p) - log1p(-q.p)) + log(p.p) - log(q.p)
