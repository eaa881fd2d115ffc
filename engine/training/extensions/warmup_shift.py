"""A hyperparameter that begins small and rises in a straight line."""

from __future__ import annotations

from typing import Any

from .hyperparameter_shift import HyperparameterShift

__all__ = ["WarmupShift"]


class WarmupShift(HyperparameterShift):
    """Lets the attribute rise from `warmup_start` to `init` in the first calls.

    Args:
        attr, init, optimizer: as in `HyperparameterShift`.
        warmup_start: its first value.
        warmup_iter: number of calls until it is `init`.
    """

    def __init__(
        self, attr: str, warmup_start: float, warmup_iter: int, init: float, optimizer: Any = None
    ) -> None:
        super().__init__(attr, init, None, optimizer)
        self._warmup_start = warmup_start
        self._warmup_iter = warmup_iter

    def initialize(self, trainer: Any) -> None:
        self._set(self._optimizer_of(trainer), self.value_at(self._t))

    def value_at(self, t: int) -> float:
        assert self._init is not None
        if t >= self._warmup_iter:
            return self._init
        return self._warmup_start + (self._init - self._warmup_start) * t / self._warmup_iter

    def serialize(self, serializer: Any) -> None:
        self._t = serializer("_t", self._t)
