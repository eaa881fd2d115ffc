"""What an argument `trigger=` stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .interval_trigger import IntervalTrigger

__all__ = ["get_trigger"]


def get_trigger(trigger: Any) -> Callable[[Any], bool]:
    """The trigger that an argument stands for.

    Args:
        trigger: a callable: itself; a pair such as `(3, "epoch")` or `(100, "iteration")`: every so often; None: never.

    Raises:
        TypeError: neither of these.
        ValueError: another unit.
    """
    if callable(trigger):
        return trigger
    if trigger is None:
        return _never_fire_trigger
    if not isinstance(trigger, tuple | list) or len(trigger) != 2:
        raise TypeError(
            f"a trigger is a pair such as (1, 'epoch'), a callable of the trainer or None, not {trigger!r}"
        )
    return IntervalTrigger(*trigger)


def _never_fire_trigger(trainer: Any) -> bool:
    return False
