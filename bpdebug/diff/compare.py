"""Goes through two aligned runs event by event, and collects what differs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import BpdebugError
from ..log import records as r
from ..log.reader import LogReader
from ..log.schema import NOTHING, Kind
from ..text import clean
from ..timeline import Timeline
from ..timeline.capture import capture_asked_for
from ..timeline.lines import number_of
from .alignment import Batch, align
from .bodies import BodyStream
from .common_names import CommonNames
from .contents import Contents, Verdict
from .pairs import PairComparison, Unlike
from .places import Before, describe_pair, layout_text, place_of
from .result import Comparison, Difference, Growth
from .slots import UNCOMPARED, UNCOMPARED_KINDS, Slot
from .values import Tolerance

__all__ = ["compare_runs"]

_LISTED = 10
_OPS = 10_000
"""Names that the table by op may have; a hostile log has millions."""
_ITERATIONS = 100_000


def compare_runs(
    a: LogReader, b: LogReader, tolerance: Tolerance | None = None, first_only: bool = False
) -> Comparison:
    """Compare two runs.

    Args:
        a: the run that the other one is compared with.
        b: the other one.
        tolerance: what may differ; None: nothing.
        first_only: stop at the first difference of a value.

    Raises:
        DamagedLog: a file was cut off while it was read.
    """
    with BodyStream(a) as bodies_a, BodyStream(b) as bodies_b:
        return _Walk(a, b, bodies_a, bodies_b, tolerance or Tolerance()).go(first_only)


class _Walk:
    """One comparison under way."""

    def __init__(
        self, a: LogReader, b: LogReader, bodies_a: BodyStream, bodies_b: BodyStream, tolerance: Tolerance
    ) -> None:
        self._a, self._b = Timeline(a), Timeline(b)
        self._bodies_a, self._bodies_b = bodies_a, bodies_b
        self._common = CommonNames(a, b)
        self._pairs = PairComparison(self._a, self._b, Contents(self._common, tolerance), tolerance)
        self._by_iteration: dict[int, Growth] = {}
        self._by_op: dict[str, Growth] = {}
        self._matched = (-1, -1)
        """The last events of both runs that belong together, as long as nothing differs."""
        self._in_its_place: tuple[int, int] | None = None
        """The next events of both behind them, where the first difference is an event that only one run has."""
        self._before = Before()
        self._unseeded = ""
        self.found = Comparison(tolerance)

    def go(self, first_only: bool) -> Comparison:
        found = self.found
        found.structure.events_a, found.structure.events_b = len(self._a), len(self._b)
        for batch in align(self._common):
            self._pairs.contents.look_again()
            self._take(batch, first_only)
            if first_only and found.first_value is not None:
                found.whole = False
                break
        if self._unseeded and not found.same:
            found.setup.append(self._unseeded)
        found.by_iteration = [self._by_iteration[number] for number in sorted(self._by_iteration)]
        found.by_op = list(self._by_op.values())
        return found

    def _take(self, batch: Batch, first_only: bool) -> None:
        found = self.found
        found.structure.turns += batch.turns
        for begin in range(0, len(batch.a), 1 << 14):
            seqs_a, seqs_b = batch.a[begin : begin + (1 << 14)], batch.b[begin : begin + (1 << 14)]
            heads_a, heads_b = self._heads(self._a, seqs_a), self._heads(self._b, seqs_b)
            for seq_a, seq_b, head_a, head_b in zip(
                seqs_a.tolist(), seqs_b.tolist(), heads_a, heads_b, strict=True
            ):
                if seq_a < 0 or seq_b < 0:
                    self._alone(seq_a, seq_b, head_a[2] if seq_a >= 0 else head_b[2])
                    continue
                found.structure.matched += 1
                if found.first is None:
                    self._matched = seq_a, seq_b
                if head_a[2] not in UNCOMPARED_KINDS or head_a[2] == Kind.run_started:
                    self._pair(seq_a, seq_b, head_a, head_b)
                if first_only and found.first_value is not None:
                    return

    @staticmethod
    def _heads(timeline: Timeline, seqs: np.ndarray) -> list[tuple[int, int, int]]:
        """offset, length and kind of the bodies; of any event for those that aren't there."""
        if not len(timeline):
            return [(0, 0, 0)] * len(seqs)
        there = np.maximum(seqs, 0)
        low, high = int(there.min()), int(there.max()) + 1
        rows = (
            timeline.reader.index[low:high][there - low]
            if high - low < 4 * len(seqs) + 64
            else (timeline.reader.index[there])
        )
        return list(zip(rows["offset"].tolist(), rows["length"].tolist(), rows["kind"].tolist(), strict=True))

    def _alone(self, a: int, b: int, kind: int) -> None:
        """An event that only one run has."""
        structure = self.found.structure
        if kind in UNCOMPARED_KINDS:
            if a >= 0:
                structure.passed_over_a += 1
            else:
                structure.passed_over_b += 1
            return
        timeline, seq, listed = (
            (self._a, a, structure.first_only_a) if a >= 0 else (self._b, b, structure.first_only_b)
        )
        if a >= 0:
            structure.only_a += 1
        else:
            structure.only_b += 1
        if len(listed) < _LISTED:
            listed.append(place_of(timeline, seq).address)
        if self.found.first is not None:
            self._note_in_its_place(a, b)
        else:
            before_a, before_b = self._matched
            self._in_its_place = _next_compared(self._a, before_a), _next_compared(self._b, before_b)
            place = place_of(timeline, seq)
            whose, other, ahead = ("B", self._b, 1) if a >= 0 else ("A", self._a, 0)
            self.found.first = Difference(
                place if a >= 0 else None,
                place if b >= 0 else None,
                why=f"only {'A' if a >= 0 else 'B'} has this event",
                notes=_ended(other, whose) if self._in_its_place[ahead] < 0 else (),
            )

    def _note_in_its_place(self, a: int, b: int) -> None:
        """The other run may have another event where the first one is that only one run has."""
        first, places = self.found.first, self._in_its_place
        if first is None or places is None or (first.a is None) == (a < 0):
            return
        if (a, b)[b >= 0] == places[b >= 0]:
            self._in_its_place = None
            timeline, seq, whose = (self._a, a, "A") if a >= 0 else (self._b, b, "B")
            other = place_of(timeline, seq)
            note = f"{whose} has {other.address} (event {other.seq}) in its place"
            self.found.first = replace(first, notes=(*first.notes, note))

    def _pair(self, a: int, b: int, head_a: tuple[int, int, int], head_b: tuple[int, int, int]) -> None:
        """An event of both runs."""
        body_a, body_b = self._bodies_a.body(a, *head_a), self._bodies_b.body(b, *head_b)
        if body_a is None or body_b is None:
            self.found.unreadable += 1
            whose = "both" if body_a is body_b else "A" if body_a is None else "B"
            self._differs(a, b, Difference(None, None, why=f"the event can't be read in {whose}"))
            return
        if type(body_a) is not type(body_b):
            kinds = tuple(body.__struct_config__.tag or "" for body in (body_a, body_b))
            self._differs(a, b, Difference(None, None, role="kind", values=(str(kinds[0]), str(kinds[1]))))
            return
        if isinstance(body_a, UNCOMPARED):
            if isinstance(body_a, r.RunStartedBody) and isinstance(body_b, r.RunStartedBody) and a == b == 0:
                self.found.setup = _setup(body_a, body_b)
                self._unseeded = _unseeded(body_a, body_b)
            return
        for name, first, second in self._pairs.settings(body_a, body_b):
            values = number_of_setting(first), number_of_setting(second)
            self.found.settings_differ += 1
            self._differs(a, b, Difference(None, None, role=clean(name), values=values))
            break
        for slot_a, slot_b, verdict in self._pairs.tensors(body_a, body_b):
            self._tensor(a, b, slot_a, slot_b, verdict)

    def _tensor(self, a: int, b: int, slot_a: Slot, slot_b: Slot, verdict: Verdict) -> None:
        found = self.found
        if not verdict.known and not verdict.different:
            found.not_compared += 1
            self._before.unknown += slot_a.made
            return
        if verdict.different:
            found.tensors_differ += 1
        else:
            found.tolerated += 1
            self._before.within += slot_a.made
        if verdict.gap is not None and (slot_a.made or slot_b.made):
            self._grow(a, slot_a, verdict)
        if verdict.different and (found.first is None or found.first_value is None):
            name = self._a.names.variable_name(slot_a.variable) or self._b.names.variable_name(
                slot_b.variable
            )
            slot = slot_a if slot_a.tensor is not None else slot_b
            timeline = self._a if slot_a.tensor is not None else self._b
            difference = Difference(
                None,
                None,
                slot.role,
                name,
                slot.made,
                layout_text(timeline, slot.tensor),
                verdict.why,
                verdict.gap,
            )
            both = slot_a.tensor is not None and slot_b.tensor is not None
            self._differs(a, b, difference, value=True, noted=both)

    def _differs(
        self, a: int, b: int, difference: Difference, value: bool = False, noted: bool = False
    ) -> None:
        """A difference of a `value` or of something else; `noted` with what helps to find out why."""
        found = self.found
        if found.first is not None and not (value and found.first_value is None):
            return
        noted = noted and found.first is None
        given = self._given(a, b) if noted and difference.made else None
        full = describe_pair(self._a, self._b, a, b, difference, given, self._before if noted else None)
        if found.first is None:
            found.first = full
        if value and found.first_value is None:
            found.first_value = full

    def _given(self, a: int, b: int) -> dict[str, Unlike] | None:
        """What two events were given that isn't known to be the same; with the tensors of a step's forward op."""
        bodies = self._bodies_of(a, b)
        if bodies is None:
            return None
        given = self._pairs.unlike(*bodies, made=False)
        forward = (int(self._a.reader.index[a]["partner"]), int(self._b.reader.index[b]["partner"]))
        if isinstance(bodies[0], r.BackwardBody) and NOTHING not in forward:
            ops = self._bodies_of(*forward)
            given = {**(given or {}), **((ops and self._pairs.unlike(*ops, made=True)) or {})}
        return given

    def _bodies_of(self, a: int, b: int) -> tuple[r.Event, r.Event] | None:
        try:
            return self._a.reader.body(a), self._b.reader.body(b)
        except BpdebugError:
            return None

    def _grow(self, a: int, slot: Slot, verdict: Verdict) -> None:
        assert verdict.gap is not None
        names, row = self._a.names, self._a.reader.index[a]
        iteration = int(row["iteration"])
        scope = names.scope(row["scope"]) if row["scope"] != NOTHING else ""
        op = f"{names.phase(row).name}/{scope + '/' if scope else ''}{names.text(row['label'])}"
        growths = []
        if iteration in self._by_iteration or len(self._by_iteration) < _ITERATIONS:
            growths.append(self._by_iteration.setdefault(iteration, Growth(str(iteration), iteration)))
        if op in self._by_op or len(self._by_op) < _OPS:
            growths.append(self._by_op.setdefault(op, Growth(op, iteration)))
        for growth in growths:
            growth.add(verdict.gap, verdict.different, f"{op} {slot.role}")


