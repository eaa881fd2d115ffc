"""The extension that divides two sums."""

from __future__ import annotations

from typing import Any

from ..extension import PRIORITY_EDITOR, Extension
from ..trigger import get_trigger

__all__ = ["MicroAverage"]


class MicroAverage(Extension):
    """Adds two observed values up over an interval, and observes the ratio of the sums at its end.

    Args:
        numerator_key, denominator_key: names of the two values.
        result_key: name of the ratio.
        trigger: the ends of the intervals.
    """

    priority = PRIORITY_EDITOR

    def __init__(
        self, numerator_key: str, denominator_key: str, result_key: str, trigger: Any = (1, "epoch")
    ) -> None:
        self._trigger = get_trigger(trigger)
        self._numerator_key = numerator_key
        self._denominator_key = denominator_key
        self._result_key = result_key
        self._numerator: Any = 0
        self._denominator: Any = 0

    def __call__(self, trainer: Any) -> None:
        observation = trainer.observation
        if self._numerator_key not in observation or self._denominator_key not in observation:
            return
        self._numerator += observation[self._numerator_key]
        self._denominator += observation[self._denominator_key]
        if self._trigger(trainer):
            observation[self._result_key] = float(getattr(self._numerator, "array", self._numerator)) / float(
                getattr(self._denominator, "array", self._denominator)
            )
            self._numerator = self._denominator = 0

    def serialize(self, serializer: Any) -> None:
        self._numerator = serializer("_numerator", self._numerator)
        self._denominator = serializer("_denominator", self._denominator)
