"""Numbers the events of one address within an iteration."""

from __future__ import annotations

from ..native import part

__all__ = ["Ordinals", "OrdinalsInPython"]


class OrdinalsInPython:
    """Counts events by phase, scope and label, anew in each iteration."""

    def __init__(self) -> None:
        self._iteration = 0
        self._counts: dict[tuple[int, int, int], int] = {}

    def next(self, iteration: int, phase: int, scope: int, label: int) -> int:
        """1 for the first event with these in this iteration, 2 for the second ..."""
        if iteration != self._iteration:
            self._counts.clear()
            self._iteration = iteration
        name = (phase, scope, label)
        self._counts[name] = ordinal = self._counts.get(name, 0) + 1
        return ordinal


Ordinals = OrdinalsInPython
_native = part("buffers")
if _native is not None:
    Ordinals = _native.Ordinals  # type: ignore[misc]
