"""Whether the event that has just happened is a stop: asked in the child, at full speed between stops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..conditions import Asked, Condition, LiveEvents, condition
from ..conditions import syntax as s
from ..conditions.one_event import OneEvent
from ..conditions.values import value_key
from ..stepping import Breakpoint
from .lines import is_at_line, own_links_of
from .places import place_of

__all__ = ["LiveStops"]

_OVERWRITTEN = ("before", "delta")


class LiveStops:
    """The breakpoints of a run under way, and what they remember between events.

    Args:
        names: the `LogWriter`.
        to_host: brings an array of any library to a NumPy array.
    """

    def __init__(self, names: Any, to_host: Callable[[Any], np.ndarray] = np.asarray) -> None:
        self._names = names
        self._events = LiveEvents(names, to_host)
        self._stops: list[_Stop] = []
        # A finalizer or a signal handler of the script may run an op while this very thread asks a condition.
        self._lock = threading.RLock()
        self._own_links = own_links_of(names)
        self._latest_at_line: Any = None
        self.latest: Any = None
        """The header of the latest event."""

    def set(self, breakpoints: Sequence[Breakpoint]) -> None:
        """Replace all breakpoints; those that stay keep what they remember."""
        with self._lock:
            known = {stop.breakpoint: stop for stop in self._stops}
            wanted = [found for found in breakpoints if found.enabled]
            self._stops = [known.get(found) or self._new(found) for found in wanted]

    @property
    def need_before(self) -> bool:
        """Whether a condition looks at what an update overwrites."""
        return any(
            isinstance(node, s.Tensor) and node.suffix in _OVERWRITTEN
            for stop in self._stops
            if stop.condition is not None
            for node in s.walk(stop.condition.node)
        )

    def stops(self, header: Any) -> bool:
        """Whether the event with this header (see `Recorder`) is a stop; to be called once for each event."""
        self._events.note(header)
        self.latest = header
        if is_at_line(header, self._own_links):
            self._latest_at_line = header
        if not self._stops:
            return False
        with self._lock:
            found = False
            for stop in self._stops:
                if stop.place.matches(header) and self._holds(stop, header):
                    stop.hits += 1
                    found = found or stop.hits > stop.breakpoint.ignore
            return found

    def event(self, header: Any) -> OneEvent:
        """The event with this header as conditions see it; it must be the latest."""
        return self._events.event(header, header["body"], header["arrays"])

    def _new(self, breakpoint_: Breakpoint) -> _Stop:
        stop = _Stop(breakpoint_, place_of(breakpoint_, self._names, self._latest_at_line))
        if stop.edge and self.latest is not None:
            stop.held = self._is_true(stop, self.latest)
        return stop

    def _holds(self, stop: _Stop, header: Any) -> bool:
        asked = stop.condition
        if asked is None:
            return True
        if stop.edge:
            before, stop.held = stop.held, self._is_true(stop, header)
            return stop.held and not before
        if stop.breakpoint.changes:
            return self._changed(stop, asked, header)
        return self._events.holds(asked, header, header["body"], header["arrays"])

    def _is_true(self, stop: _Stop, header: Any) -> bool:
        assert stop.condition is not None
        event = self._events.event(header, header["body"], header["arrays"])
        return bool(stop.condition.rule(event))

    def _changed(self, stop: _Stop, asked: Condition, header: Any) -> bool:
        if header["kind"] not in asked.kinds:
            return False
        if asked.asked is Asked.reports and not self._events.is_report_of(asked, header):
            return False
        key = value_key(asked, self._events.event(header, header["body"], header["arrays"]))
        if not key:
            return False
        before, stop.key = stop.key, key
        return bool(before) and key != before


class _Stop:
    """One breakpoint and what it remembers."""

    __slots__ = ("breakpoint", "condition", "edge", "held", "hits", "key", "place")

    def __init__(self, breakpoint_: Breakpoint, place: Any) -> None:
        self.breakpoint = breakpoint_
        self.place = place
        self.condition = condition(breakpoint_.condition) if breakpoint_.condition else None
        self.edge = stops_at_edges(breakpoint_)
        self.held = False
        self.hits = 0
        self.key = breakpoint_.was


def stops_at_edges(breakpoint_: Breakpoint) -> bool:
    """Whether it stops where its condition begins to hold, rather than wherever it holds."""
    return (
        not breakpoint_.has_place
        and not breakpoint_.changes
        and bool(breakpoint_.condition)
        and condition(breakpoint_.condition).asked is Asked.changes
    )
