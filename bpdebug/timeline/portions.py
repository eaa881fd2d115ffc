"""How many events are looked at together: fewer where that takes long, because large tensors are read."""

from __future__ import annotations

import time

__all__ = ["Portions"]

_FIRST, _LEAST = 1 << 8, 1 << 4
_LONG_S = 0.02


class Portions:
    """Grows and shrinks as it is told how long the last portion took.

    Args:
        most: events.
    """

    def __init__(self, most: int) -> None:
        self.size = _FIRST
        self._most = most
        self._begun_s = 0.0

    @property
    def is_quick(self) -> bool:
        """Whether as many as there may be take no long time."""
        return self.size >= self._most

    def begin(self) -> None:
        """A portion is begun."""
        self._begun_s = time.perf_counter()

    def end(self) -> None:
        """It is over."""
        took_s = time.perf_counter() - self._begun_s
        if took_s > _LONG_S:
            self.size = max(self.size // 2, _LEAST)
        elif took_s < _LONG_S / 4:
            self.size = min(self.size * 2, self._most)
