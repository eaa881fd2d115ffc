"""A hyperparameter that goes from one value to another in a straight line."""

from __future__ import annotations

from typing import Any

from .hyperparameter_shift import HyperparameterShift

__all__ = ["LinearShift"]


class LinearShift(HyperparameterShift):
    """Lets the attribute be the first value, then go to the second one while the count of calls goes through a range.

    Args:
        attr, optimizer: as in `HyperparameterShift`.
        value_range: pair of the two values.
        time_range: pair of the counts at which it begins and ends to move.
    """

    def __init__(
        self,
        attr: str,
        value_range: tuple[float, float],
        time_range: tuple[int, int],
        optimizer: Any = None,
    ) -> None:
        super().__init__(attr, None, None, optimizer)
        self._value_range = value_range
        self._time_range = time_range
        self._init = self.value_at(0)

    def value_at(self, t: int) -> float:
        (first, last), (begin, end) = self._value_range, self._time_range
        if t <= begin:
            return first
        if t >= end:
            return last
        rate = (t - begin) / (end - begin)
        return first + rate * (last - first)
