"""Beta: a probability that is itself uncertain."""

from __future__ import annotations

from typing import Any

from ..distribution import register_kl
from ..functions import digamma, lgamma, log
from ..variable import as_array, as_variable
from .of_numbers import OfNumbers, impossible_outside

__all__ = ["Beta"]


class Beta(OfNumbers):
    """Beta distributions on (0, 1), with density x^(a - 1) (1 - x)^(b - 1) / B(a, b).

    Args:
        a, b: positive, variables or arrays of one shape.
    """

    def __init__(self, a: Any, b: Any) -> None:
        self.a: Any = as_variable(a)
        self.b: Any = as_variable(b)

    @property
    def params(self) -> dict[str, Any]:
        return {"a": self.a, "b": self.b}

    @property
    def support(self) -> str:
        return "[0, 1]"

    @property
    def _log_norm(self) -> Any:
        """log B(a, b)."""
        return lgamma(self.a) + lgamma(self.b) - lgamma(self.a + self.b)

    def log_prob(self, x: Any) -> Any:
        x = as_variable(x)
        density = (self.a - 1) * log(x) + (self.b - 1) * log(1 - x) - self._log_norm
        value = as_array(x)
        return impossible_outside((value >= 0) & (value <= 1), density)

    def sample_n(self, n: int) -> Any:
        drawn = self.xp.random.beta(self.a.array, self.b.array, size=self._shape_of(n))
        return as_variable(drawn.astype(self._dtype, copy=False))

    @property
    def mean(self) -> Any:
        return self.a / (self.a + self.b)

    @property
    def variance(self) -> Any:
        total = self.a + self.b
        return self.a * self.b / total**2 / (total + 1)

    @property
    def entropy(self) -> Any:
        total = self.a + self.b
        return (
            self._log_norm
            - (self.a - 1) * digamma(self.a)
            - (self.b - 1) * digamma(self.b)
            + (total - 2) * digamma(total)
        )


@register_kl(Beta, Beta)
def _kl_beta_beta(p: Beta, q: Beta) -> Any:
    by_a, by_b = p.a - q.a, p.b - q.b
    return (
        q._log_norm
        - p._log_norm
        + by_a * digamma(p.a)
        + by_b * digamma(p.b)
        - (by_a + by_b) * digamma(p.a + p.b)
    )