def _ended(timeline: Timeline, whose: str) -> tuple[str, ...]:
    """That a log ends where the other goes on, if its run had no end of its own."""
    if timeline.reader.finished:
        return ()
    where = f"the last event of {whose} is {len(timeline) - 1}" if len(timeline) else whose
    return (f"{where}: {timeline.reason_for_end()}",)


def _next_compared(timeline: Timeline, seq: int) -> int:
    """The first event behind `seq` that is compared; -1 for none."""
    kinds = timeline.reader.index["kind"]
    found = (later for later in range(seq + 1, len(timeline)) if kinds[later] not in UNCOMPARED_KINDS)
    return next(found, -1)


def number_of_setting(value: object) -> str:
    """A setting in a few clean characters."""
    if value is None:
        return "none"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_of(value)
    text = clean(str(value))
    return text if len(text) <= 60 else text[:59] + "…"


def _setup(a: r.RunStartedBody, b: r.RunStartedBody) -> list[str]:
    """What differs around the two runs, in words."""
    pairs = {
        "script": (a.script, b.script),
        "arguments": (" ".join(a.argv[1:]), " ".join(b.argv[1:])),
        "devices": (", ".join(a.devices), ", ".join(b.devices)),
        "capture": (capture_asked_for(a), capture_asked_for(b)),
        **{
            name: (a.versions.get(name, "none"), b.versions.get(name, "none"))
            for name in {**a.versions, **b.versions}
        },
    }
    return [
        f"{clean(name)}: {number_of_setting(first) or '(none)'} in A, {number_of_setting(second) or '(none)'} in B"
        for name, (first, second) in pairs.items()
        if first != second
    ]


def _unseeded(a: r.RunStartedBody, b: r.RunStartedBody) -> str:
    """Scripts that set no seed compute with other random numbers in each run; "" where these begin alike."""
    if a.random_state == b.random_state:
        return ""
    return "random state at the start: not the same, which matters where the scripts set no seed"
