"""Events that are not on disk yet: bodies and index records, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..native import part
from .event_encoding import encoded, index_records
from .records import Event

__all__ = ["PendingEvents", "PendingEventsInPython"]

_WRITTEN_AT_ONCE = 1 << 13
"""Events."""


class PendingEventsInPython:
    """What was appended since `take`; the bodies are encoded by whoever goes over `portions`."""

    def __init__(self) -> None:
        self.awake = False
        """Whether the writer's thread knows that there is something."""
        self.woken_us = 0
        """Since when, as events tell the time."""
        self._taken = 0
        self._waiting: list[Any] = []  # body, rest of the index record, body, rest, ...
        self._offset = 0

    @property
    def count(self) -> int:
        """Events appended so far, those that were taken among them."""
        return self._taken + (len(self._waiting) >> 1)

    @property
    def waiting(self) -> int:
        """Events appended since `take`."""
        return len(self._waiting) >> 1

    def add(self, body: Event, header: tuple[Any, ...]) -> int:
        """Append an event; gives its seq. Nothing in `body` may change any more.

        Args:
            header: the fields of its index record behind offset and length.
        """
        # One operation, so that an interrupt can't leave a body without its record.
        self._waiting += (body, header)
        return self._taken + (len(self._waiting) >> 1) - 1

    def take(self) -> list[Any]:
        """What waits, for `portions`. Call it with the lock held."""
        events, self._waiting = self._waiting, []
        self._taken += len(events) >> 1
        return events

    def portions(self, events: list[Any]) -> Iterator[tuple[bytes, bytes]]:
        """Lines of bodies, and index records, of what was taken: as many again may be made meanwhile, in the memory
        that each portion leaves.
        """
        while events:
            part_of_them = events[:_WRITTEN_AT_ONCE]
            del events[:_WRITTEN_AT_ONCE]
            bodies = encoded(part_of_them[0::2])
            yield bodies, index_records(bodies, self._offset, part_of_them[1::2])
            self._offset += len(bodies)

    @property
    def written_bytes(self) -> int:
        """Bytes of the bodies that were taken."""
        return self._offset


PendingEvents = PendingEventsInPython
_native = part("buffers")
if _native is not None:
    PendingEvents = _native.PendingEvents  # type: ignore[misc]
