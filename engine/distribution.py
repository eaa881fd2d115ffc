"""Distribution: the base of probability distributions whose parameters are variables.

Every result is a variable of the parameters, so that a likelihood or a divergence can be a loss. A batch of
distributions has a `batch_shape`; one sample of one of them has the `event_shape`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import backend

__all__ = ["Distribution", "cross_entropy", "kl_divergence", "register_kl"]


class Distribution:
    """Base of distributions; what a distribution doesn't have raises `NotImplementedError`, as in Chainer."""

    def _missing(self, what: str) -> NotImplementedError:
        return NotImplementedError(f"{type(self).__name__} has no {what}")

    @property
    def params(self) -> dict[str, Any]:
        """The parameters by name, as variables."""
        raise self._missing("params")

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The shape of the batch of distributions."""
        raise self._missing("batch_shape")

    @property
    def event_shape(self) -> tuple[int, ...]:
        """The shape of one sample of one distribution."""
        raise self._missing("event_shape")

    @property
    def support(self) -> str:
        """On what the distribution lives, in words such as `real` or `{0, 1}`."""
        raise self._missing("support")

    @property
    def xp(self) -> Any:
        """The array module of the parameters."""
        return backend.get_array_module(*self.params.values())

    def sample(self, sample_shape: tuple[int, ...] | int = ()) -> Any:
        """Draw samples, of shape (*sample_shape, *batch_shape, *event_shape)."""
        shape = (sample_shape,) if isinstance(sample_shape, int) else tuple(sample_shape)
        count = 1
        for length in shape:
            count *= length
        return self.sample_n(count).reshape(shape + self.batch_shape + self.event_shape)

    def sample_n(self, n: int) -> Any:
        """Draw n samples, of shape (n, *batch_shape, *event_shape)."""
        raise self._missing("sample_n")

    def log_prob(self, x: Any) -> Any:
        """The logarithm of the probability or density of x."""
        raise self._missing("log_prob")

    def prob(self, x: Any) -> Any:
        """The probability or density of x."""
        from .functions import exp

        return exp(self.log_prob(x))

    def cdf(self, x: Any) -> Any:
        """The probability of values up to x."""
        raise self._missing("cdf")

    def log_cdf(self, x: Any) -> Any:
        from .functions import log

        return log(self.cdf(x))

    def survival_function(self, x: Any) -> Any:
        """The probability of values above x."""
        return 1.0 - self.cdf(x)

    def log_survival_function(self, x: Any) -> Any:
        from .functions import log

        return log(self.survival_function(x))

    def icdf(self, x: Any) -> Any:
        """The value up to which the probability is x."""
        raise self._missing("icdf")

    @property
    def entropy(self) -> Any:
        raise self._missing("entropy")

    @property
    def perplexity(self) -> Any:
        """e to the power of the entropy."""
        from .functions import exp

        return exp(self.entropy)

    @property
    def mean(self) -> Any:
        raise self._missing("mean")

    @property
    def mode(self) -> Any:
        raise self._missing("mode")

    @property
    def variance(self) -> Any:
        raise self._missing("variance")

    @property
    def stddev(self) -> Any:
        """The standard deviation."""
        from .functions import sqrt

        return sqrt(self.variance)

    @property
    def covariance(self) -> Any:
        raise self._missing("covariance")


_divergences: dict[tuple[type, type], Callable[[Any, Any], Any]] = {}


def register_kl(
    Dist1: type,
    Dist2: type,
) -> Callable[[Callable[[Any, Any], Any]], Callable[[Any, Any], Any]]:
    """Decorator: the function computes `kl_divergence` of a `Dist1` and a `Dist2`."""

    def register(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        _divergences[Dist1, Dist2] = function
        return function

    return register


def kl_divergence(dist1: Distribution, dist2: Distribution) -> Any:
    """The Kullback-Leibler divergence of `dist1` from `dist2`, one number a distribution of the batch.

    Raises:
        KeyError: no rule for this pair is registered.
    """
    rule = _divergences.get((type(dist1), type(dist2)))
    if rule is None:
        raise KeyError(
            f"there is no kl_divergence of {type(dist1).__name__} from {type(dist2).__name__}; "
            "chainer.register_kl adds one"
        )
    return rule(dist1, dist2)


def cross_entropy(dist1: Distribution, dist2: Distribution) -> Any:
    """The cross entropy: the entropy of `dist1` plus its divergence from `dist2`."""
    return dist1.entropy + kl_divergence(dist1, dist2)
