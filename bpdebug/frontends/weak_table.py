"""Remembers something about objects, by their identity, for as long as they live.

For objects that can't be dictionary keys (variables and arrays compare by content) and that mustn't be changed.
"""

from __future__ import annotations

import weakref
from typing import Any, Generic, TypeVar

from ..log.forgetting import forgetting

__all__ = ["WeakTable"]

T = TypeVar("T")


class WeakTable(Generic[T]):
    """A table from live objects to values; an entry goes with its object."""

    def __init__(self) -> None:
        self._entries: dict[int, tuple[weakref.ref[Any], T]] = {}

    def get(self, thing: Any) -> T | None:
        """The value of `thing`, None if it has none."""
        entry = self._entries.get(id(thing))
        return entry[1] if entry is not None and entry[0]() is thing else None

    def things(self) -> list[Any]:
        """The objects that have a value and still live."""
        alive = [reference() for reference, _ in list(self._entries.values())]
        return [thing for thing in alive if thing is not None]

    def set(self, thing: Any, value: T) -> None:
        """Give `thing` a value, in the place of one that it had.

        Raises:
            TypeError: objects of its type can't be referred to weakly.
        """
        key, entries = id(thing), self._entries
        entries[key] = weakref.ref(thing, forgetting(entries, key)), value
