"""What distributions of single numbers share: every element of the parameters is a distribution of its own."""

from __future__ import annotations

from typing import Any

import numpy

from ..distribution import Distribution
from ..functions import where

__all__ = ["OfNumbers", "impossible_outside"]


class OfNumbers(Distribution):
    """Base of distributions whose batch has the shape of their parameters, and whose samples are numbers."""

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return next(iter(self.params.values())).shape

    @property
    def event_shape(self) -> tuple[int, ...]:
        return ()

    @property
    def _dtype(self) -> Any:
        return next(iter(self.params.values())).dtype

    def _shape_of(self, n: int) -> tuple[int, ...]:
        """The shape of n samples."""
        return (n, *self.batch_shape)


def impossible_outside(possible: Any, log_prob: Any) -> Any:
    """`log_prob` where the array `possible` is true; elsewhere -inf, the logarithm of no probability."""
    return where(possible, log_prob, -numpy.inf)
