"""One run beside another: for any event its partner there, and in words and arrays what is different.

What has to be looked through for that, `marking` does ahead; what one event needs is read when it is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..errors import BpdebugError
from ..text import clean, count_text
from ..timeline import Moment, ParameterState, TensorView, Timeline
from .common_names import CommonNames
from .compare import number_of_setting
from .contents import Contents, Verdict, dtype_words
from .marking import ALONE, UNKNOWN, Mark, Marks
from .pairs import PairComparison
from .values import DISTANCES, Gap, Tolerance, compare_arrays, distances

__all__ = ["Beside", "Compared", "KnownToDiffer"]

_LOOKED_AT = 1 << 20
"""Marks that are looked through at once."""
_LETTERS = ("A", "B")


class Compared(NamedTuple):
    """What of two events is different: settings as (name, value in A, value in B), and roles of tensors.

    `problem` says why they could not be compared; "" where they could. `left_out` has the roles of tensors of which it
    can't be told, as one of the runs didn't keep what that takes.
    """

    settings: list[tuple[str, str, str]]
    roles: list[str]
    problem: str = ""
    left_out: Sequence[str] = ()

    def words(self, short: bool = False) -> str:
        """All of it in one line, clean, the value in A first; "" where nothing differs."""
        shape = "{} {} / {}" if short else "{} {} in A, {} in B"
        parts = [shape.format(*setting) for setting in self.settings]
        return "; ".join(part for part in (*parts, " ".join(self.roles), self.problem) if part)


class KnownToDiffer(str):
    """Words for two tensors that differ, and of which it isn't known by how much."""


