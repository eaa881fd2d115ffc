"""The language in which a person says when to stop, what to keep, and what to watch: `norm(gx) > 100`.

Parsed here, never evaluated as Python, and shared by both halves: the child asks it of each event that happens, the
timeline of the events of a log. Its words are in `words`, what it means is in `one_event`; docs/conditions.md is made
from the same table.
"""

from __future__ import annotations

from .condition import Asked, Condition, condition
from .live import LiveEvents
from .parser import parse

__all__ = ["Asked", "Condition", "LiveEvents", "condition", "parse"]
