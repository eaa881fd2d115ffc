"""Uniform: every value of an interval alike."""

from __future__ import annotations

from typing import Any

import numpy

from .. import backend
from ..distribution import Distribution, register_kl
from ..functions import broadcast_to, clip, log, where
from ..variable import as_array, as_variable

__all__ = ["Uniform"]


class Uniform(Distribution):
    """Uniform distributions from `low` to `high`, or from `loc` to `loc + scale`.

    Args:
        low, high: the ends, variables or arrays of one shape; or
        loc, scale: the lower end and the length.

    Raises:
        ValueError: neither pair is given, or both.
    """

    def __init__(self, *, loc: Any = None, scale: Any = None, low: Any = None, high: Any = None) -> None:
        by_ends = low is not None and high is not None and loc is None and scale is None
        by_length = loc is not None and scale is not None and low is None and high is None
        if not (by_ends or by_length):
            raise ValueError("Uniform: give either low and high, or loc and scale")
        self._by_ends = by_ends
        self.low: Any
        self.loc: Any
        if by_ends:
            self.low, self.high = as_variable(low), as_variable(high)
            self.loc, self.scale = self.low, self.high - self.low
        else:
            self.loc, self.scale = as_variable(loc), as_variable(scale)
            self.low, self.high = self.loc, self.loc + self.scale

    @property
    def params(self) -> dict[str, Any]:
        if self._by_ends:
            return {"low": self.low, "high": self.high}
        return {"loc": self.loc, "scale": self.scale}

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return self.low.shape

    @property
    def event_shape(self) -> tuple[int, ...]:
        return ()

    @property
    def support(self) -> str:
        return "[low, high]"

    def log_prob(self, x: Any) -> Any:
        value = as_array(x)
        inside = (value >= self.low.array) & (value <= self.high.array)
        density = -log(broadcast_to(self.scale, x.shape))
        nothing = backend.get_array_module(value).full(density.shape, -numpy.inf, density.dtype)
        return where(inside, density, nothing)

    def cdf(self, x: Any) -> Any:
        return clip((x - broadcast_to(self.low, x.shape)) / broadcast_to(self.scale, x.shape), 0.0, 1.0)

    def icdf(self, x: Any) -> Any:
        return x * broadcast_to(self.scale, x.shape) + broadcast_to(self.low, x.shape)

    def sample_n(self, n: int) -> Any:
        shape = (n, *self.low.shape)
        noise = self.xp.random.uniform(0, 1, shape).astype(self.low.dtype)
        return noise * broadcast_to(self.scale, shape) + broadcast_to(self.low, shape)

    @property
    def entropy(self) -> Any:
        return log(self.scale)

    @property
    def mean(self) -> Any:
        return (self.high + self.low) * 0.5

    @property
    def variance(self) -> Any:
        return self.scale**2 * (1 / 12)


@register_kl(Uniform, Uniform)
def _kl_uniform_uniform(p: Uniform, q: Uniform) -> Any:
    outside = (p.low.array < q.low.array) | (p.high.array > q.high.array)
    divergence = log(q.scale) - log(p.scale)
    infinite = p.xp.full(divergence.shape, numpy.inf, divergence.dtype)
    return where(outside, infinite, divergence)
