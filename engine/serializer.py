"""Serializers: what an object hands its values to when it is saved, and gets them from when it is loaded.

An object has one method `serialize(serializer)` for both ways. It calls `value = serializer(key, value)` for each of
its values: a `Serializer` stores the value and gives it back, a `Deserializer` gives the stored one.
"""

from __future__ import annotations

from typing import Any

__all__ = ["AbstractSerializer", "Deserializer", "Serializer"]


class AbstractSerializer:
    """Base of both ways; a subclass defines the two methods."""

    def __getitem__(self, key: str) -> Any:
        """The serializer for what is inside of `key`, such as a child link."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define __getitem__(key)")

    def __call__(self, key: str, value: Any) -> Any:
        """Store `value` under `key`, or give what is stored there.

        Args:
            key: name of the value within its object.
            value: number, string, array or None; when loading, what it is at present: it says which type is wanted,
                and an array is written into.
        """
        raise NotImplementedError(f"{type(self).__name__} doesn't define __call__(key, value)")


class Serializer(AbstractSerializer):
    """Base of serializers that save."""

    def save(self, obj: Any) -> None:
        """Save an object, such as a link, an optimizer or a trainer."""
        obj.serialize(self)


class Deserializer(AbstractSerializer):
    """Base of serializers that load."""

    def load(self, obj: Any) -> None:
        """Load into an object, such as a link, an optimizer or a trainer."""
        obj.serialize(self)
