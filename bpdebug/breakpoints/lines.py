"""Where a breakpoint on a line stops: at what the line itself does, and at the first event of what it calls.

A call is known by the lines that led to it: events one after the other whose stacks go through the line in the same way
are of one call, unless a new iteration began between them.
"""

from __future__ import annotations

import numpy as np

from ..log.definition_records import SiteDefinition
from ..log.schema import Kind
from ..patterns import same_path
from ..stepping import Breakpoint
from .name_lists import Accepted, NameLists, Record

__all__ = ["LinePlace", "at_lines", "is_at_line", "own_links_of"]

_LINE_KINDS = frozenset(
    int(kind) for kind in (Kind.forward, Kind.backward_started, Kind.update_started, Kind.grads_cleared)
)
"""What a line does, rather than each step of the walk that it starts."""
_LOOK_BACK = 1 << 13


def is_at_line(record: Record, own_links: Accepted) -> bool:
    """Whether a breakpoint on the line that this event came from stops at it."""
    kind = record["kind"]
    return kind in _LINE_KINDS or (kind == Kind.scope_entered and record["scope"] in own_links)


def own_links_of(names: NameLists) -> Accepted:
    """The links of the script's own: a line that calls one stops before the lines of that."""
    return Accepted(names.scopes, lambda scope: scope.own)


def at_lines(index: np.ndarray, own_links: Accepted) -> np.ndarray:
    """A bool array: of which of these events `is_at_line` is true."""
    kinds = index["kind"]
    found: np.ndarray = np.isin(kinds, list(_LINE_KINDS))
    entered = kinds == Kind.scope_entered
    if entered.any():
        found[entered] = own_links.among(index["scope"][entered])
    return found


class LinePlace:
    """A line of the script.

    Args:
        breakpoint_: with a path and a line.
        names: of the run.
        latest: see `places.place_of`.
        calls: whether the first event of a call that the line makes is at it, too.
    """

    def __init__(
        self, breakpoint_: Breakpoint, names: NameLists, latest: Record | None = None, calls: bool = True
    ) -> None:
        self._path, self._line = breakpoint_.path, breakpoint_.line
        self._names = names
        self._calls = calls
        self._own = Accepted(names.sites, lambda site: self._depth(site) == len(site.frames) - 1)
        self._call_of_site: list[int] = []
        self._known_calls: dict[tuple[tuple[int, int], ...], int] = {}
        self._any_call = False
        self._own_links = own_links_of(names)
        self._before = (-1, -1) if latest is None else self._call(latest)

    def matches(self, record: Record) -> bool:
        """See `places.Place`."""
        if not is_at_line(record, self._own_links):
            return False
        before, self._before = self._before, self._call(record)
        return record["site"] in self._own or (self._before[0] >= 0 and self._before != before)

    def matching(self, index: np.ndarray, begin: int = 0, end: int | None = None) -> np.ndarray:
        """See `places.Place`."""
        part = index[begin:end]
        found = at_lines(part, self._own_links)
        if not found.any():
            return found
        sites = part["site"][found]
        own = self._own.among(sites)
        self._follow()
        if self._any_call:
            calls = self._calls_of(sites)
            before = self._call_before(index, begin) if calls[0] >= 0 else (-1, -1)
            own |= _begins(calls, part["iteration"][found], before)
        found[found] = own
        return found

    def _depth(self, site: SiteDefinition) -> int:
        """The place of the line in a stack, counted from outside; -1 where the stack doesn't go through it."""
        sources = self._names.sources
        for depth, frame in enumerate(site.frames):
            if (
                frame.line == self._line
                and frame.source < len(sources)
                and same_path(self._path, sources[frame.source].path)
            ):
                return depth
        return -1

    # ---- calls --------------------------------------------------------------------------------------------------

    def _call(self, record: Record) -> tuple[int, int]:
        """The call through this line that an event is of (-1 for none), and its iteration."""
        site = int(record["site"])
        if site >= len(self._call_of_site):
            self._follow()
        call = self._call_of_site[site] if site < len(self._call_of_site) else -1
        return (call, int(record["iteration"])) if call >= 0 else (-1, -1)

    def _calls_of(self, sites: np.ndarray) -> np.ndarray:
        table = np.array([*self._call_of_site, -1])
        return table[np.minimum(sites, len(table) - 1)]

    def _call_before(self, index: np.ndarray, begin: int) -> tuple[int, int]:
        """The call of the latest event before `begin` that is at a line."""
        for end in range(begin, 0, -_LOOK_BACK):
            part = index[max(end - _LOOK_BACK, 0) : end]
            found = np.flatnonzero(at_lines(part, self._own_links))
            if len(found):
                return self._call(part[found[-1]])
        return -1, -1

    def _follow(self) -> None:
        """Take in the sites that are new."""
        if not self._calls:
            return
        for number in range(len(self._call_of_site), len(self._names.sites)):
            frames = self._names.sites[number].frames
            depth = self._depth(self._names.sites[number])
            call = -1
            if depth >= 0:
                way = tuple((frame.source, frame.line) for frame in frames[: depth + 1])
                call = self._known_calls.setdefault(way, len(self._known_calls))
                self._any_call = self._any_call or depth < len(frames) - 1
            self._call_of_site.append(call)


def _begins(calls: np.ndarray, iterations: np.ndarray, before: tuple[int, int]) -> np.ndarray:
    """At which of these events a call begins, given the call and the iteration of the event before them."""
    calls_before = np.concatenate([[before[0]], calls[:-1]])
    iterations_before = np.concatenate([[before[1]], iterations[:-1].astype(np.int64)])
    begins: np.ndarray = (calls >= 0) & ((calls != calls_before) | (iterations != iterations_before))
    return begins
