"""Where breakpoints stop in a log, found in either direction; the same answers as `breakpoints.live` gives.

Hits are found piece by piece of the log and remembered, so that what was searched once costs nothing the second time,
and a search that takes long can be left (`Unfinished`) and taken up again.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..breakpoints.live import stops_at_edges
from ..breakpoints.places import place_of
from ..conditions import Asked, Condition, condition
from ..conditions import syntax as s
from ..conditions.elementwise import has_tensor
from ..conditions.values import value_key
from ..log.schema import EventFlag, Kind
from ..stepping import Breakpoint
from .bulk import SEVERAL, rows_of
from .many_events import ManyEvents
from .portions import Portions
from .ranges import Ranges
from .recorded import RecordedEvents
from .unfinished import Unfinished

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["PIECE", "Hits", "RecordedStops"]

PIECE = 1 << 13
"""Events whose hits are remembered together."""
_TOGETHER = 4
"""Pieces that are looked at together where that is quick."""
_EMPTY = np.zeros(0, np.int64)
_FAILURE = Breakpoint(kind=int(Kind.failed))
"""Stops at what `stepping.UntilStop` does, for a live child."""


@dataclass(slots=True)
class _Piece:
    """The hits among the events of one piece, as far as they were looked at."""

    end: int
    hits: np.ndarray = field(default_factory=lambda: _EMPTY)
    last_key: str = ""
    """Of an expression that is watched for changes: its last value there, "" for none."""


class Hits:
    """Where one breakpoint stops in a log, if it were always there."""

    def __init__(self, recorded: RecordedEvents, breakpoint_: Breakpoint) -> None:
        self.breakpoint = breakpoint_
        self._recorded = recorded
        self._reader = recorded.reader
        self._place = place_of(breakpoint_, recorded.reader)
        self._condition = condition(breakpoint_.condition) if breakpoint_.condition else None
        self._edge = stops_at_edges(breakpoint_)
        self._pieces: dict[int, _Piece] = {}
        self._portions = Portions(PIECE)
        self._single: dict[int, bool] = {}

    def of_piece(self, number: int, deadline: float | None = None) -> np.ndarray:
        """The hits among events `[number * PIECE, (number + 1) * PIECE)`, ascending, as far as the log goes.

        Args:
            deadline: `time.monotonic()` after which it is left: then `is_known` tells whether these are all.
        """
        begin = number * PIECE
        end = min(begin + PIECE, len(self._reader))
        if number not in self._pieces and self._portions.is_quick and not self.breakpoint.changes:
            self._look_around(number)
        known = self._pieces.get(number)
        if known is None:
            known = self._pieces[number] = _Piece(begin)
        while known.end < end:
            self._portions.begin()
            part = min(known.end + self._portions.size, end)
            if self.breakpoint.changes:
                found = self._changes(number, known, known.end, part)
            else:
                found = self._hits(known.end, part)
            known.hits = np.concatenate([known.hits, found]) if len(known.hits) else found
            known.end = part
            self._portions.end()
            if part < end and deadline is not None and time.monotonic() > deadline:
                break
        return known.hits

    def _look_around(self, number: int) -> None:
        """Look at a piece together with its neighbours: of few events all takes longer than the events do."""
        first = number // _TOGETHER * _TOGETHER
        numbers = range(first, first + _TOGETHER)
        if numbers.stop * PIECE > len(self._reader) or any(one in self._pieces for one in numbers):
            return
        self._portions.begin()
        hits = self._hits(first * PIECE, numbers.stop * PIECE)
        ends = [(one + 1) * PIECE for one in numbers]
        parts = np.split(hits, np.searchsorted(hits, ends[:-1]))
        self._pieces.update(
            (one, _Piece(end, part)) for one, end, part in zip(numbers, ends, parts, strict=True)
        )
        self._portions.end()

    def is_known(self, number: int) -> bool:
        """Whether the whole piece was looked at, so that asking costs nothing."""
        known = self._pieces.get(number)
        return known is not None and known.end >= min((number + 1) * PIECE, len(self._reader))

    def is_at(self, seq: int) -> bool:
        """Whether event `seq` is a hit, without looking at a whole piece; False where only that could tell."""
        if self.is_known(seq // PIECE):
            hits = self.of_piece(seq // PIECE)
            place = bisect_left(hits, seq)
            return place < len(hits) and hits[place] == seq
        found = self._single.get(seq)
        if found is None:
            if len(self._single) > PIECE:
                self._single.clear()
            alone = not self.breakpoint.changes and seq in self._hits(seq, seq + 1)
            found = self._single[seq] = alone
        return found

    # ---- looking ------------------------------------------------------------------------------------------------

    def _candidates(self, begin: int, end: int) -> np.ndarray:
        """Events at the place, of kinds at which the condition can hold."""
        index = self._reader.index[begin:end]
        mask = self._place.matching(self._reader.index, begin, end)
        asked = self._condition
        if asked is not None and mask.any():
            if len(asked.kinds) < len(Kind):
                mask &= np.isin(index["kind"], list(asked.kinds))
            if asked.nonfinite:
                mask &= (index["flags"] & EventFlag.nonfinite) != 0
            if asked.asked is Asked.reports:
                labels = [label for name in asked.metrics for label in self._recorded.reports.labels_of(name)]
                mask &= np.isin(index["label"], labels)
        return np.flatnonzero(mask) + begin

    def _hits(self, begin: int, end: int) -> np.ndarray:
        asked = self._condition
        if asked is None:
            return self._candidates(begin, end)
        if self._edge:
            first = max(begin - 1, 0)
            holds = _holds(self._recorded, asked, np.arange(first, end))
            return _edges(holds, first, begin)
        seqs = self._candidates(begin, end)
        return seqs[_holds(self._recorded, asked, seqs)]

    def _changes(self, number: int, piece: _Piece, begin: int, end: int) -> np.ndarray:
        asked = self._condition
        assert asked is not None
        if not piece.last_key and begin == number * PIECE and number:
            piece.last_key = self._key_before(number)
        found = []
        seqs = self._candidates(begin, end)
        for seq, key in zip(seqs.tolist(), self._keys(asked, seqs), strict=True):
            if key:
                if piece.last_key and key != piece.last_key:
                    found.append(seq)
                piece.last_key = key
        return np.array(found, np.int64)

    def _key_before(self, number: int) -> str:
        """The value right before a piece, from as far back as it takes."""
        for before in range(number - 1, -1, -1):
            known = self._pieces.get(before)
            if known is not None and known.end >= (before + 1) * PIECE and known.last_key:
                return known.last_key
            key = self.last_key((before + 1) * PIECE - 1, before * PIECE)
            if key:
                return key
        return ""

    def last_key(self, seq: int, start: int = 0) -> str:
        """The value of the expression at the last event up to `seq` (not before `start`) that has one; "" for none."""
        asked = self._condition
        assert asked is not None
        for begin in range(seq // PIECE * PIECE, start - 1, -PIECE):
            seqs = self._candidates(max(begin, start), min(begin + PIECE, seq + 1))
            for key in reversed(self._keys(asked, seqs)):
                if key:
                    return key
        return ""

    def _keys(self, asked: Condition, seqs: np.ndarray) -> list[str]:
        """`value_key` of each of these events, for most of them at once."""
        node, recorded = asked.node, self._recorded

        def alone(seq: int) -> str:
            return value_key(asked, recorded.event(seq, asked.needs_body))

        if not has_tensor(node) and len(seqs):
            found = asked.rule(ManyEvents(recorded, seqs))
            values = zip(found.data.tolist(), found.known.tolist(), strict=True)
            return [f"n:{float(value)!r}" if known else "" for value, known in values]
        if isinstance(node, s.Tensor) and node.suffix != "delta":
            rows = rows_of(self._reader, recorded.roles, node, seqs)[0].tolist()
            return [
                f"t:{row}" if row >= 0 else alone(seq) if row == SEVERAL else ""
                for seq, row in zip(seqs.tolist(), rows, strict=True)
            ]
        return [alone(seq) for seq in seqs.tolist()]


def _edges(holds: np.ndarray, first: int, begin: int) -> np.ndarray:
    """The events from `begin` on at which it holds and didn't at the one before; `holds` begins with event `first`."""
    before = np.concatenate([[False], holds[:-1]])
    found = np.flatnonzero(holds & ~before) + first
    return found[found >= begin] if begin else found


