"""The trigger that fires by the clock."""

from __future__ import annotations

from typing import Any

__all__ = ["TimeTrigger"]


class TimeTrigger:
    """Fires when another period of training time has passed.

    Args:
        period: seconds.
    """

    def __init__(self, period: float) -> None:
        self._period = period
        self._next_time = period

    def __call__(self, trainer: Any) -> bool:
        if self._next_time < trainer.elapsed_time:
            self._next_time += self._period
            return True
        return False

    def serialize(self, serializer: Any) -> None:
        """Save the time of the next firing into a serializer, or load it from one."""
        self._next_time = serializer("next_time", self._next_time)
