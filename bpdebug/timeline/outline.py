"""Where iterations begin: by bisection, or by one pass that also counts the phases.

Iterations never go down along a log, so bisection finds each start in a few dozen reads; that is enough while
iterations are folded. How many rows an unfolded log has takes a count of its phases, hence the pass. In a damaged
log, where iterations do go down, rows may stand in odd places, but there are as many as is said.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Protocol

import numpy as np

from .scan import first_of_value, pieces

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["BisectedOutline", "Outline", "ScannedOutline"]


class Outline(Protocol):
    """The iterations of a log, at places 0 to `len - 1`."""

    def __len__(self) -> int: ...
    def number(self, k: int) -> int:
        """The iteration at place `k`."""
        ...

    def place_of(self, seq: int) -> int:
        """The place of the iteration that event `seq` belongs to."""
        ...

    def start(self, k: int) -> int:
        """The first event of the iteration at place `k`."""
        ...

    def end(self, k: int) -> int:
        """One past its last event."""
        ...

    def rows_before(self, k: int) -> int:
        """Rows before the iteration at place `k` when everything is unfolded."""
        ...

    def refresh(self) -> None:
        """Take in new events."""
        ...


class BisectedOutline:
    """Knows nothing beforehand; iterations are numbered without gaps."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self.refresh()

    def refresh(self) -> None:
        index = self._reader.index
        self._total = len(index)
        self._first = int(index[0]["iteration"]) if self._total else 0
        self._last = int(index[self._total - 1]["iteration"]) if self._total else -1

    def __len__(self) -> int:
        return max(self._last - self._first + 1, 0)

    def number(self, k: int) -> int:
        return self._first + k

    def place_of(self, seq: int) -> int:
        place = int(self._reader.index[seq]["iteration"]) - self._first
        return max(0, min(place, len(self) - 1))

    def start(self, k: int) -> int:
        if k <= 0:
            return 0
        return min(first_of_value(self._reader.index, "iteration", self._first + k), self._total)

    def end(self, k: int) -> int:
        return self._total if k >= len(self) - 1 else self.start(k + 1)

    def rows_before(self, k: int) -> int:
        raise TypeError("a bisected outline doesn't count phases")


class ScannedOutline:
    """Has read the whole index; grows with it."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._total = 0
        self._numbers: list[int] = []
        self._starts: list[int] = []
        self._phases_before: list[int] = []
        self._phases = 0
        self.refresh()

    def refresh(self) -> None:
        index = self._reader.index
        for begin, part in pieces(index, self._total, len(index)):
            iteration, phase = part["iteration"], part["phase"]
            new_iteration = np.empty(len(part), bool)
            new_phase = np.empty(len(part), bool)
            new_iteration[1:] = iteration[1:] > iteration[:-1]
            new_phase[1:] = (phase[1:] != phase[:-1]) | new_iteration[1:]
            before = index[begin - 1] if begin else None
            new_iteration[0] = before is None or iteration[0] > before["iteration"]
            new_phase[0] = new_iteration[0] or before is None or phase[0] != before["phase"]
            starts = np.flatnonzero(new_iteration)
            phases = np.cumsum(new_phase)
            self._numbers += iteration[starts].tolist()
            self._starts += (starts + begin).tolist()
            self._phases_before += (phases[starts] - 1 + self._phases).tolist()
            self._phases += int(phases[-1])
        self._total = len(index)

    def __len__(self) -> int:
        return len(self._starts)

    def number(self, k: int) -> int:
        return self._numbers[k]

    def place_of(self, seq: int) -> int:
        return max(bisect_right(self._starts, seq) - 1, 0)

    def start(self, k: int) -> int:
        return self._starts[k]

    def end(self, k: int) -> int:
        return self._starts[k + 1] if k + 1 < len(self._starts) else self._total

    def rows_before(self, k: int) -> int:
        if k >= len(self._starts):
            return len(self._starts) + self._phases + self._total
        return k + self._phases_before[k] + self._starts[k]
