"""A hyperparameter that falls to zero as a power."""

from __future__ import annotations

from typing import Any

from .hyperparameter_shift import HyperparameterShift

__all__ = ["PolynomialShift"]


class PolynomialShift(HyperparameterShift):
    """Sets the attribute to `init * (1 - t / max_count) ** rate`, where `t` is the number of calls, then to zero.

    Args:
        attr, init, target, optimizer: as in `HyperparameterShift`.
        rate: the power.
        max_count: number of calls until it is zero.
    """

    invoke_before_training = True

    def __init__(
        self,
        attr: str,
        rate: float,
        max_count: int,
        init: float | None = None,
        target: float | None = None,
        optimizer: Any = None,
    ) -> None:
        super().__init__(attr, init, target, optimizer)
        self._rate = rate
        self._max_count = max_count

    def value_at(self, t: int) -> float:
        assert self._init is not None
        return self._init * max(1 - t / self._max_count, 0) ** self._rate
