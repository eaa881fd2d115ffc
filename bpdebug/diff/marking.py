"""Marks every event of two runs with what it is in the other run: first which belong together, then which differ.

Goes on in small steps, so that a screen can show how far it has come, and stop it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag

import numpy as np

from ..log.reader import LogReader
from ..log.schema import Kind
from ..timeline import Timeline
from .alignment import Batch, align
from .bodies import BodyStream
from .common_names import CommonNames
from .contents import Contents
from .pairs import PairComparison
from .slots import UNCOMPARED_KINDS
from .values import Tolerance

__all__ = ["ALIGNED", "ALONE", "UNKNOWN", "Mark", "Marks", "mark_runs"]

ALONE = -1
"""In place of a partner: there is none."""
UNKNOWN = -2
"""In place of a partner: the events haven't been aligned so far."""
ALIGNED = 0.1
"""The share of the work after which every event has its partner."""
_STEP = 128
"""Pairs that are compared before it says how far it is."""


class Mark(IntFlag):
    """What an event is in the other run."""

    compared = 1
    """Both events were looked at, or there is nothing to look at."""
    differs = 2
    """It has other contents there."""
    alone = 4
    """It isn't there."""
    gap = 8
    """Right behind it, the other run has events that this one doesn't have."""


@dataclass(slots=True)
class Side:
    """The events of one run: the seq of each one's partner (or `ALONE`, `UNKNOWN`), and its `Mark`."""

    partners: np.ndarray
    marks: np.ndarray

    @classmethod
    def of_length(cls, events: int) -> Side:
        """Nothing known yet of so many events."""
        return cls(np.full(events, UNKNOWN, np.int32), np.zeros(events, np.uint8))


class Marks:
    """What is known of two runs so far; written by `mark_runs`, perhaps in another thread, and never taken back.

    Attributes:
        sides: of A, of B.
        first: (seq in A, seq in B) of the first divergence, -1 where that run has no such event; None while there is
            none.
        settled: whether nothing can come before `first`, or there is none.
        left_out: whether tensors could not be compared, as one of the runs didn't keep what that takes.
        done: the share of the work that is done, 0 to 1.
    """

    def __init__(self, events_a: int, events_b: int) -> None:
        self.sides = (Side.of_length(events_a), Side.of_length(events_b))
        self.first: tuple[int, int] | None = None
        self.settled = False
        self.left_out = False
        self.done = 0.0

    @property
    def no_divergence(self) -> str:
        """What there is to say where the comparison has found none."""
        where = " in all that could be compared" if self.left_out else ""
        return f"the runs are the same{where}: there is no divergence"


def mark_runs(a: LogReader, b: LogReader, tolerance: Tolerance, marks: Marks) -> Iterator[None]:
    """Fill in `marks`, of two logs that nobody else reads from; yields between its steps.

    Events that a growing log got after `marks` was made stay unknown.

    Where nothing may differ, events behind the first divergence are marked by their content ids alone.

    Raises:
        DamagedLog: a file was cut off while it was read.
    """
    names = CommonNames(a, b)
    batches = []
    last = [0, 0]
    lengths = [len(side.marks) for side in marks.sides]
    for batch in align(names):
        if batch.a.max(initial=-1) >= lengths[0] or batch.b.max(initial=-1) >= lengths[1]:
            there = (batch.a < lengths[0]) & (batch.b < lengths[1])
            batch = Batch(batch.a[there], batch.b[there], batch.turns)
        batches.append(batch)
        _mark_partners(batch, marks, last, a, b)
        marks.done = ALIGNED * 0.99 * min(1.0, float(batch.a.max(initial=0)) / max(len(a), 1))
        yield
    marks.done = ALIGNED
    with BodyStream(a) as bodies_a, BodyStream(b) as bodies_b:
        pairs = PairComparison(Timeline(a), Timeline(b), Contents(names, tolerance), tolerance)
        yield from _Contents(pairs, (a, b), (bodies_a, bodies_b), marks).go(batches)
    marks.settled = True
    marks.done = 1.0


