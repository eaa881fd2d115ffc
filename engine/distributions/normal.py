"""Normal: the Gaussian distribution."""

from __future__ import annotations

import math
import numbers
from typing import Any

from ..distribution import Distribution, register_kl
from ..functions import broadcast_to, exp, log, log_ndtr, ndtr, ndtri
from ..variable import as_variable
from .of_numbers import as_value, common_shape

__all__ = ["Normal"]

_LOG_SQRT_TAU = 0.5 * math.log(2 * math.pi)


class Normal(Distribution):
    """Normal distributions with mean `loc` and standard deviation `scale`.

    Args:
        loc: variable or array of any shape.
        scale: positive, of the same shape; or
        log_scale: its logarithm. Exactly one of the two.

    Raises:
        ValueError: both or none of scale and log_scale are given.
    """

    def __init__(self, loc: Any, scale: Any = None, *, log_scale: Any = None) -> None:
        if (scale is None) == (log_scale is None):
            raise ValueError("Normal: give either scale or log_scale, not both")
        self.loc: Any = as_variable(loc)
        self._scale: Any = None if scale is None else as_variable(scale)
        self._log_scale: Any = None if log_scale is None else as_variable(log_scale)

    @property
    def scale(self) -> Any:
        """The standard deviation, as a variable."""
        if self._scale is None:
            self._scale = exp(self._log_scale)
        return self._scale

    @property
    def log_scale(self) -> Any:
        """The logarithm of the standard deviation, as a variable."""
        if self._log_scale is None:
            self._log_scale = log(self._scale)
        return self._log_scale

    @property
    def params(self) -> dict[str, Any]:
        return {"loc": self.loc, "scale": self.scale}

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return self.loc.shape

    @property
    def event_shape(self) -> tuple[int, ...]:
        return ()

    @property
    def support(self) -> str:
        return "real"

    def log_prob(self, x: Any) -> Any:
        x = as_value(x, self.loc) if isinstance(x, numbers.Number) else x
        shape = common_shape(x, self.loc)
        scaled = (x - broadcast_to(self.loc, shape)) / broadcast_to(self.scale, shape)
        return -(broadcast_to(self.log_scale, shape) + 0.5 * scaled**2) - _LOG_SQRT_TAU

    def _standard(self, x: Any) -> Any:
        """How many standard deviations x is above the mean."""
        return (as_value(x, self.loc) - self.loc) / self.scale

    def cdf(self, x: Any) -> Any:
        return ndtr(self._standard(x))

    def log_cdf(self, x: Any) -> Any:
        return log_ndtr(self._standard(x))

    def survival_function(self, x: Any) -> Any:
        return ndtr(-self._standard(x))

    def log_survival_function(self, x: Any) -> Any:
        return log_ndtr(-self._standard(x))

    def icdf(self, x: Any) -> Any:
        return self.loc + self.scale * ndtri(as_variable(x))

    def sample_n(self, n: int) -> Any:
        dtype, xp = self.loc.dtype, self.xp
        shape = (n, *self.loc.shape)
        noise = xp.random.standard_normal(shape).astype(dtype)
        return broadcast_to(self.loc, shape) + noise * broadcast_to(self.scale, shape)

    @property
    def entropy(self) -> Any:
        return self.log_scale + (0.5 + _LOG_SQRT_TAU)

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        return self.scale**2

    @property
    def stddev(self) -> Any:
        return self.scale


@register_kl(Normal, Normal)
def _kl_normal_normal(p: Normal, q: Normal) -> Any:
    variances = (p.scale**2 + (p.loc - q.loc) ** 2) / (2 * q.scale**2)
    return q.log_scale - p.log_scale + variances - 0.5
