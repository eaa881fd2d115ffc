"""Events of which something was not known yet when they were encoded: it is put in before they are written."""

from __future__ import annotations

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


_RANGE = 1 << 64


class LateEvents:
    """Of a run; where there are none, nothing is done."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Event, LateEvent]] = []
        self._written = 0
        self._shift = 0
        """So many bytes more than was thought when they were encoded are before the bodies that come next."""

    def add(self, seq: int, body: Event, late: LateEvent) -> None:
        """Event `seq` has been appended, and will be completed. Call it with the lock held."""
        self._waiting.append((seq, body, late))

    def take(self) -> list[tuple[int, Event, LateEvent]]:
        """Those that wait, for `completed`. Call it with the lock held."""
        taken, self._waiting = self._waiting, []
        return taken

    def completed(
        self, taken: list[tuple[int, Event, LateEvent]], bodies: bytes, records: bytes
    ) -> tuple[bytes, bytes]:
        """The lines of the next bodies and their index records, with what is known of those in `taken` now."""
        first = self._written
        self._written = end = first + len(records) // EVENT_INDEX.itemsize
        if not taken and not self._shift:
            return bodies, records
        rows = np.frombuffer(records, EVENT_INDEX).copy()
        if not len(rows):
            return bodies, records
        start = int(rows["offset"][0])
        rows["offset"] += np.uint64(self._shift % _RANGE)
        pieces: list[bytes | memoryview] = []
        whole, done, longer = memoryview(bodies), 0, 0
        while taken and taken[0][0] < end:
            seq, body, late = taken.pop(0)
            row = rows[seq - first]
            row["flags"], row["value"] = late.complete(body, int(row["flags"]), float(row["value"]))
            line = encoded([body])
            begin, length = self._place(row, start, longer)
            pieces += (whole[done:begin], line)
            done = begin + length
            more = len(line) - length
            row["length"] = len(line)
            if more:
                rows["offset"][seq - first + 1 :] += np.uint64(more % _RANGE)
                longer += more
        pieces.append(whole[done:])
        self._shift += longer
        return b"".join(pieces), rows.tobytes()

    def _place(self, row: np.void, start: int, longer: int) -> tuple[int, int]:
        """Where the line of an event was among the bodies, and how long."""
        return int(row["offset"]) - self._shift - longer - start, int(row["length"])
