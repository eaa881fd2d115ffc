"""Categorical: the number of one of k classes."""

from __future__ import annotations

from typing import Any

from ..distribution import register_kl
from ..functions import get_item, log, log_softmax, softmax, sum, where
from ..utils.arguments import parse_kwargs
from ..variable import as_array, as_variable
from .choices import OfClasses, draw_classes

__all__ = ["Categorical"]


class Categorical(OfClasses):
    """Class numbers from 0 to k - 1.

    Args:
        p: the classes' probabilities, (*batch_shape, k), variable or array; or
        logit: their logarithms plus any number. Exactly one of the two.

    Raises:
        ValueError: both or none of p and logit are given.
    """

    def __init__(self, p: Any = None, **kwargs: Any) -> None:
        (logit,) = parse_kwargs(kwargs, ("logit", None))
        if (p is None) == (logit is None):
            raise ValueError("Categorical: give either p or logit, not both")
        self._log_p: Any = None
        if p is None:
            logit = as_variable(logit)
            self._log_p = log_softmax(logit, axis=-1)
            p = softmax(logit, axis=-1)
        super().__init__(p)

    @property
    def log_p(self) -> Any:
        if self._log_p is None:
            self._log_p = log(self.p)
        return self._log_p

    @property
    def event_shape(self) -> tuple[int, ...]:
        return ()

    def log_prob(self, x: Any) -> Any:
        """The logarithm of the probability of class numbers x, whole numbers (*sample_shape, *batch_shape)."""
        xp, classes = self.xp, as_array(x)
        batch = xp.indices(self.batch_shape)
        return get_item(self.log_p, (*batch, classes.astype("l", copy=False)))

    def sample_n(self, n: int) -> Any:
        return as_variable(draw_classes(self.xp, self.p.array, n))

    @property
    def entropy(self) -> Any:
        return -sum(_times_log(self.p, self.log_p), axis=-1)


def _times_log(p: Any, log_ratio: Any) -> Any:
    """p times a logarithm; 0 where p is 0, however large the logarithm."""
    return where(p.array > 0, p * log_ratio, 0.0)


@register_kl(Categorical, Categorical)
def _kl_categorical_categorical(p: Categorical, q: Categorical) -> Any:
    return sum(_times_log(p.p, p.log_p - q.log_p), axis=-1)
