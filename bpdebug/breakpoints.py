"""Which events a set of breakpoints stops at, by the numbers in index records alone.

Both halves ask it: the child for each event that it makes, the timeline for thousands of recorded ones at once.
Names are turned into numbers once; the lists of names may grow meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from .log.records import ScopeDefinition, SiteDefinition, SourceDefinition
from .log.schema import NOTHING, Kind
from .stepping import Breakpoint

__all__ = ["BreakpointMatcher", "NameLists", "same_path"]

_LINE_KINDS = (Kind.forward, Kind.backward_started, Kind.update_started, Kind.grads_cleared)
"""What a line breakpoint stops at: what the line itself does, not each step of the walk that it starts."""


class NameLists(Protocol):
    """What a `LogWriter` and a `LogReader` both have; the index in each list is the id."""

    texts: list[str]
    scopes: list[ScopeDefinition]
    sites: list[SiteDefinition]
    sources: list[SourceDefinition]


class BreakpointMatcher:
    """Answers whether events are stops.

    Args:
        breakpoints: all that are set.
        names: the lists of names of the run; may grow.
    """

    def __init__(self, breakpoints: Sequence[Breakpoint], names: NameLists) -> None:
        self._names = names
        self._lines = [found for found in breakpoints if found.is_line]
        self._named = [found for found in breakpoints if not found.is_line]
        self._sites: set[int] = set()
        self._sites_seen = 0
        self._sources_of: dict[str, set[int]] = {found.path: set() for found in self._lines}
        self._sources_seen = 0
        self._labels: dict[str, int] = {}
        self._texts_seen = 0
        self._scopes: dict[str, int] = {}
        self._scopes_seen = 0
        self._wanted_texts = {found.label for found in self._named}
        self._wanted_scopes = {found.scope for found in self._named if found.scope}
        self._triples: list[tuple[int, int | None, int]] = []

    def __bool__(self) -> bool:
        return bool(self._lines or self._named)

    def matches(self, record: Mapping[str, Any]) -> bool:
        """Whether one event, given by the fields of its index record, is a stop."""
        self._follow()
        kind = record["kind"]
        if self._sites and kind in _LINE_KINDS and record["site"] in self._sites:
            return True
        return any(
            kind == wanted and record["label"] == label and (scope is None or record["scope"] == scope)
            for wanted, scope, label in self._triples
        )

    def matching(self, index: np.ndarray) -> np.ndarray:
        """A bool array: which of these index records are stops."""
        self._follow()
        found = np.zeros(len(index), bool)
        kinds = index["kind"]
        if self._sites:
            asked = np.isin(kinds, _LINE_KINDS)
            if asked.any():
                found[asked] = np.isin(index["site"][asked], list(self._sites))
        for wanted, scope, label in self._triples:
            named = (kinds == wanted) & (index["label"] == label)
            found |= named if scope is None else named & (index["scope"] == scope)
        return found

    def _follow(self) -> None:
        """Take in names that were defined since the last question."""
        names, changed = self._names, False
        if self._lines and self._sites_seen < len(names.sites):
            self._follow_sites()
        for number in range(self._texts_seen, len(names.texts)):
            if names.texts[number] in self._wanted_texts:
                self._labels[names.texts[number]] = number
                changed = True
        self._texts_seen = len(names.texts)
        for number in range(self._scopes_seen, len(names.scopes)):
            if names.scopes[number].path in self._wanted_scopes:
                self._scopes[names.scopes[number].path] = number
                changed = True
        self._scopes_seen = len(names.scopes)
        if changed:
            self._triples = [triple for found in self._named if (triple := self._triple(found))]

    def _triple(self, breakpoint_: Breakpoint) -> tuple[int, int | None, int] | None:
        """Kind, scope (None: any) and label by number; None while the run hasn't used such names."""
        label = self._labels.get(breakpoint_.label)
        if label is None:
            return None
        if not breakpoint_.scope:
            return breakpoint_.kind, None if breakpoint_.scope is None else NOTHING, label
        scope = self._scopes.get(breakpoint_.scope)
        return None if scope is None else (breakpoint_.kind, scope, label)

    def _follow_sites(self) -> None:
        sources, sites = self._names.sources, self._names.sites
        for number in range(self._sources_seen, len(sources)):
            for path, numbers in self._sources_of.items():
                if same_path(path, sources[number].path):
                    numbers.add(number)
        self._sources_seen = len(sources)
        for number in range(self._sites_seen, len(sites)):
            frames = sites[number].frames
            if frames and any(
                frames[-1].line == found.line and frames[-1].source in self._sources_of[found.path]
                for found in self._lines
            ):
                self._sites.add(number)
        self._sites_seen = len(sites)


def same_path(asked: str, recorded: str) -> bool:
    """Whether a path that someone typed means the recorded file: the same, or its end (`model.py`)."""
    if asked == recorded or os.path.normpath(asked) == os.path.normpath(recorded):
        return True
    tail = os.path.normpath(asked)
    return not os.path.isabs(tail) and recorded.replace("\\", "/").endswith("/" + tail.replace("\\", "/"))
