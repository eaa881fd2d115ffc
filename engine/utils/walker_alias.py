"""Fast draws from a discrete distribution."""

from __future__ import annotations

from collections import deque
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
        weights *= len(weights)
        threshold = numpy.ones(len(weights), numpy.float32)
        values = numpy.zeros(2 * len(weights), numpy.int32)
        rising = sorted((float(weight), number) for number, weight in enumerate(weights))
        small = deque(pair for pair in rising if pair[0] <= 1)
        large = deque(pair for pair in rising if pair[0] > 1)
        box = 0
        while small and large:
            (height, number), (rest, filler) = small.popleft(), large.popleft()
            threshold[box] = height
            values[2 * box : 2 * box + 2] = number, filler
            box += 1
            rest -= 1 - height
            (large if rest > 1 else small).append((rest, filler))
        for _, number in (*small, *large):
            values[2 * box : 2 * box + 2] = number, 0
            box += 1
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
        xp = backend.get_array_module(self.threshold)
        place = xp.random.uniform(0, 1, shape) * len(self.threshold)
        box = place.astype(numpy.int32)
        second = self.threshold[box] < place - box
        return self.values[box * 2 + second]
