"""A hyperparameter that falls as the inverse of a power."""

from __future__ import annotations

from typing import Any

from .hyperparameter_shift import HyperparameterShift

__all__ = ["InverseShift"]


class InverseShift(HyperparameterShift):
    """Sets the attribute to `init * (1 + gamma * t) ** -power`, where `t` is the number of calls.

    Args:
        attr, init, target, optimizer: as in `HyperparameterShift`.
        gamma, power: see above.

    Raises:
        ValueError: gamma is negative.
    """

    def __init__(
        self,
        attr: str,
        gamma: float,
        power: float,
        init: float | None = None,
        target: float | None = None,
        optimizer: Any = None,
    ) -> None:
        if gamma < 0:
            raise ValueError("InverseShift does not support negative gamma")
        super().__init__(attr, init, target, optimizer)
        self._gamma = gamma
        self._power = power

    def value_at(self, t: int) -> float:
        assert self._init is not None
        return self._init * (1 + self._gamma * t) ** -self._power
