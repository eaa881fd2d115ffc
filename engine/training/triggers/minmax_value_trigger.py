"""Triggers that fire when an observed value is the best so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import reporter
from .choosing import get_trigger

__all__ = ["BestValueTrigger", "MaxValueTrigger", "MinValueTrigger"]


class BestValueTrigger:
    """Fires when the mean of a value over an interval is better than in all intervals before.

    Args:
        key: name of the value in the observation.
        compare: whether the second of two values (best so far, new one) is better.
        trigger: the ends of the intervals.
    """

    def __init__(
        self, key: str, compare: Callable[[float, float], bool], trigger: Any = (1, "epoch")
    ) -> None:
        self._key = key
        self._best_value: float | None = None
        self._interval_trigger = get_trigger(trigger)
        self._compare = compare
        self._summary = reporter.DictSummary()

    def __call__(self, trainer: Any) -> bool:
        if self._key in trainer.observation:
            self._summary.add({self._key: trainer.observation[self._key]})
        if not self._interval_trigger(trainer):
            return False
        means = self._summary.compute_mean()
        self._summary = reporter.DictSummary()
        if self._key not in means:
            raise KeyError(
                f"{type(self).__name__}: {self._key!r} was not reported since the latest interval's end, so there is "
                "nothing to compare; check the name, and that what reports it is called before"
            )
        value = float(means[self._key])
        if self._best_value is None or self._compare(self._best_value, value):
            self._best_value = value
            return True
        return False

    def serialize(self, serializer: Any) -> None:
        """Save best value and unfinished interval into a serializer, or load them from one."""
        if hasattr(self._interval_trigger, "serialize"):
            self._interval_trigger.serialize(serializer["interval_trigger"])
        self._summary.serialize(serializer["summary"])
        self._best_value = serializer("best_value", self._best_value)
        if self._best_value is not None:
            self._best_value = float(self._best_value)


class MaxValueTrigger(BestValueTrigger):
    """Fires when the mean of a value is the largest so far; see `BestValueTrigger` for the arguments."""

    def __init__(self, key: str, trigger: Any = (1, "epoch")) -> None:
        super().__init__(key, lambda best, new: new > best, trigger)


class MinValueTrigger(BestValueTrigger):
    """Fires when the mean of a value is the smallest so far; see `BestValueTrigger` for the arguments."""

    def __init__(self, key: str, trigger: Any = (1, "epoch")) -> None:
        super().__init__(key, lambda best, new: new < best, trigger)
