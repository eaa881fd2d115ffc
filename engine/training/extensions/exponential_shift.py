"""A hyperparameter that grows or falls by a factor."""

from __future__ import annotations

from typing import Any

from .hyperparameter_shift import HyperparameterShift

__all__ = ["ExponentialShift"]


class ExponentialShift(HyperparameterShift):
    """Sets the attribute to `init * rate ** t`, where `t` is the number of calls.

    Args:
        attr, init, optimizer: as in `HyperparameterShift`.
        rate: the factor.
        target: where it stops: an upper bound for a rate above 1, else a lower one.

    Raises:
        ValueError: the rate is negative.
    """

    def __init__(
        self,
        attr: str,
        rate: float,
        init: float | None = None,
        target: float | None = None,
        optimizer: Any = None,
    ) -> None:
        if rate < 0:
            raise ValueError("ExponentialShift does not support negative rate")
        super().__init__(attr, init, target, optimizer)
        self._rate = rate

    def value_at(self, t: int) -> float:
        assert self._init is not None
        return self._init * self._rate**t

    def bounded(self, value: float) -> float:
        if self._target is not None and self._rate > 1:
            return self._target if value / self._target > 1 else value
        return super().bounded(value)
