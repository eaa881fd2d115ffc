"""A hyperparameter that falls by a factor at given calls."""

from __future__ import annotations

from typing import Any

from .hyperparameter_shift import HyperparameterShift

__all__ = ["MultistepShift"]


class MultistepShift(HyperparameterShift):
    """Multiplies the attribute by `gamma` each time that the number of calls reaches one of the steps.

    Args:
        attr, init, optimizer: as in `HyperparameterShift`.
        gamma: the factor.
        step_value: the numbers of calls, rising.
    """

    def __init__(
        self, attr: str, gamma: float, step_value: list[int], init: float, optimizer: Any = None
    ) -> None:
        super().__init__(attr, init, None, optimizer)
        self._gamma = gamma
        self._steps = list(step_value)

    def initialize(self, trainer: Any) -> None:
        self._set(self._optimizer_of(trainer), self.value_at(self._t))

    def value_at(self, t: int) -> float:
        assert self._init is not None
        return self._init * self._gamma ** self._passed(t)

    def _passed(self, t: int) -> int:
        return sum(step <= t for step in self._steps)

    def serialize(self, serializer: Any) -> None:
        self._t = serializer("_t", self._t)
        serializer("_current_step", self._passed(self._t))
