"""The rows of one iteration: its phases, its events, and what of them is folded away.

Kept as ranges of events (the phases, and the stretches hidden under folded events), not one by one: an iteration
may have all ten million events of a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..log.schema import Kind
from .scan import first_where, pieces

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["Block", "Place"]

_CLOSERS = [kind for kind in Kind if kind.closes]


@dataclass(frozen=True, slots=True)
class Place:
    """What a row is: a header (`seq` None) of the events `[first, end)`, or event `seq`."""

    seq: int | None
    first: int
    end: int
    folded: bool = False
    header: str = ""


class Block:
    """The iteration at place `k`, of the number `number`: the events `[start, end)`.

    Row 0 is its header; each phase has a header and its events, less those folded away.
    """

    def __init__(self, reader: LogReader, k: int, number: int, start: int, end: int) -> None:
        self._reader = reader
        self.k = k
        self.number = number
        self.start = start
        self.end = end
        self.folded = False
        self._folded_phases: set[int] = set()
        self._folded_events: dict[int, int | None] = {}  # opening event: its closing one, once that is known
        self._scanned = start
        self._phases: list[int] = []
        self._stale = True

    @property
    def has_folds(self) -> bool:
        """Whether a phase or event in it is folded."""
        return bool(self._folded_phases or self._folded_events)

    @property
    def row_count(self) -> int:
        """How many rows it has now."""
        if self.folded:
            return 1
        self._measure()
        return int(self._rows[-1])

    def grow(self, end: int) -> None:
        """The iteration has events up to `end` now."""
        if end > self.end:
            self.end = end
            self._stale = True

    def toggle_phase(self, first: int) -> None:
        """Fold or unfold the phase that begins with event `first`."""
        self._folded_phases ^= {first}
        self._stale = True

    def toggle_event(self, seq: int) -> None:
        """Fold or unfold what is nested in the opening event `seq`."""
        if seq in self._folded_events:
            del self._folded_events[seq]
        else:
            self._folded_events[seq] = None
        self._stale = True

    def reveal(self, seq: int) -> bool:
        """Unfold what hides event `seq` in this iteration; False if nothing did."""
        self._measure()
        if not self._phases:
            return False
        phase = int(self._starts[self._phase_of(seq)])
        hiding = [opener for opener in self._folded_events if opener < seq < self._end_of(opener)]
        if phase not in self._folded_phases and not hiding:
            return False
        self._folded_phases.discard(phase)
        for opener in hiding:
            del self._folded_events[opener]
        self._stale = True
        return True

    def place(self, row: int) -> Place:
        """What row `row` of the block is, 0 to `row_count - 1`."""
        if row <= 0 or self.folded:
            return Place(None, self.start, self.end, self.folded, "iteration")
        self._measure()
        j = int(np.searchsorted(self._rows, row, side="right")) - 1
        first, end = int(self._starts[j]), int(self._starts[j + 1])
        nth = row - int(self._rows[j]) - 1
        if nth < 0:
            return Place(None, first, end, first in self._folded_phases, "phase")
        wanted = first - self._hidden_before(first) + nth  # counted among the visible events of the run
        seq = wanted + int(self._hidden_total[np.searchsorted(self._visible_at, wanted, side="right")])
        return Place(seq, seq, seq + 1, seq in self._folded_events)

    def row_of(self, seq: int) -> int:
        """The row of event `seq`, or of what it is folded into."""
        self._measure()
        if self.folded or not self._phases:
            return 0
        seq = max(self.start, min(seq, self.end - 1))
        k = int(np.searchsorted(self._hidden_starts, seq, side="right")) - 1
        if k >= 0 and seq < self._hidden_ends[k]:
            seq = int(self._hidden_starts[k]) - 1  # the opening event that it is folded into
        j = self._phase_of(seq)
        first = int(self._starts[j])
        if first in self._folded_phases:
            return int(self._rows[j])
        visible = (seq - self._hidden_before(seq)) - (first - self._hidden_before(first))
        return int(self._rows[j]) + 1 + visible

    # ---- how ----------------------------------------------------------------------------------------------------

    def _phase_of(self, seq: int) -> int:
        return max(int(np.searchsorted(self._starts[:-1], seq, side="right")) - 1, 0)

    def _end_of(self, opener: int) -> int:
        """One past the last event that is hidden when `opener` is folded: its closing event is."""
        closer = self._folded_events.get(opener)
        if closer is None:
            closer = first_where(
                self._reader.index,
                opener + 1,
                lambda records: (records["partner"] == opener) & np.isin(records["kind"], _CLOSERS),
                self.end,
            )
            if closer is None:
                return self.end
            self._folded_events[opener] = closer
        return closer + 1

    def _hidden_before(self, seq: int) -> int:
        """How many events of the block before `seq` are hidden under folded events."""
        k = int(np.searchsorted(self._hidden_starts, seq, side="right"))
        if k == 0:
            return 0
        return (
            int(self._hidden_total[k - 1])
            + min(seq, int(self._hidden_ends[k - 1]))
            - int(self._hidden_starts[k - 1])
        )

    def _measure(self) -> None:
        """Bring the phases, the hidden stretches and the row numbers up to date."""
        if not self._stale:
            return
        self._scan_phases()
        self._collect_hidden()
        self._starts = np.array([*self._phases, self.end], np.int64)
        counts = 1 + np.diff(self._starts)
        if self.has_folds:
            for j, first in enumerate(self._phases):
                counts[j] -= self._hidden_in(first, int(self._starts[j + 1]))
        # Where the header of each phase stands, and after the last how many rows there are.
        self._rows = 1 + np.concatenate([[0], np.cumsum(counts)])
        self._stale = False

    def _hidden_in(self, first: int, end: int) -> int:
        """How many events of the phase `[first, end)` are hidden."""
        if first in self._folded_phases:
            return end - first
        return self._hidden_before(end) - self._hidden_before(first)

    def _scan_phases(self) -> None:
        index = self._reader.index
        for begin, part in pieces(index, self._scanned, self.end):
            phase = part["phase"]
            changes = (np.flatnonzero(phase[1:] != phase[:-1]) + 1 + begin).tolist()
            if begin == self.start or index[begin - 1]["phase"] != phase[0]:
                changes.insert(0, begin)
            self._phases += changes
        self._scanned = self.end

    def _collect_hidden(self) -> None:
        """The stretches under folded events, as disjoint ascending ranges."""
        starts: list[int] = []
        ends: list[int] = []
        for opener in sorted(self._folded_events):
            if starts and opener < ends[-1]:
                continue  # inside one that is folded itself
            end = min(self._end_of(opener), self.end)
            if end > opener + 1:
                starts.append(opener + 1)
                ends.append(end)
        self._hidden_starts = np.array(starts, np.int64)
        self._hidden_ends = np.array(ends, np.int64)
        self._hidden_total = np.concatenate([[0], np.cumsum(self._hidden_ends - self._hidden_starts)]).astype(
            np.int64
        )
        self._visible_at = self._hidden_starts - self._hidden_total[:-1]
