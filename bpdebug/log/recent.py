"""A mapping that forgets, for what was met lately."""

from __future__ import annotations

from typing import Generic, TypeVar

__all__ = ["REMEMBERED", "Recent"]

REMEMBERED = 1 << 16
"""So many of its things a mapping knows at least; twice as many at most."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Drops what was neither set nor read for a whole generation of other things."""

    def __init__(self) -> None:
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """What was set for `key`, unless it is forgotten."""
        value = self._young.get(key)
        if value is None and self._old:
            value = self._old.get(key)
            if value is not None:
                self.set(key, value)
        return value

    def set(self, key: Key, value: Value) -> None:
        """Remember a value, which isn't None."""
        if len(self._young) >= REMEMBERED:
            self._old = self._young
            self._young = {}
        self._young[key] = value
