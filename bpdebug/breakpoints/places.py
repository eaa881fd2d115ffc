"""Where breakpoints are, by the numbers in index records alone.

A place answers for one record (a mapping from field name to number, as the child has it) and for an array of them (as
the log holds them). Names are turned into numbers once; the lists of names may grow meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ..log.address import readings
from ..log.schema import NOTHING
from ..patterns import pattern_matches
from ..stepping import Breakpoint
from .lines import LinePlace
from .name_lists import Accepted, NameLists, Record

__all__ = ["BreakpointMatcher", "NameLists", "Place", "place_of"]


class Place(Protocol):
    """Which events a breakpoint is at."""

    def matches(self, record: Record) -> bool:
        """Whether it is at this event; asked of each event once, in their order."""

    def matching(self, index: np.ndarray, begin: int = 0, end: int | None = None) -> np.ndarray:
        """A bool array: at which of the events from `begin` up to `end` of a whole index it is."""


def place_of(
    breakpoint_: Breakpoint, names: NameLists, latest: Record | None = None, calls: bool = True
) -> Place:
    """The place of a breakpoint, in the run with these names.

    Args:
        breakpoint_: says where.
        names: of the run.
        latest: the record of the latest event that `lines.is_at_line`, before the first that `matches` is asked about.
        calls: whether a line that calls a function is at the first event of the call, too.
    """
    if breakpoint_.path:
        return LinePlace(breakpoint_, names, latest, calls)
    if breakpoint_.address:
        return _Address(breakpoint_.address, names)
    if breakpoint_.pattern or breakpoint_.label or breakpoint_.kind >= 0:
        return _Named(breakpoint_, names)
    return _Anywhere()


class BreakpointMatcher:
    """At which events one of several breakpoints is, whatever their conditions say.

    Args:
        breakpoints: all that are set.
        names: the lists of names of the run; may grow.
    """

    def __init__(self, breakpoints: Sequence[Breakpoint], names: NameLists) -> None:
        self._places = [place_of(found, names) for found in breakpoints]

    def __bool__(self) -> bool:
        return bool(self._places)

    def matches(self, record: Record) -> bool:
        """Whether one is at the event with these fields of its index record."""
        found = [
            place.matches(record) for place in self._places
        ]  # all of them: each remembers what it was asked
        return any(found)

    def matching(self, index: np.ndarray) -> np.ndarray:
        """A bool array: at which of these events one is."""
        found = np.zeros(len(index), bool)
        for place in self._places:
            found |= place.matching(index)
        return found


class _Anywhere:
    """A breakpoint that is a condition alone."""

    def matches(self, record: Record) -> bool:
        return True

    def matching(self, index: np.ndarray, begin: int = 0, end: int | None = None) -> np.ndarray:
        return np.ones(len(index[begin:end]), bool)


class _Named:
    """Events by kind, scope and label: exactly, or by a pattern."""

    def __init__(self, breakpoint_: Breakpoint, names: NameLists) -> None:
        self._kind = breakpoint_.kind
        self._scopes: Accepted | None = None
        self._outside = False
        label, pattern = breakpoint_.label, breakpoint_.pattern
        scope, slash, rest = pattern.partition("/")
        self._whole: Accepted | None = None
        if pattern:
            wanted = rest if slash else pattern
            self._labels: Accepted | None = Accepted(names.texts, lambda text: _loosely(wanted, text))
            if slash:
                self._scopes = Accepted(names.scopes, lambda found: pattern_matches(scope, found.path))
                self._whole = Accepted(names.texts, lambda text: _loosely(pattern, text))  # report:main/loss
        else:
            self._labels = Accepted(names.texts, lambda text: text == label) if label else None
            if breakpoint_.scope == "":
                self._outside = True
            elif breakpoint_.scope is not None:
                path = breakpoint_.scope
                self._scopes = Accepted(names.scopes, lambda found: found.path == path)

    def matches(self, record: Record) -> bool:
        if self._kind >= 0 and record["kind"] != self._kind:
            return False
        label = record["label"]
        if self._whole is not None and label in self._whole:
            return True
        if self._labels is not None and label not in self._labels:
            return False
        if self._outside:
            return bool(record["scope"] == NOTHING)
        return self._scopes is None or record["scope"] in self._scopes

    def matching(self, index: np.ndarray, begin: int = 0, end: int | None = None) -> np.ndarray:
        index = index[begin:end]
        labels = index["label"]
        found = np.ones(len(index), bool) if self._labels is None else self._labels.among(labels)
        if self._outside:
            found &= index["scope"] == NOTHING
        elif self._scopes is not None and found.any():
            found &= self._scopes.among(index["scope"])
        if self._whole is not None:
            found |= self._whole.among(labels)
        if self._kind >= 0:
            found &= index["kind"] == self._kind
        return found


def _loosely(pattern: str, label: str) -> bool:
    """Whether a label is what the pattern says, as a whole or behind what it begins with: `grad:MLP.l1.W`."""
    return pattern_matches(pattern, label) or (
        ":" in label and pattern_matches(pattern, label.partition(":")[2])
    )


class _Address:
    """The one event with an address."""

    def __init__(self, address: str, names: NameLists) -> None:
        self._parts = [
            (reading, Accepted(names.texts, reading.label.__eq__), _scope_of(reading.scope, names))
            for reading in readings(address)
        ]

    def matches(self, record: Record) -> bool:
        return any(
            record["iteration"] == reading.iteration
            and record["phase"] == reading.phase
            and record["ordinal"] == reading.ordinal
            and record["label"] in labels
            and (record["scope"] == NOTHING if scopes is None else record["scope"] in scopes)
            for reading, labels, scopes in self._parts
        )

    def matching(self, index: np.ndarray, begin: int = 0, end: int | None = None) -> np.ndarray:
        index = index[begin:end]
        found = np.zeros(len(index), bool)
        for reading, labels, scopes in self._parts:
            here = (index["iteration"] == reading.iteration) & (index["phase"] == reading.phase)
            if here.any():
                here &= (index["ordinal"] == reading.ordinal) & labels.among(index["label"])
                here &= index["scope"] == NOTHING if scopes is None else scopes.among(index["scope"])
                found |= here
        return found


def _scope_of(path: str | None, names: NameLists) -> Accepted | None:
    return None if path is None else Accepted(names.scopes, lambda found: found.path == path)
