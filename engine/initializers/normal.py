"""Initializers that draw from a normal distribution of mean 0."""

from __future__ import annotations

from typing import Any

from .. import backend
from ..initializer import get_fans
from .drawing import FAN_OPTIONS, Drawn, by_both_fans, by_fan, check_fan_option

__all__ = ["GlorotNormal", "HeNormal", "LeCunNormal", "Normal"]


class Normal(Drawn):
    """Normal distribution with standard deviation `scale`."""

    def __init__(self, scale: float = 0.05, dtype: Any = None, *, rng: Any = None) -> None:
        super().__init__(scale, dtype, rng=rng)

    def __call__(self, array: Any) -> None:
        self._check_dtype(array)
        width = self.width(array.shape)
        drawn = self._generator(array).normal(0.0, width, array.shape)
        array[...] = backend.get_device_from_array(array).send(drawn)


class LeCunNormal(Normal):
    """Normal distribution with standard deviation `scale * sqrt(1 / fan_in)`.

    Reference: LeCun et al. 1998, Efficient BackProp, section 4.6.
    """

    def __init__(self, scale: float = 1.0, dtype: Any = None, *, rng: Any = None) -> None:
        super().__init__(scale, dtype, rng=rng)

    def width(self, shape: tuple[int, ...]) -> float:
        return by_fan(self.scale, 1.0, get_fans(shape)[0])


class GlorotNormal(Normal):
    """Normal distribution with standard deviation `scale * sqrt(2 / (fan_in + fan_out))`.

    Reference: Glorot and Bengio 2010, section 4.2.
    """

    def __init__(self, scale: float = 1.0, dtype: Any = None, *, rng: Any = None) -> None:
        super().__init__(scale, dtype, rng=rng)

    def width(self, shape: tuple[int, ...]) -> float:
        return by_both_fans(self.scale, 2.0, shape)


class HeNormal(Normal):
    """Normal distribution with standard deviation `scale * sqrt(2 / fan)`.

    Args:
        fan_option: `fan_in` keeps the variance on the way forward, `fan_out` on the way back.

    Reference: He et al. 2015, section 2.2.
    """

    def __init__(
        self, scale: float = 1.0, dtype: Any = None, fan_option: str = "fan_in", *, rng: Any = None
    ) -> None:
        self.fan_option = fan_option
        super().__init__(scale, dtype, rng=rng)

    def width(self, shape: tuple[int, ...]) -> float:
        check_fan_option(self.fan_option)
        return by_fan(self.scale, 2.0, get_fans(shape)[FAN_OPTIONS.index(self.fan_option)])
