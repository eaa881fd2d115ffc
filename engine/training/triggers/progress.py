"""Where the training stood when a trigger was last asked: what a trigger that fires at points must remember."""

from __future__ import annotations

import warnings
from typing import Any

__all__ = ["Progress"]


class Progress:
    """Base of triggers that fire when the training passes a point, counted in epochs or iterations.

    Args:
        unit: `epoch` or `iteration`.

    Raises:
        ValueError: another unit.
    """

    def __init__(self, unit: str) -> None:
        if unit not in ("epoch", "iteration"):
            raise ValueError("Trigger unit must be either 'epoch' or 'iteration'.")
        self.unit = unit
        self._previous_iteration = 0
        self._previous_epoch_detail = 0.0

    def _span(self, updater: Any) -> tuple[float, float]:
        """Where the training stood at the latest call, and where it stands; remembers the latter."""
        if self.unit == "epoch":
            before, now = self._previous_epoch_detail, updater.epoch_detail
            if before < 0:
                before = updater.previous_epoch_detail
        else:
            before, now = self._previous_iteration, updater.iteration
            if before < 0:
                before = now - 1
        self._previous_iteration = updater.iteration
        if hasattr(updater, "epoch_detail"):
            self._previous_epoch_detail = updater.epoch_detail
        return before, now

    def serialize(self, serializer: Any) -> None:
        """Save where the training stood into a serializer, or load it from one."""
        self._previous_iteration = self._loaded(serializer, "previous_iteration", self._previous_iteration)
        self._previous_epoch_detail = self._loaded(
            serializer, "previous_epoch_detail", self._previous_epoch_detail
        )

    def _loaded(self, serializer: Any, name: str, value: Any) -> Any:
        try:
            return serializer(name, value)
        except KeyError:
            warnings.warn(
                f"The {name.replace('_', ' ')} is not saved. {type(self).__name__} guesses it using the current "
                "one; if this trigger is not called at every iteration, it may not work correctly.",
                stacklevel=4,
            )
            return type(value)(-1)
