"""Where breakpoints are, by the numbers in index records alone.

A place answers for one record (a mapping from field name to number, as the child has it) and for an array of them (as
the log holds them). Names are turned into numbers once; the lists of names may grow meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from ..log.address import readings
from ..log.records import ScopeDefinition, SiteDefinition, SourceDefinition
from ..log.schema import NOTHING, Kind
from ..patterns import pattern_matches, same_path
from ..stepping import Breakpoint

__all__ = ["BreakpointMatcher", "NameLists", "Place", "at_lines", "place_of"]

_LINE_KINDS = (Kind.forward, Kind.backward_started, Kind.update_started, Kind.grads_cleared)
"""What a line breakpoint stops at: what the line itself does, not each step of the walk that it starts."""

Record = Mapping[str, Any]


class NameLists(Protocol):
    """What a `LogWriter` and a `LogReader` both have; the index in each list is the id."""

    texts: list[str]
    scopes: list[ScopeDefinition]
    sites: list[SiteDefinition]
    sources: list[SourceDefinition]


class Place(Protocol):
    """Which events a breakpoint is at."""

    def matches(self, record: Record) -> bool:
        """Whether it is at this event."""

    def matching(self, index: np.ndarray) -> np.ndarray:
        """A bool array: at which of these events it is."""


def place_of(breakpoint_: Breakpoint, names: NameLists) -> Place:
    """The place of a breakpoint, in the run with these names."""
    if breakpoint_.path:
        return _Line(breakpoint_, names)
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
        return any(place.matches(record) for place in self._places)

    def matching(self, index: np.ndarray) -> np.ndarray:
        """A bool array: at which of these events one is."""
        found = np.zeros(len(index), bool)
        for place in self._places:
            found |= place.matching(index)
        return found


class _Accepted:
    """Which ids of a growing list of names are meant."""

    def __init__(self, items: Sequence[Any], accepts: Callable[[Any], bool]) -> None:
        self._items = items
        self._accepts = accepts
        self._known = bytearray()

    def __contains__(self, number: int) -> bool:
        if number >= len(self._known):
            self._follow()
        return number < len(self._known) and bool(self._known[number])

    def among(self, numbers: np.ndarray) -> np.ndarray:
        """A bool array: which of these ids are."""
        self._follow()
        if 1 not in self._known:
            return np.zeros(len(numbers), bool)
        table = np.frombuffer(bytes(self._known) + b"\0", np.bool_)
        return table[np.minimum(numbers, len(table) - 1)]

    def _follow(self) -> None:
        for number in range(len(self._known), len(self._items)):
            self._known.append(self._accepts(self._items[number]))


class _Anywhere:
    """A breakpoint that is a condition alone."""

    def matches(self, record: Record) -> bool:
        return True

    def matching(self, index: np.ndarray) -> np.ndarray:
        return np.ones(len(index), bool)


class _Line:
    """A line of the script; where it calls a link of the script's own, it stops before the lines of that."""

    def __init__(self, breakpoint_: Breakpoint, names: NameLists) -> None:
        def is_there(site: SiteDefinition) -> bool:
            if not site.frames or site.frames[-1].line != breakpoint_.line:
                return False
            source = site.frames[-1].source
            return source < len(names.sources) and same_path(breakpoint_.path, names.sources[source].path)

        self._sites = _Accepted(names.sites, is_there)
        self._own_links = _Accepted(names.scopes, lambda scope: scope.own)

    def matches(self, record: Record) -> bool:
        kind = record["kind"]
        if kind not in _LINE_KINDS and (kind != Kind.scope_entered or record["scope"] not in self._own_links):
            return False
        return record["site"] in self._sites

    def matching(self, index: np.ndarray) -> np.ndarray:
        found = _at_lines(index, self._own_links)
        if found.any():
            found[found] = self._sites.among(index["site"][found])
        return found


def at_lines(index: np.ndarray, names: NameLists) -> np.ndarray:
    """A bool array: at which of these events a breakpoint on their own line stops."""
    return _at_lines(index, _Accepted(names.scopes, lambda scope: scope.own))


def _at_lines(index: np.ndarray, own_links: _Accepted) -> np.ndarray:
    kinds = index["kind"]
    found = np.isin(kinds, _LINE_KINDS)
    entered = kinds == Kind.scope_entered
    if entered.any():
        found[entered] = own_links.among(index["scope"][entered])
    return found


class _Named:
    """Events by kind, scope and label: exactly, or by a pattern."""

    def __init__(self, breakpoint_: Breakpoint, names: NameLists) -> None:
        self._kind = breakpoint_.kind
        self._scopes: _Accepted | None = None
        self._outside = False
        label, pattern = breakpoint_.label, breakpoint_.pattern
        scope, slash, rest = pattern.partition("/")
        self._whole: _Accepted | None = None
        if pattern:
            wanted = rest if slash else pattern
            self._labels: _Accepted | None = _Accepted(names.texts, lambda text: _loosely(wanted, text))
            if slash:
                self._scopes = _Accepted(names.scopes, lambda found: pattern_matches(scope, found.path))
                self._whole = _Accepted(names.texts, lambda text: _loosely(pattern, text))  # report:main/loss
        else:
            self._labels = _Accepted(names.texts, lambda text: text == label) if label else None
            if breakpoint_.scope == "":
                self._outside = True
            elif breakpoint_.scope is not None:
                path = breakpoint_.scope
                self._scopes = _Accepted(names.scopes, lambda found: found.path == path)

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

    def matching(self, index: np.ndarray) -> np.ndarray:
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
            (reading, _Accepted(names.texts, reading.label.__eq__), _scope_of(reading.scope, names))
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

    def matching(self, index: np.ndarray) -> np.ndarray:
        found = np.zeros(len(index), bool)
        for reading, labels, scopes in self._parts:
            here = (index["iteration"] == reading.iteration) & (index["phase"] == reading.phase)
            if here.any():
                here &= (index["ordinal"] == reading.ordinal) & labels.among(index["label"])
                here &= index["scope"] == NOTHING if scopes is None else scopes.among(index["scope"])
                found |= here
        return found


def _scope_of(path: str | None, names: NameLists) -> _Accepted | None:
    return None if path is None else _Accepted(names.scopes, lambda found: found.path == path)
