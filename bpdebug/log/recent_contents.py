"""The contents that a tensor store met lately, by which it knows what it has kept already."""

from __future__ import annotations

from typing import Any

from .lent import Content

__all__ = ["Entry", "RecentContents"]

REMEMBERED = 1 << 16
"""Contents that the store knows at least; twice as many at most. Small and large ones are counted apart."""

Entry = tuple[int, int, int, int, int, Content]
"""Where a content is: row of `tensors.idx`, TensorFlag bits, layout, segment, offset; and what it is known by.

A plain tuple, because the garbage collector stops looking at those, and there are many.
"""


class RecentContents:
    """A mapping that forgets: what was neither set nor read for a whole generation is dropped."""

    def __init__(self) -> None:
        self.young: dict[Any, Entry] = {}
        """What was set or read lately: where it is here, nothing has to be done."""
        self._old: dict[Any, Entry] = {}

    def get(self, key: Any) -> Entry | None:
        entry = self.young.get(key)
        if entry is None and self._old:
            entry = self._old.get(key)
            if entry is not None:
                self.set(key, entry)
        return entry

    def set(self, key: Any, entry: Entry) -> None:
        if len(self.young) >= REMEMBERED:
            self._old = self.young
            self.young = {}
        self.young[key] = entry
