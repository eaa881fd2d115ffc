"""Fast draws from a discrete distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from .. import backend
from ..device_resident import DeviceResident, DeviceResidentsVisitor

__all__ = ["WalkerAlias"]


class WalkerAlias(DeviceResident):
    """Draws numbers by given weights, each in constant time.

    The weights are cut and put together to boxes of one height, each with at most two numbers in it: a draw picks a
    box, and a place in it.

    Args:
        probs: one weight a number from 0 on; they need not add up to 1.

    Reference: Walker 1974.
    """

    def __init__(self, probs: Sequence[float]) -> None:
        weights = numpy.array(probs, numpy.float32)
        weights /= weights.sum()
        threshold = numpy.ones(len(weights), numpy.float32)
        values = numpy.zeros(2 * len(weights), numpy.int32)
        full = 0  # boxes before this one hold two numbers
        # Heights are float64, as with the NumPy of that time: from which number a box is filled hangs on the last bit.
        rising = sorted((float(weight) * len(weights), number) for number, weight in enumerate(weights))
        for opened, (height, number) in enumerate(rising):
            while height > 1 and full < opened:
                values[2 * full + 1] = number
                height -= 1 - float(threshold[full])
                full += 1
            threshold[opened] = height
            values[2 * opened] = number
        self.threshold: Any = threshold
        self.values: Any = values

    @property
    def use_gpu(self) -> bool:
        """Whether it draws on a GPU."""
        return self.xp is not numpy

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        self.threshold = visitor.visit_array(self.threshold)
        self.values = visitor.visit_array(self.values)

    def sample(self, shape: Any) -> Any:
        """Numbers drawn from `numpy.random` (or the device's generator), int32 of this shape."""
        return self.sample_xp(backend.get_array_module(self.threshold), shape)

    sample_gpu = sample

    def sample_xp(self, xp: Any, shape: Any) -> Any:
        """`sample` with the random numbers of an array module."""
        place = xp.random.uniform(0, 1, shape) * len(self.threshold)
        box = place.astype(numpy.int32)
        second = self.threshold[box] < place - box
        return self.values[box * 2 + second]
