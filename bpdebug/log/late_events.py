"""Events of which something was not known yet when they were encoded: it is put in before they are written."""

from __future__ import annotations

from collections import deque
from typing import Protocol

import numpy as np

from .event_encoding import encoded
from .records import Event
from .schema import EVENT_INDEX

__all__ = ["LateEvent", "LateEvents"]


class LateEvent(Protocol):
    """What completes an event, on the writer's thread."""

    def complete(self, body: Event, flags: int, value: float) -> tuple[int, float]:
        """Put into `body` what is known now; gives the fields `flags` and `value` of the index as they should be."""


Waiting = tuple[int, Event, LateEvent]
"""Seq of an event, its body, and what completes it."""


class LateEvents:
    """Of a run; where there are none, nothing is done."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._written = 0
        self._moved = False
        """Whether bodies are no longer where they were thought to be when they were encoded."""
        self._end = 0

    def add(self, seq: int, body: Event, late: LateEvent) -> None:
        """Event `seq` is being appended, and will be completed. Call it with the lock held."""
        self._waiting.append((seq, body, late))

    def take(self) -> deque[Waiting]:
        """Those that wait, for `completed`. Call it with the lock held."""
        taken, self._waiting = self._waiting, deque()
        return taken

    def completed(self, taken: deque[Waiting], bodies: bytes, records: bytes) -> tuple[bytes, bytes]:
        """The lines of the next bodies and their index records, with what is known of those in `taken` now."""
        first = self._written
        self._written = end = first + len(records) // EVENT_INDEX.itemsize
        if end == first or not (taken or self._moved):
            return bodies, records
        rows = np.frombuffer(records, EVENT_INDEX).copy()
        lengths, flags, values = rows["length"], rows["flags"], rows["value"]
        begins = rows["offset"] - rows["offset"][0]
        if not self._moved:
            self._moved, self._end = True, int(rows["offset"][0])
        pieces: list[bytes | memoryview] = []
        whole, done = memoryview(bodies), 0
        while taken and taken[0][0] < end:
            seq, body, late = taken.popleft()
            place = seq - first
            flags[place], values[place] = late.complete(body, int(flags[place]), float(values[place]))
            line = encoded([body])
            begin = int(begins[place])
            pieces += (whole[done:begin], line)
            done = begin + int(lengths[place])
            lengths[place] = len(line)
        pieces.append(whole[done:])
        ends = self._end + np.cumsum(lengths, dtype=np.uint64)
        rows["offset"] = ends - lengths
        self._end = int(ends[-1])
        return b"".join(pieces), rows.tobytes()
