"""Dirichlet: k uncertain probabilities that add up to 1."""

from __future__ import annotations

from typing import Any

from ..distribution import Distribution, register_kl
from ..functions import digamma, expand_dims, lgamma, log, sum
from ..variable import as_variable

__all__ = ["Dirichlet"]


class Dirichlet(Distribution):
    """Dirichlet distributions; a sample is a vector of k positive numbers whose sum is 1.

    Args:
        alpha: positive, (*batch_shape, k), variable or array.
    """

    def __init__(self, alpha: Any) -> None:
        self.alpha: Any = as_variable(alpha)

    @property
    def alpha0(self) -> Any:
        """The sum of alpha over the classes, (*batch_shape,)."""
        return sum(self.alpha, axis=-1)

    @property
    def params(self) -> dict[str, Any]:
        return {"alpha": self.alpha}

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return self.alpha.shape[:-1]

    @property
    def event_shape(self) -> tuple[int, ...]:
        return self.alpha.shape[-1:]

    @property
    def support(self) -> str:
        return "[0, 1]"

    @property
    def _log_norm(self) -> Any:
        return sum(lgamma(self.alpha), axis=-1) - lgamma(self.alpha0)

    def log_prob(self, x: Any) -> Any:
        return sum((self.alpha - 1) * log(as_variable(x)), axis=-1) - self._log_norm

    def sample_n(self, n: int) -> Any:
        xp, alpha = self.xp, self.alpha.array
        rows = alpha.reshape(-1, alpha.shape[-1])
        drawn = xp.stack([xp.random.dirichlet(row, size=(n,)) for row in rows], axis=1)
        return as_variable(drawn.reshape(n, *alpha.shape).astype(alpha.dtype, copy=False))

    @property
    def mean(self) -> Any:
        return self.alpha / expand_dims(self.alpha0, -1)

    @property
    def variance(self) -> Any:
        total = expand_dims(self.alpha0, -1)
        return self.alpha * (total - self.alpha) / total**2 / (total + 1)

    @property
    def entropy(self) -> Any:
        total = self.alpha0
        return (
            self._log_norm
            + (total - self.event_shape[0]) * digamma(total)
            - sum((self.alpha - 1) * digamma(self.alpha), axis=-1)
        )


@register_kl(Dirichlet, Dirichlet)
def _kl_dirichlet_dirichlet(p: Dirichlet, q: Dirichlet) -> Any:
    expected_log = digamma(p.alpha) - expand_dims(digamma(p.alpha0), -1)
    return q._log_norm - p._log_norm + sum((p.alpha - q.alpha) * expected_log, axis=-1)
