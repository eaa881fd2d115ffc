"""Initializers that draw from a uniform distribution around 0."""

from __future__ import annotations

from typing import Any

from .. import backend
from ..initializer import get_fans
from .drawing import Drawn, by_both_fans, by_fan

__all__ = ["GlorotUniform", "HeUniform", "LeCunUniform", "Uniform"]


class Uniform(Drawn):
    """Uniform distribution over [-scale, scale)."""

    def __init__(self, scale: float = 0.05, dtype: Any = None, *, rng: Any = None) -> None:
        super().__init__(scale, dtype, rng=rng)

    def __call__(self, array: Any) -> None:
        self._check_dtype(array)
        width = self.width(array.shape)
        drawn = self._generator(array).uniform(-width, width, array.shape)
        array[...] = backend.get_device_from_array(array).send(drawn)


class LeCunUniform(Uniform):
    """Uniform distribution over [-s, s) with `s = scale * sqrt(3 / fan_in)`.

    Reference: LeCun et al. 1998, Efficient BackProp, section 4.6.
    """

    def __init__(self, scale: float = 1.0, dtype: Any = None, *, rng: Any = None) -> None:
        super().__init__(scale, dtype, rng=rng)

    def width(self, shape: tuple[int, ...]) -> float:
        return by_fan(self.scale, 3.0, get_fans(shape)[0])


class GlorotUniform(Uniform):
    """Uniform distribution over [-s, s) with `s = scale * sqrt(6 / (fan_in + fan_out))`.

    Reference: Glorot and Bengio 2010, section 4.2.
    """

    def __init__(self, scale: float = 1.0, dtype: Any = None, *, rng: Any = None) -> None:
        super().__init__(scale, dtype, rng=rng)

    def width(self, shape: tuple[int, ...]) -> float:
        return by_both_fans(self.scale, 6.0, shape)


class HeUniform(Uniform):
    """Uniform distribution over [-s, s) with `s = scale * sqrt(6 / fan_in)`.

    Reference: He et al. 2015, section 2.2.
    """

    def __init__(self, scale: float = 1.0, dtype: Any = None, *, rng: Any = None) -> None:
        super().__init__(scale, dtype, rng=rng)

    def width(self, shape: tuple[int, ...]) -> float:
        return by_fan(self.scale, 6.0, get_fans(shape)[0])