def _mark_partners(batch: Batch, marks: Marks, last: list[int], a: LogReader, b: LogReader) -> None:
    """Who belongs to whom in a batch; `last` holds the matched events before it, of A and of B."""
    columns = (batch.a, batch.b)
    matched = (batch.a >= 0) & (batch.b >= 0)
    for side, reader, other in ((0, a, 1), (1, b, 0)):
        mine, theirs = columns[side], columns[other]
        there = mine >= 0
        marks.sides[side].partners[mine[there]] = theirs[there]
        alone = there & (theirs < 0)
        alone[there] &= ~np.isin(reader.index["kind"][mine[there]], UNCOMPARED_KINDS)
        seqs = mine[alone]
        marks.sides[side].marks[seqs] |= np.uint8(Mark.alone | Mark.compared)
        # The other run has nothing here but a gap: behind the matched event before it.
        before = np.maximum.accumulate(np.where(matched, np.arange(len(matched)), -1))[alone]
        gaps = np.where(before >= 0, theirs[before], last[other])
        if len(marks.sides[other].marks):
            marks.sides[other].marks[gaps] |= np.uint8(Mark.gap)
    for side in (0, 1):
        if matched.any():
            last[side] = int(columns[side][matched].max())


class _Contents:
    """The second part: what the events of a pair hold."""

    def __init__(
        self,
        pairs: PairComparison,
        readers: tuple[LogReader, LogReader],
        bodies: tuple[BodyStream, BodyStream],
        marks: Marks,
    ) -> None:
        self._pairs = pairs
        self._readers, self._bodies = readers, bodies
        self._marks = marks
        self._all_known = pairs.contents.all_known
        self._compared = 0

    def go(self, batches: list[Batch]) -> Iterator[None]:
        rows = sum(len(batch.a) for batch in batches)
        for batch in batches:
            self._pairs.contents.look_again()
            for begin in range(0, len(batch.a), _STEP):
                part = slice(begin, begin + _STEP)
                self._compare(batch.a[part], batch.b[part])
                self._compared += len(batch.a[part])
                self._marks.done = ALIGNED + (1 - ALIGNED) * self._compared / rows
                yield

    def _compare(self, seqs_a: np.ndarray, seqs_b: np.ndarray) -> None:
        heads_a, heads_b = (
            _heads(reader, seqs) for reader, seqs in zip(self._readers, (seqs_a, seqs_b), strict=True)
        )
        different = np.zeros(len(seqs_a), np.uint8)
        for place, (a, b, head_a, head_b) in enumerate(
            zip(seqs_a.tolist(), seqs_b.tolist(), heads_a, heads_b, strict=True)
        ):
            if a >= 0 and b >= 0:
                different[place] = self._differ(a, b, head_a, head_b)
            elif (head_a if a >= 0 else head_b)[2] not in UNCOMPARED_KINDS:
                self._found(a, b)
        flags = different * np.uint8(Mark.differs) + np.uint8(Mark.compared)
        for side, seqs in zip(self._marks.sides, (seqs_a, seqs_b), strict=True):
            side.marks[seqs[seqs >= 0]] |= flags[seqs >= 0]

    def _differ(self, a: int, b: int, head_a: tuple[int, int, int], head_b: tuple[int, int, int]) -> bool:
        if head_a[2] == head_b[2] and head_a[2] in UNCOMPARED_KINDS:
            return False
        body_a, body_b = self._bodies[0].body(a, *head_a), self._bodies[1].body(b, *head_b)
        if body_a is None or body_b is None:
            return self._found(a, b)
        if not (self._all_known or self._marks.left_out):
            self._marks.left_out = self._pairs.leave_out(body_a, body_b)
        if not self._pairs.seem_to_differ(body_a, body_b):
            return False
        # Up to the first divergence by values, as `bpdebug diff` does; what lies behind it is marked sooner.
        if self._marks.first is None and not self._pairs.differ(body_a, body_b):
            return False
        return self._found(a, b)

    def _found(self, a: int, b: int) -> bool:
        if self._marks.first is None:
            self._marks.first = (a, b)
            self._marks.settled = True
        return True


def _heads(reader: LogReader, seqs: np.ndarray) -> list[tuple[int, int, int]]:
    """offset, length and kind of events; of any event for those that aren't there."""
    if not len(reader):
        return [(0, 0, int(Kind.output))] * len(seqs)
    rows = reader.index[np.maximum(seqs, 0)]
    return list(zip(rows["offset"].tolist(), rows["length"].tolist(), rows["kind"].tolist(), strict=True))
