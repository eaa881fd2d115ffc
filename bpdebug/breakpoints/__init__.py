"""Breakpoints in the one meaning that the child and the timeline share: where they are, and when they stop.

`places` says where, by the numbers in index records alone; `conditions` says under which condition; `live` joins both
for events that happen, `timeline.stops` for those of a log. `text` reads what a person types. `live` is imported by
whoever needs it: it brings the language of conditions, and most runs start without a breakpoint.
"""

from __future__ import annotations

from ..patterns import same_path
from .name_lists import NameLists
from .places import BreakpointMatcher, Place, place_of
from .text import breakpoint_from_text, breakpoints_on

__all__ = [
    "BreakpointMatcher",
    "NameLists",
    "Place",
    "breakpoint_from_text",
    "breakpoints_on",
    "place_of",
    "same_path",
]
