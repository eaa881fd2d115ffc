"""A hyperparameter that falls by a factor every so many calls."""

from __future__ import annotations

from typing import Any

from .hyperparameter_shift import HyperparameterShift

__all__ = ["StepShift"]


class StepShift(HyperparameterShift):
    """Sets the attribute to `init * gamma ** (t // step)`, where `t` is the number of calls.

    Args:
        attr, init, target, optimizer: as in `HyperparameterShift`.
        gamma: the factor.
        step: number of calls between two falls.
    """

    def __init__(
        self,
        attr: str,
        gamma: float,
        step: int,
        init: float | None = None,
        target: float | None = None,
        optimizer: Any = None,
    ) -> None:
        super().__init__(attr, init, target, optimizer)
        self._gamma = gamma
        self._step = step

    def value_at(self, t: int) -> float:
        assert self._init is not None
        return self._init * self._gamma ** (t // self._step)
