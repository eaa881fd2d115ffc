"""Bernoulli: one of two values."""

from __future__ import annotations

from typing import Any

import numpy

from .. import backend
from ..distribution import Distribution, register_kl
from ..functions import broadcast_to, log, sigmoid, softplus
from ..variable import as_array, as_variable
from .of_numbers import common_shape

__all__ = ["Bernoulli"]


class Bernoulli(Distribution):
    """Values 1 with probability p, else 0.

    Args:
        p: probabilities, variable or array; or
        logit: log(p / (1 - p)). Exactly one of the two.
        binary_check: let `log_prob` give -inf for values that are neither 0 nor 1.

    Raises:
        ValueError: both or none of p and logit are given.
    """

    def __init__(self, p: Any = None, logit: Any = None, binary_check: bool = False) -> None:
        if (p is None) == (logit is None):
            raise ValueError("Bernoulli: give either p or logit, not both")
        self._p: Any = None if p is None else as_variable(p)
        self._logit: Any = None if logit is None else as_variable(logit)
        self.binary_check = binary_check

    @property
    def p(self) -> Any:
        """The probability of 1, as a variable."""
        if self._p is None:
            self._p = sigmoid(self._logit)
        return self._p

    @property
    def logit(self) -> Any:
        """log(p / (1 - p)), as a variable."""
        if self._logit is None:
            self._logit = log(self._p) - log(1.0 - self._p)
        return self._logit

    @property
    def params(self) -> dict[str, Any]:
        return {"logit": self.logit}

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return (self._logit if self._p is None else self._p).shape

    @property
    def event_shape(self) -> tuple[int, ...]:
        return ()

    @property
    def support(self) -> str:
        return "{0, 1}"

    def log_prob(self, x: Any) -> Any:
        shape = common_shape(x, self.logit)
        logit = broadcast_to(self.logit, shape)
        value = as_array(x)
        xp = backend.get_array_module(value)
        if xp.isinf(logit.array).any():  # p of 0 or 1, where the other way would multiply 0 with infinity
            result = log(_chosen(broadcast_to(self.p, shape), value))
        else:
            result = logit * (value - 1) - softplus(-logit)
        if self.binary_check:
            wrong = xp.where((value == 0) | (value == 1), 0, -numpy.inf).astype(logit.dtype)
            result = result + wrong
        return result

    def prob(self, x: Any) -> Any:
        return _chosen(broadcast_to(self.p, common_shape(x, self.p)), as_array(x))

    def sample_n(self, n: int) -> Any:
        p = self.p.array
        return as_variable(self.xp.random.binomial(1, p, (n, *p.shape)))

    @property
    def mean(self) -> Any:
        return self.p

    @property
    def variance(self) -> Any:
        return self.p * (1.0 - self.p)

    @property
    def entropy(self) -> Any:
        return self.p * softplus(-self.logit) + (1.0 - self.p) * softplus(self.logit)


def _chosen(p: Any, value: Any) -> Any:
    """p where the value is 1, 1 - p where it is 0."""
    return p * value + (1.0 - p) * (1 - value)


@register_kl(Bernoulli, Bernoulli)
def _kl_bernoulli_bernoulli(p: Bernoulli, q: Bernoulli) -> Any:
    return (p.logit - q.logit) * (p.p - 1.0) - softplus(-p.logit) + softplus(-q.logit)
