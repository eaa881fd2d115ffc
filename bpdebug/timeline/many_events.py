"""What a condition asks, answered for many events of a log at once: a domain whose values are arrays.

The same answers as `conditions.one_event` gives, thousands at a time: index records and the flags of tensors first,
bodies only of the events that are still undecided, elements of tensors last.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..conditions import syntax as s
from ..conditions.elementwise import ARITHMETIC, COMPARISONS, MAPPED, tensors_in
from ..conditions.measures import measure
from ..conditions.one_event import line_of
from ..conditions.rules import Rule
from ..log.schema import EventFlag
from .body_numbers import NONE
from .bounds import Interval, bounds_of, combine, decide
from .bulk import SEVERAL, Known, rows_of
from .combined import STACKED, is_of_contents
from .recorded import RecordedEvents

__all__ = ["Bounded", "ManyEvents", "Values"]


@dataclass(frozen=True, slots=True)
class Values:
    """One value an event: float64 or bool, and where it is known."""

    data: np.ndarray
    known: np.ndarray

    @property
    def true(self) -> np.ndarray:
        """Where it is known to be true."""
        return self.known & self.data.astype(bool)


class Bounded:
    """One value an event, like `Values`, that is worked out only where its bounds don't tell enough.

    Attributes:
        bounds: between which numbers each lies.
        there: where there can be a value at all.
    """

    def __init__(self, bounds: Interval, there: np.ndarray, work_out: Callable[[np.ndarray], Values]) -> None:
        self.bounds = bounds
        self.there = there
        self.at = work_out
        """The values in these places."""

    @functools.cached_property
    def _all(self) -> Values:
        return self.at(np.arange(len(self.there)))

    @property
    def data(self) -> np.ndarray:
        return self._all.data

    @property
    def known(self) -> np.ndarray:
        return self._all.known


class ManyEvents:
    """A domain (see `conditions.rules`) of the events `seqs`, ascending, of a log."""

    def __init__(self, recorded: RecordedEvents, seqs: np.ndarray) -> None:
        self.recorded = recorded
        self.seqs = seqs
        self._read: Known = {}
        # Most questions are about a whole piece of the log: a slice of it need not be copied.
        whole = len(seqs) and int(seqs[-1]) - int(seqs[0]) + 1 == len(seqs)
        self._where = slice(int(seqs[0]), int(seqs[-1]) + 1) if whole else seqs

    def _column(self, name: str) -> np.ndarray:
        column: np.ndarray = self.recorded.reader.index[name][self._where]
        return column

    def _all(self, data: np.ndarray) -> Values:
        return Values(data, np.ones(len(self.seqs), bool))

    def _one_by_one(self, rule: Rule, needs_body: bool) -> Values:
        """The answers of the single events."""
        events = self.recorded
        found = [rule(events.event(seq, needs_body)) for seq in self.seqs.tolist()]
        return _from_list(found)

    # ---- what there is ------------------------------------------------------------------------------------------

    def constant(self, value: float) -> Values:
        return self._all(np.full(len(self.seqs), value))

    def field(self, name: str) -> Values:
        if name == "event":
            return self._all(self.seqs.astype(np.float64))
        if name == "time":
            return self._all(self._column("time_us") / 1e6)
        if name != "line":
            return self._all(self._column(name).astype(np.float64))
        sites, places = np.unique(self._column("site"), return_inverse=True)
        lines = _from_list([line_of(self.recorded.reader, site) for site in sites.tolist()])
        return Values(lines.data[places], lines.known[places])

    def text_is(self, name: str, pattern: str) -> Values:
        # Few events differ in what a text depends on: each combination is asked once.
        columns = [self._column(column) for column in _TEXT_COLUMNS[name]]
        first, places = _combinations(columns)
        one_each = ManyEvents(self.recorded, self.seqs[first])
        found = one_each._one_by_one(lambda event: event.text_is(name, pattern), False)
        return Values(found.data[places], found.known[places])

    def nonfinite(self, name: str) -> Values:
        found = np.zeros(len(self.seqs), bool)
        flagged = np.flatnonzero(self._column("flags") & EventFlag.nonfinite)
        if flagged.size:
            some = ManyEvents(self.recorded, self.seqs[flagged])
            found[flagged] = some._one_by_one(lambda event: event.nonfinite(name), True).true
        return self._all(found)

    def metric(self, name: str, back: int) -> Values:
        data, known = self.recorded.reports.values_at(self.seqs, name, back)
        return Values(data, known)

    def measured(self, measure_name: str, node: s.Node, bounded: bool = True) -> Values | Bounded:
        if not is_of_contents(node):
            return self._one_by_one(lambda event: event.measured(measure_name, node), True)
        recorded = self.recorded
        columns = {
            tensor: np.stack(rows_of(recorded.reader, recorded.roles, tensor, self.seqs, self._read))
            for tensor in tensors_in(node)
        }
        data, known = np.zeros(len(self.seqs)), np.zeros(len(self.seqs), bool)
        several = np.any([rows[0] == SEVERAL for rows in columns.values()], axis=0)
        left = np.all([rows[0] >= 0 for rows in columns.values()], axis=0)
        if isinstance(node, s.Tensor):
            rows, less = columns[node]
            data, known = recorded.tensors.measured_rows(np.where(less == NONE, rows, NONE), measure_name)
            left &= less != NONE
        places = np.flatnonzero(left)
        if places.size:
            some_rows = {tensor: rows[:, places] for tensor, rows in columns.items()}
            if bounded and not known.any():
                bounds = bounds_of(recorded.reader, node, measure_name, some_rows, STACKED)
                if bounds is not None:
                    return self._bounded(measure_name, node, places, bounds, several)
            data[places], known[places] = recorded.combined.measured(recorded, node, measure_name, some_rows)
        if several.any():
            some = ManyEvents(recorded, self.seqs[several])
            found = some._one_by_one(lambda event: event.measured(measure_name, node), True)
            data[several], known[several] = found.data, found.known
        return Values(data, known)

    def _bounded(
        self, measure_name: str, node: s.Node, places: np.ndarray, bounds: Interval, several: np.ndarray
    ) -> Bounded:
        """A measure of large tensors, of which `bounds` are known in `places`; there may be one where there are
        `several`, too."""
        low, high = np.full(len(self.seqs), -np.inf), np.full(len(self.seqs), np.inf)
        low[places], high[places] = bounds
        there = several.copy()
        there[places] = True

        def work_out(some: np.ndarray) -> Values:
            found = ManyEvents(self.recorded, self.seqs[some]).measured(measure_name, node, bounded=False)
            return Values(found.data, found.known)

        return Bounded(Interval(low, high), there, work_out)

    # ---- what is made of it -------------------------------------------------------------------------------------

    def arithmetic(self, operator: str, left: Values | Bounded, right: Values | Bounded) -> Values | Bounded:
        if isinstance(left, Bounded) or isinstance(right, Bounded):
            there = _there(left) & _there(right)
            return Bounded(
                combine(operator, _bounds(left), _bounds(right)),
                there,
                lambda some: _calculated(operator, _at(left, some), _at(right, some)),
            )
        return _calculated(operator, left, right)

    def compare(self, operator: str, left: Values | Bounded, right: Values | Bounded) -> Values:
        if not (isinstance(left, Bounded) or isinstance(right, Bounded)):
            return _compared(operator, left, right)
        there = _there(left) & _there(right)
        true, false = decide(operator, _bounds(left), _bounds(right))
        data, known = there & true, there & (true | false)
        open_ = np.flatnonzero(there & ~(true | false))
        if open_.size:
            found = _compared(operator, _at(left, open_), _at(right, open_))
            data[open_], known[open_] = found.data, found.known
        return Values(data, known)

    def mapped(self, function: str, value: Values | Bounded) -> Values:
        if function in MAPPED:
            with np.errstate(all="ignore"):
                return Values(MAPPED[function](value.data.astype(np.float64)), value.known)
        found = _from_list([measure([np.asarray(float(one))], function) for one in value.data.tolist()])
        return Values(found.data, found.known & value.known)

    def truth(self, value: Values | Bounded) -> Values:
        if isinstance(value, Bounded):  # whether it isn't zero
            return self.compare("!=", value, self.constant(0.0))
        return Values(value.data.astype(bool), value.known)

    def negated(self, value: Values | Bounded) -> Values:
        return Values(~value.data.astype(bool), value.known)

    def both(self, left: Rule, right: Rule) -> Values:
        return self._joined(left, right, False)

    def either(self, left: Rule, right: Rule) -> Values:
        return self._joined(left, right, True)

    def _joined(self, left: Rule, right: Rule, decisive: bool) -> Values:
        """`and`, which a false side decides, or `or`, which a true one does."""
        first = left(self)
        decided = first.known & (first.data == decisive)
        data, known = np.full(len(self.seqs), decisive), decided.copy()
        open_ = np.flatnonzero(~decided)
        if open_.size:
            second = right(ManyEvents(self.recorded, self.seqs[open_]))
            by_second = second.known & (second.data == decisive)
            data[open_] = np.where(by_second, decisive, not decisive)
            known[open_] = by_second | (first.known[open_] & second.known)
        return Values(data, known)


def _calculated(operator: str, left: Values, right: Values) -> Values:
    with np.errstate(all="ignore"):
        data = ARITHMETIC[operator](left.data.astype(np.float64), right.data.astype(np.float64))
    return Values(data, left.known & right.known)


def _compared(operator: str, left: Values, right: Values) -> Values:
    return Values(COMPARISONS[operator](left.data, right.data), left.known & right.known)


def _at(value: Values | Bounded, places: np.ndarray) -> Values:
    return value.at(places) if isinstance(value, Bounded) else Values(value.data[places], value.known[places])


def _bounds(value: Values | Bounded) -> Interval:
    return value.bounds if isinstance(value, Bounded) else Interval.exactly(value.data, value.known)


def _there(value: Values | Bounded) -> np.ndarray:
    return value.there if isinstance(value, Bounded) else value.known


_TEXT_COLUMNS: dict[str, tuple[str, ...]] = {
    "kind": ("kind",),
    "phase": ("phase",),
    "scope": ("scope",),
    "label": ("label",),
    "op": ("kind", "label"),
    "parameter": ("kind", "label", "flags"),
    "file": ("site",),
}
"""What in an index record each text depends on."""


def _combinations(columns: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The first place of each combination of values, and for each place which combination it is."""
    key = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        key = (key << np.uint64(16 if column.dtype.itemsize <= 2 else 32)) | column.astype(np.uint64)
    _, first, places = np.unique(key, return_index=True, return_inverse=True)
    return first, places


def _from_list(found: list[Any]) -> Values:
    known = np.array([value is not None for value in found], bool)
    data = np.array([0.0 if value is None else float(value) for value in found], np.float64)
    return Values(data, known)
