"""Independent: several distributions taken as one."""

from __future__ import annotations

from typing import Any

from ..distribution import Distribution, kl_divergence, register_kl
from ..functions import prod, reshape, sum
from ..utils.arguments import size_of_shape

__all__ = ["Independent"]


class Independent(Distribution):
    """The last axes of a batch of distributions, taken as one distribution of independent parts.

    Args:
        distribution: a batch of distributions.
        reinterpreted_batch_ndims: how many axes of the batch become axes of an event; by default all but the first.

    Raises:
        ValueError: the batch has fewer axes.
    """

    def __init__(self, distribution: Distribution, reinterpreted_batch_ndims: int | None = None) -> None:
        batch_ndim = len(distribution.batch_shape)
        if reinterpreted_batch_ndims is None:
            reinterpreted_batch_ndims = max(batch_ndim - 1, 0)
        if reinterpreted_batch_ndims > batch_ndim:
            raise ValueError(
                f"Independent: the batch has {batch_ndim} axes, so {reinterpreted_batch_ndims} can't become an event"
            )
        self.distribution = distribution
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    @property
    def params(self) -> dict[str, Any]:
        return self.distribution.params

    @property
    def batch_shape(self) -> tuple[int, ...]:
        shape = self.distribution.batch_shape
        return shape[: len(shape) - self.reinterpreted_batch_ndims]

    @property
    def event_shape(self) -> tuple[int, ...]:
        shape = self.distribution.batch_shape
        return shape[len(shape) - self.reinterpreted_batch_ndims :] + self.distribution.event_shape

    @property
    def support(self) -> str:
        return self.distribution.support

    def _reduced(self, combine: Any, value: Any) -> Any:
        count = self.reinterpreted_batch_ndims
        return combine(value, axis=tuple(range(-count, 0))) if count else value

    def log_prob(self, x: Any) -> Any:
        return self._reduced(sum, self.distribution.log_prob(x))

    def prob(self, x: Any) -> Any:
        return self._reduced(prod, self.distribution.prob(x))

    def cdf(self, x: Any) -> Any:
        return self._reduced(prod, self.distribution.cdf(x))

    def sample_n(self, n: int) -> Any:
        return self.distribution.sample_n(n)

    @property
    def entropy(self) -> Any:
        return self._reduced(sum, self.distribution.entropy)

    @property
    def mean(self) -> Any:
        return self.distribution.mean

    @property
    def mode(self) -> Any:
        return self.distribution.mode

    @property
    def variance(self) -> Any:
        return self.distribution.variance

    @property
    def covariance(self) -> Any:
        """The parts' covariances as blocks on the diagonal, (*batch_shape, size, size); size is the event's."""
        blocks = self.distribution.covariance
        parts = size_of_shape(self.event_shape) // blocks.shape[-1]
        block = blocks.shape[-1]
        blocks = reshape(blocks, (*self.batch_shape, parts, block, 1, block))
        own_place = self.xp.eye(parts, dtype=blocks.dtype).reshape(parts, 1, parts, 1)
        return reshape(blocks * own_place, (*self.batch_shape, parts * block, parts * block))

    def log_cdf(self, x: Any) -> Any:
        return self._reduced(sum, self.distribution.log_cdf(x))

    def survival_function(self, x: Any) -> Any:
        """The probability that every number is above that of x."""
        return self._reduced(prod, self.distribution.survival_function(x))

    def log_survival_function(self, x: Any) -> Any:
        return self._reduced(sum, self.distribution.log_survival_function(x))

    def icdf(self, x: Any) -> Any:
        """Not there: many events have the same cdf."""
        raise RuntimeError(
            "Independent: the cumulative distribution function of an event of several numbers has no inverse"
        )

    @property
    def stddev(self) -> Any:
        return self.distribution.stddev


@register_kl(Independent, Independent)
def _kl_independent_independent(p: Independent, q: Independent) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise ValueError(
            f"kl_divergence: one takes {p.reinterpreted_batch_ndims} axes as an event, the other "
            f"{q.reinterpreted_batch_ndims}"
        )
    return p._reduced(sum, kl_divergence(p.distribution, q.distribution))