def _holds(recorded: RecordedEvents, asked: Condition, seqs: np.ndarray) -> np.ndarray:
    """At which of these events the condition is known to be true."""
    if not len(seqs):
        return np.zeros(0, bool)
    many = ManyEvents(recorded, seqs)
    true: np.ndarray = many.truth(asked.rule(many)).true
    return true


class RecordedStops:
    """The stops of several breakpoints in a log, and failures, which always stop.

    Args:
        recorded: the log's events.
        breakpoints: those that are set.
        known: hits that were found before, by breakpoint; taken over and added to.
    """

    def __init__(
        self,
        recorded: RecordedEvents,
        breakpoints: Sequence[Breakpoint],
        known: dict[Breakpoint, Hits] | None = None,
    ) -> None:
        self._recorded = recorded
        self._reader: LogReader = recorded.reader
        self._hits: dict[Breakpoint, Hits] = {}
        known = {} if known is None else known
        for one in (_FAILURE, *breakpoints):
            if one not in known:
                known[one] = Hits(recorded, one)
            if one.enabled:
                self._hits[one] = known[one]
        self._failures = self._hits.pop(_FAILURE)
        if _FAILURE in breakpoints:
            self._hits[_FAILURE] = self._failures
        self._clear = {True: Ranges(), False: Ranges()}
        """Where there is no stop, with failures and without: a search that was left goes on behind it."""
        self._passed: dict[Breakpoint, list[int]] = {}
        """Of a breakpoint that ignores hits: those after `since` to the end of each piece, until they are enough."""
        self._left: dict[tuple[Breakpoint, ...], RecordedStops] = {}
        self._done = 0.0
        self.deadline: float | None = None
        """`time.monotonic()` after which a search is left; None for never."""

    def __bool__(self) -> bool:
        return bool(self._hits)

    def first(self, start: int, stop: int | None = None, failures: bool = True) -> int | None:
        """The first stop in `[start, stop)`, or None.

        Raises:
            Unfinished: the deadline has passed.
        """
        stop = len(self._reader) if stop is None else min(stop, len(self._reader))
        start = max(start, 0)
        clear = self._clear[failures]
        begin = clear.end_from(start)
        while begin < stop:
            number = begin // PIECE
            self._check_time((begin - start) / (stop - start), number)
            stops = self._stops_in(number, failures)
            end = min((number + 1) * PIECE, stop)
            place = bisect_left(stops, begin)
            found = int(stops[place]) if place < len(stops) and stops[place] < end else end
            clear.add(begin, found)
            if found < end:
                return found
            begin = clear.end_from(end)
        return None

    def last(self, stop: int, start: int = 0, failures: bool = True) -> int | None:
        """The last stop in `[start, stop)`, or None.

        Raises:
            Unfinished: the deadline has passed.
        """
        stop = min(stop, len(self._reader))
        if stop <= start:
            return None
        clear = self._clear[failures]
        end = clear.begin_up_to(stop)
        while end > start:
            number = (end - 1) // PIECE
            self._check_time((stop - end) / (stop - start), number)
            stops = self._stops_in(number, failures)
            begin = max(number * PIECE, start)
            place = bisect_left(stops, end) - 1
            found = int(stops[place]) if place >= 0 and stops[place] >= begin else begin - 1
            clear.add(found + 1, end)
            if found >= begin:
                return found
            end = clear.begin_up_to(begin)
        return None

    def after_stop(self, seq: int) -> RecordedStops:
        """The stops that are left after one at `seq`: without those that stop once and did so there."""
        spent = [one for one in self.at(seq) if one.once]
        if not spent:
            return self
        left = self._left.get(tuple(spent))
        if left is None:
            others = [one for one in self._hits if one not in spent]
            left = self._left[tuple(spent)] = RecordedStops(self._recorded, others, self._hits.copy())
        left.deadline = self.deadline
        return left

    def marks(self, seq: int) -> bool:
        """Whether a breakpoint is hit at this event, ignored or not; quick, for drawing."""
        return any(found.is_at(seq) for found in self._hits.values())

    def at(self, seq: int) -> list[Breakpoint]:
        """The breakpoints that stop at this event."""
        return [one for one in self._hits if seq in self._stops_of(one, seq // PIECE)]

    def hits(self, breakpoint_: Breakpoint, until: int) -> int:
        """How often the breakpoint is hit from the log's beginning to event `until`, ignored ones included.

        Raises:
            Unfinished: the deadline has passed.
        """
        found = self._hits[breakpoint_]
        count = 0
        for number in range(until // PIECE + 1):
            if not found.is_known(number):
                self._check_time(number * PIECE / (until + 1), -1)
            count += int(np.searchsorted(self._of_piece(found, number), until, side="right"))
        return count

    # ---- how ----------------------------------------------------------------------------------------------------

    def _check_time(self, done: float, number: int) -> None:
        self._done = min(max(done, 0.0), 1.0)
        if self.deadline is None or time.monotonic() < self.deadline:
            return
        if number < 0 or not all(found.is_known(number) for found in self._hits.values()):
            raise Unfinished(self._done)

    def _of_piece(self, found: Hits, number: int) -> np.ndarray:
        """All hits in a piece.

        Raises:
            Unfinished: the deadline passed on the way.
        """
        hits = found.of_piece(number, self.deadline)
        if not found.is_known(number):
            raise Unfinished(self._done)
        return hits

    def _stops_in(self, number: int, failures: bool) -> np.ndarray:
        parts = [self._stops_of(one, number) for one in self._hits]
        if failures:
            parts.append(self._of_piece(self._failures, number))
        parts = [part for part in parts if len(part)]
        if len(parts) < 2:
            return parts[0] if parts else _EMPTY
        return np.unique(np.concatenate(parts))

    def _stops_of(self, one: Breakpoint, number: int) -> np.ndarray:
        """The hits of a breakpoint in a piece, without those that it ignores."""
        found = self._of_piece(self._hits[one], number)
        if not one.ignore or not len(found):
            return found
        after = int(np.searchsorted(found, one.since, side="right"))
        passed = max(one.ignore - self._passed_before(one, number), 0)
        return np.concatenate([found[:after], found[after + passed :]])

    def _passed_before(self, one: Breakpoint, number: int) -> int:
        """Hits after `since` in the pieces before this one, as far as they count."""
        first = max(one.since, 0) // PIECE
        if number <= first:
            return 0
        passed = self._passed.setdefault(one, [])
        for before in range(first + len(passed), number):
            if passed and passed[-1] >= one.ignore:
                break
            hits = self._of_piece(self._hits[one], before)
            new = len(hits) - int(np.searchsorted(hits, one.since, side="right"))
            passed.append((passed[-1] if passed else 0) + new)
        return passed[min(number - first, len(passed)) - 1]
