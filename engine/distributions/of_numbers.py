"""What distributions of single numbers share: every element of the parameters is a distribution of its own."""

from __future__ import annotations

import numbers
from typing import Any

import numpy

from ..distribution import Distribution
from ..functions import where
from ..variable import Variable, as_variable

__all__ = ["OfNumbers", "as_value", "common_shape", "impossible_outside"]


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


def as_value(x: Any, parameter: Any) -> Variable:
    """x as a variable; a number becomes one without axes, with the dtype and device of a parameter."""
    if isinstance(x, numbers.Number):
        x = parameter.xp.asarray(x, parameter.dtype)
    return as_variable(x)


def common_shape(x: Any, parameter: Any) -> tuple[int, ...]:
    """The shape that values and a parameter are stretched to; that of x, where they don't fit together."""
    try:
        return numpy.broadcast_shapes(x.shape, parameter.shape)
    except ValueError:
        return x.shape


def impossible_outside(possible: Any, log_prob: Any) -> Any:
    """`log_prob` where the array `possible` is true; elsewhere -inf, the logarithm of no probability."""
    return where(possible, log_prob, -numpy.inf)
