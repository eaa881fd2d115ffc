"""Keeps the values of the last iterations only: those of older ones are removed while the run goes on.

Iterations share a segment file until there is enough in it; a file is removed when all that is in it is older than
what was asked for. So at least the last N iterations can be looked at, and a few more. Each file has all that its
iterations refer to, parameters, too: that is why a quarter of N iterations, if that is more, are put into one.
"""

from __future__ import annotations

from collections import deque

from ..log.writer import LogWriter

__all__ = ["FlightRecorder"]

SEGMENT_BYTES = 4 << 20
"""A segment with so many bytes is enough for one file."""
_SHARE_OF_A_SEGMENT = 4
"""A file is begun for every 1/4 of the iterations that keep their values, at most."""
_SEGMENTS_OF_A_SIZE = 4096
"""After so many files they become twice as large: their numbers must last for any run."""


class FlightRecorder:
    """Begins and removes segments as iterations pass.

    Args:
        writer: of the log.
        last: how many iterations keep their values, at least.
        asked_by: the option that wants it so.
    """

    def __init__(self, writer: LogWriter, last: int, asked_by: str) -> None:
        self._writer = writer
        self._last = last
        self._why = f"only the last {last} iterations keep their values ({asked_by})"
        self._segments: deque[tuple[int, int, int]] = deque([(0, 0, 0)])
        """Of each: the iteration in which it begins, its number, and how many bytes were stored by then."""
        self._held_until = -1

    def iteration_begins(self, iteration: int) -> None:
        """`iteration` begins: nothing of it was kept yet."""
        store = self._writer.store
        begun, segment, _ = self._segments[-1]
        enough = SEGMENT_BYTES << segment // _SEGMENTS_OF_A_SIZE
        if store.segment_bytes >= enough and iteration - begun >= self._last // _SHARE_OF_A_SEGMENT:
            self._segments.append((iteration, store.begin_segment(), store.stored_bytes))
        oldest_kept = iteration - self._last + 1
        while len(self._segments) > 1 and self._segments[1][0] <= oldest_kept:
            begin, first, stored_bytes = self._segments.popleft()
            _, after, stored_bytes_after = self._segments[0]
            if begin > self._held_until:
                self._writer.drop_segments(range(first, after), self._why, stored_bytes_after - stored_bytes)

    def hold(self, iteration: int) -> None:
        """What is kept now, up to the end of `iteration`, stays for good."""
        self._held_until = max(self._held_until, iteration)