class Beside:
    """Shows `this` run, and knows the `other`.

    Attributes:
        marks: what is known of both.
        tolerance: what may differ.
        lead: 0 where this run is A, 1 where it is B.
    """

    def __init__(
        self, a: Timeline, b: Timeline, marks: Marks, tolerance: Tolerance | None = None, lead: int = 0
    ) -> None:
        self._runs = (a, b)
        self.marks = marks
        self.tolerance = tolerance or Tolerance()
        self.lead = lead
        self._contents: PairComparison | None = None
        self._compared: tuple[int, Compared] | None = None

    @property
    def this(self) -> Timeline:
        """The run that is shown."""
        return self._runs[self.lead]

    @property
    def other(self) -> Timeline:
        """The run beside it."""
        return self._runs[1 - self.lead]

    @property
    def letter(self) -> str:
        """`A` or `B`: which run is shown."""
        return _LETTERS[self.lead]

    @property
    def other_letter(self) -> str:
        """Which one is beside it."""
        return _LETTERS[1 - self.lead]

    @property
    def flipped(self) -> Beside:
        """The other run, with this one beside it."""
        return Beside(*self._runs, self.marks, self.tolerance, 1 - self.lead)

    # ---- places -------------------------------------------------------------------------------------------------

    def partner(self, seq: int) -> int | None:
        """The same event in the other run; None where it isn't there, or isn't known yet."""
        partners = self.marks.sides[self.lead].partners
        found = int(partners[seq]) if 0 <= seq < len(partners) else UNKNOWN
        return found if found >= 0 else None

    def place(self, seq: int) -> int:
        """Where the other run is at event `seq`: at its partner, or at that of the nearest earlier event with one."""
        partners = self.marks.sides[self.lead].partners[: seq + 1]
        for end in range(len(partners), 0, -_LOOKED_AT):
            begin = max(0, end - _LOOKED_AT)
            there = np.flatnonzero(partners[begin:end] >= 0)
            if len(there):
                return int(partners[begin + there[-1]])
        return 0

    def mark(self, seq: int) -> Mark:
        """What is known of event `seq`; nothing where the comparison hasn't come to it."""
        marks = self.marks.sides[self.lead].marks
        return Mark(int(marks[seq])) if 0 <= seq < len(marks) else Mark(0)

    def marks_in(self, first: int, end: int) -> Mark:
        """What is known of the events from `first` on, before `end`, together."""
        return Mark(int(np.bitwise_or.reduce(self.marks.sides[self.lead].marks[first:end])))

    def next(self, seq: int, direction: int) -> int | None:
        """The nearest event after (before, if negative) `seq` that is different, alone, or before a gap."""
        marks = self.marks.sides[self.lead].marks
        wanted = np.uint8(Mark.differs | Mark.alone | Mark.gap)
        if direction > 0:
            for begin in range(seq + 1, len(marks), _LOOKED_AT):
                found = np.flatnonzero(marks[begin : begin + _LOOKED_AT] & wanted)
                if len(found):
                    return begin + int(found[0])
        else:
            for end in range(min(seq, len(marks)), 0, -_LOOKED_AT):
                begin = max(0, end - _LOOKED_AT)
                found = np.flatnonzero(marks[begin:end] & wanted)
                if len(found):
                    return begin + int(found[-1])
        return None

    @property
    def first(self) -> int | None:
        """The first divergence, in this run: of an event that only the other has, the one before it."""
        found = self.marks.first
        if found is None:
            return None
        if found[self.lead] >= 0:
            return found[self.lead]
        partners = self.marks.sides[1 - self.lead].partners[: found[1 - self.lead]]
        there = np.flatnonzero(partners >= 0)
        return int(partners[there[-1]]) if len(there) else 0

    @property
    def first_alone(self) -> bool:
        """Whether the first divergence is an event that only the other run has."""
        return self.marks.first is not None and self.marks.first[self.lead] < 0

    # ---- contents -----------------------------------------------------------------------------------------------

    def compare(self, seq: int) -> Compared:
        """What of event `seq` and its partner differs past the tolerance; nothing without a partner."""
        if self._compared is None or self._compared[0] != seq:
            self._compared = (seq, self._compare(seq))
        return self._compared[1]

    def _compare(self, seq: int) -> Compared:
        partner = self.partner(seq)
        if partner is None:
            return Compared([], [])
        a, b = self._runs
        pairs = self._pairs()
        seqs = (seq, partner) if self.lead == 0 else (partner, seq)
        try:
            pairs.contents.look_again()
            body_a, body_b = a.reader.body(seqs[0]), b.reader.body(seqs[1])
            if type(body_a) is not type(body_b):
                kinds = [str(body.__struct_config__.tag) for body in (body_a, body_b)]
                return Compared([("kind", kinds[0], kinds[1])], [])
            settings = [
                (clean(name), number_of_setting(first), number_of_setting(second))
                for name, first, second in pairs.settings(body_a, body_b)
            ]
            slots, left_out = [], []
            for slot_a, _, verdict in pairs.tensors(body_a, body_b):
                if verdict.different:
                    slots.append(slot_a.role)
                elif not verdict.known:
                    left_out.append(slot_a.role)
        except BpdebugError as error:
            return Compared([], [], clean(str(error).partition("\n")[0]))
        return Compared(settings, list(dict.fromkeys(slots)), left_out=list(dict.fromkeys(left_out)))

    def _pairs(self) -> PairComparison:
        if self._contents is None:
            a, b = self._runs
            contents = Contents(CommonNames(a.reader, b.reader), self.tolerance)
            self._contents = PairComparison(a, b, contents, self.tolerance)
        return self._contents

    def _verdict(self, a: int | None, b: int | None) -> Verdict | None:
        """What tensor `a` of A and `b` of B differ in, as far as their content ids tell; None: they are the same."""
        unknown = Verdict(False, False, "", None)
        if a is None or b is None:
            return unknown
        try:
            contents = self._pairs().contents
            contents.look_again()
            return contents.compare(a, b)
        except BpdebugError:
            return unknown

    def summary(self, seq: int, short: bool = False) -> str:
        """In a few words (or `short`, in fewer), what event `seq` is in the other run."""
        mark, other = self.mark(seq), self.other_letter
        if not mark and self.partner(seq) is None:
            return "not compared yet"
        words = []
        if mark & Mark.alone:
            words.append(f"only in {self.letter}")
        else:
            partner = self.partner(seq)
            where = f" (event {partner:,})" if partner is not None and partner != seq else ""
            compared = self.compare(seq)
            different = compared.words(short)
            if different:
                words.append(f"≠ {other}{where}: {different}")
            elif compared.left_out:
                kept = "not kept" if short else f"not kept in both runs: {' '.join(compared.left_out)}"
                words.append(f"? {other}{where}: {kept}")
            else:
                words.append(f"= {other}{where}")
        if mark & Mark.gap:
            words.append(f"then {count_text(self.gap_after(seq), 'event')} only in {other}")
        return ", ".join(words)

    def gap_after(self, seq: int) -> int:
        """How many events only the other run has right behind event `seq`; 0 for none."""
        if not self.mark(seq) & Mark.gap:
            return 0
        other = self.marks.sides[1 - self.lead]
        begin = self.place(seq) + 1
        ends = np.flatnonzero(other.partners[begin : begin + _LOOKED_AT] != ALONE)
        end = begin + (int(ends[0]) if len(ends) else _LOOKED_AT)
        # Without what is printed or warned of between them, which counts for nothing.
        return max(1, int(np.count_nonzero(other.marks[begin:end] & np.uint8(Mark.alone))))

    def parameters(self, seq: int) -> dict[str, ParameterState]:
        """The parameters of the other run where it is at event `seq`, by name."""
        if not len(self.other):
            return {}
        return {state.name: state for state in self.other.parameters(self.place(seq))}

    # ---- tensors ------------------------------------------------------------------------------------------------

    def moment(self, seq: int) -> Moment | None:
        """The partner of event `seq`, with all that it says; None where there is none."""
        partner = self.partner(seq)
        try:
            return None if partner is None else self.other.moment(partner)
        except (BpdebugError, IndexError):
            return None

    def view(self, moment: Moment, mine: TensorView, what: str) -> TensorView:
        """One tensor of this run's event: of the run `A` or `B`, or how far both are apart (a key of `DISTANCES`)."""
        if what == self.letter:
            return mine
        partner = self.moment(moment.seq)
        if partner is None:
            why = f"{self.other_letter} has no such event"
            return replace(mine, tensor=None, why_missing=why, load=None, load_sample=None)
        theirs = _same_role(partner, mine)
        if theirs is None:
            why = f"the event of {self.other_letter} has no tensor {mine.role}"
            return replace(mine, tensor=None, why_missing=why, load=None, load_sample=None)
        if what == self.other_letter:
            # Its number is one of the other log: where numbers name contents, it has none.
            return replace(theirs, tensor=None)
        first, second = (mine, theirs) if self.lead == 0 else (theirs, mine)
        return _apart(first, second, what)

    def gap(self, moment: Moment, mine: TensorView) -> Callable[[], Gap] | str:
        """Measures how far the tensor is from its partner; or why that can't be said."""
        partner = self.moment(moment.seq)
        theirs = None if partner is None else _same_role(partner, mine)
        if theirs is None:
            return f"only {self.letter} has it"
        first, second = (mine, theirs) if self.lead == 0 else (theirs, mine)
        why = first.why_missing or second.why_missing
        verdict = self._verdict(first.tensor, second.tensor) if why else None
        if why and verdict is None:
            same = Gap(math.prod(first.shape or ()), 0, 0, 0.0, 0.0, None, (), None, None)
            return lambda: same
        if why and verdict is not None and verdict.different:
            return KnownToDiffer(verdict.why)
        if why or first.shape != second.shape:
            return why or f"shape {first.shape} in A, {second.shape} in B"
        kinds = dtype_words(first.dtype, second.dtype)
        return lambda: replace(compare_arrays(first.array(), second.array(), self.tolerance), why=kinds)


def _same_role(moment: Moment, view: TensorView) -> TensorView | None:
    """The tensor of another event in the same role."""
    alike = [one for one in moment.tensors if one.role == view.role]
    return next((one for one in alike if one.group == view.group), alike[0] if alike else None)


def _apart(first: TensorView, second: TensorView, what: str) -> TensorView:
    """How far the elements of two tensors are apart, computed when asked for."""
    why = first.why_missing or second.why_missing
    if not why and first.shape != second.shape:
        why = f"shape {first.shape} in A, {second.shape} in B"

    def compute() -> np.ndarray:
        found = distances(first.array(), second.array(), what)
        found.flags.writeable = False
        return found

    title = DISTANCES[what]
    return TensorView(
        title, first.role, first.name, first.variable, None, first.shape, "float64", "", why, compute
    )
