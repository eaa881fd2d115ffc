"""Cauchy: a peak with tails so heavy that it has no mean."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy

from ..functions import arctan, log, square, tan
from ..variable import as_variable
from .of_numbers import OfNumbers, as_value

__all__ = ["Cauchy"]


class Cauchy(OfNumbers):
    """Cauchy distributions with density scale / (pi ((x - loc)^2 + scale^2)).

    Args:
        loc: the median, variable or array of any shape.
        scale: positive, of the same shape.
    """

    def __init__(self, loc: Any, scale: Any) -> None:
        self.loc: Any = as_variable(loc)
        self.scale: Any = as_variable(scale)

    @property
    def params(self) -> dict[str, Any]:
        return {"loc": self.loc, "scale": self.scale}

    @property
    def support(self) -> str:
        return "real"

    def log_prob(self, x: Any) -> Any:
        x = as_value(x, self.loc)
        return log(self.scale) - math.log(math.pi) - log(square(x - self.loc) + square(self.scale))

    def cdf(self, x: Any) -> Any:
        x = as_value(x, self.loc)
        return arctan((x - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, x: Any) -> Any:
        x = as_value(x, self.loc)
        return tan(math.pi * (x - 0.5)) * self.scale + self.loc

    def sample_n(self, n: int) -> Any:
        noise = self.xp.random.standard_cauchy(self._shape_of(n)).astype(self._dtype, copy=False)
        return self.scale * noise + self.loc

    @property
    def entropy(self) -> Any:
        return log(4 * math.pi * self.scale)

    @property
    def mean(self) -> Any:
        """NaN, with a warning: there is none."""
        return self._undefined("Mean")

    @property
    def variance(self) -> Any:
        """NaN, with a warning: there is none."""
        return self._undefined("Variance")

    def _undefined(self, what: str) -> Any:
        warnings.warn(f"{what} of the cauchy distribution is undefined.", RuntimeWarning, stacklevel=3)
        return as_variable(self.xp.full(self.batch_shape, numpy.nan, self._dtype))
