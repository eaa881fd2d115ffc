"""The trigger that fires every so often."""

from __future__ import annotations

from typing import Any

from .progress import Progress

__all__ = ["IntervalTrigger"]


class IntervalTrigger(Progress):
    """Fires each time that a whole number of periods is complete.

    Args:
        period: number of epochs or iterations; epochs need not be whole.
        unit: `epoch` or `iteration`.

    Raises:
        ValueError: another unit.
    """

    def __init__(self, period: float, unit: str) -> None:
        super().__init__(unit)
        self.period = period
        self.count: float = 0

    def __call__(self, trainer: Any) -> bool:
        before, now = self._span(trainer.updater)
        self.count = now // self.period
        return before // self.period != now // self.period

    def get_training_length(self) -> tuple[float, str]:
        """Period and unit: how long a training is that this trigger ends."""
        return self.period, self.unit

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.period}, '{self.unit}')"
