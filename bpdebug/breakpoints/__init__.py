"""Breakpoints in the one meaning that the child and the timeline share: where they are, and when they stop.

`places` says where, by the numbers in index records alone; `conditions` says under which condition; `live` joins both
for events that happen, `timeline.stops` for those of a log. `text` reads what a person types.
"""

from __future__ import annotations

from ..conditions.patterns import same_path
from .live import LiveStops
from .places import BreakpointMatcher, NameLists, Place, place_of
from .text import breakpoint_from_text, breakpoints_on

__all__ = [
    "BreakpointMatcher",
    "LiveStops",
    "NameLists",
    "Place",
    "breakpoint_from_text",
    "breakpoints_on",
    "place_of",
    "same_path",
]
