"""The trigger that fires at given points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .progress import Progress

__all__ = ["ManualScheduleTrigger"]


class ManualScheduleTrigger(Progress):
    """Fires when the training reaches each of the points.

    Args:
        points: one number or a list of them.
        unit: `epoch` or `iteration`.

    Attributes:
        finished: whether all points are reached.

    Raises:
        ValueError: another unit.
    """

    def __init__(self, points: float | Sequence[float], unit: str) -> None:
        super().__init__(unit)
        self.points = list(points) if isinstance(points, Sequence) else [points]
        self.finished = False

    def __call__(self, trainer: Any) -> bool:
        before, now = self._span(trainer.updater)
        fires = any(before < point <= now for point in self.points)
        if hasattr(self, "_finished_is_tmp"):
            del self._finished_is_tmp
            if now >= max(self.points):
                self.finished = True
        if fires and now >= max(self.points):
            self.finished = True
        return fires

    def serialize(self, serializer: Any) -> None:
        super().serialize(serializer)
        try:
            self.finished = serializer("finished", self.finished)
        except KeyError:  # saved by a Chainer before 4: the next call finds out
            self.finished = False
            self._finished_is_tmp = True
