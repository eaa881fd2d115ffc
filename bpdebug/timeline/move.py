"""What a move leads to, and what it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..stepping import Goal
from ..text import clean
from .scan import first_where

if TYPE_CHECKING:
    from ..log.reader import LogReader
    from .stops import RecordedStops

__all__ = ["Move", "MoveLog"]


@dataclass(frozen=True, slots=True)
class Move:
    """Where a move leads.

    Attributes:
        seq: the event where it ends, or None where the log ends before it (see `goal`) or it can't be made.
        goal: what a live child has to reach for it, or None.
        why: in words, for the status line: why it stops short, or can't be made; "" when all is as expected.
        remaining: with `goal`: how many more times to make the move once the goal is reached (a count of 10 of
            which 3 were in the log leaves 6 after the goal).
    """

    seq: int | None
    goal: Goal | None = None
    why: str = ""
    remaining: int = 0


@dataclass(frozen=True, slots=True)
class MoveLog:
    """What a move looks at."""

    reader: LogReader
    live: bool
    stops: RecordedStops

    @property
    def index(self) -> np.ndarray:
        return self.reader.index

    @property
    def last(self) -> int:
        return len(self.reader.index) - 1

    def forward(self, seq: int, goal: Goal, missing: str) -> Move:
        """To the first event after `seq` that fits the goal: in the log, by a live child, else to the end."""
        found = first_where(self.index, seq + 1, goal.matches)
        return Move(found) if found is not None else self.beyond(seq, goal, missing)

    def beyond(self, seq: int, goal: Goal, missing: str) -> Move:
        """Where a forward move leads that the log has no answer to."""
        if self.live:
            return Move(None, goal)
        growing = self.reader.being_written
        if seq < self.last:
            end = "end of the log so far, which is being written" if growing else "end of the log"
            return Move(self.last, why=f"{missing}: this is the {end}{self._cause()}")
        last = "latest event of a run that is being written" if growing else "last event of the log"
        return Move(None, why=f"this is the {last}{self._cause()}")

    def _cause(self) -> str:
        """Why the log of a run ends that has no end of its own, as far as that is known, behind a colon."""
        if self.reader.finished:
            return ""
        if why := self.reader.why_stopped:
            why = f"recording stopped, and the script went on: {why}"
        cause = why or self.reader.problem or self.reader.how_ended
        return f": {clean(cause)}" if cause else ""
