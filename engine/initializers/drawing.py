"""What the random initializers share: whom they draw from, and how wide.

Drawing happens in float64 and is then rounded to the array's dtype, so one seed gives the same weights in every
dtype up to that rounding.
"""

from __future__ import annotations

import math
from typing import Any

from .. import backend
from ..initializer import Initializer, get_fans

__all__ = ["FAN_OPTIONS", "Drawn", "by_both_fans", "by_fan", "check_fan_option"]

FAN_OPTIONS = ("fan_in", "fan_out")


class Drawn(Initializer):
    """Base of initializers that draw random numbers.

    Args:
        scale: a factor on the width of the distribution.
        dtype: the only dtype that it fills; None for any.
        rng: what to draw from: has `normal`, `uniform` and `randint` as `numpy.random.RandomState` has; None for
            the generator of the array's own module (`numpy.random`).
    """

    def __init__(self, scale: float, dtype: Any = None, *, rng: Any = None) -> None:
        self.scale = scale
        self.rng = rng
        super().__init__(dtype)

    def width(self, shape: tuple[int, ...]) -> float:
        """Standard deviation, or half the interval, for an array of this shape."""
        return self.scale

    def _generator(self, array: Any) -> Any:
        return backend.get_array_module(array).random if self.rng is None else self.rng


def by_fan(scale: float, gain: float, fan: int) -> float:
    """The width that keeps the variance of a layer's output, when each unit sees `fan` inputs."""
    return scale * math.sqrt(gain / fan) if fan else 0.0  # no inputs, no elements to draw


def by_both_fans(scale: float, gain: float, shape: tuple[int, ...]) -> float:
    """The width between the one that is right forward and the one that is right backward."""
    fan_in, fan_out = get_fans(shape)
    return scale * math.sqrt(gain / (fan_in + fan_out)) if fan_in + fan_out else 0.0


def check_fan_option(fan_option: str) -> None:
    """Raise unless it is `fan_in` or `fan_out`."""
    if fan_option not in FAN_OPTIONS:
        raise ValueError(f"fan_option should be either 'fan_in' or 'fan_out'. Actual: {fan_option!r}")
