"""Ranges of events of which something is known, such as that there is no stop among them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

__all__ = ["Ranges"]


class Ranges:
    """Half-open ranges `[begin, end)`, ascending; those that touch become one."""

    def __init__(self) -> None:
        self._begins: list[int] = []
        self._ends: list[int] = []

    def add(self, begin: int, end: int) -> None:
        """Take in a range; an empty one changes nothing."""
        if begin >= end:
            return
        first, behind = bisect_left(self._ends, begin), bisect_right(self._begins, end)
        if first < behind:
            begin, end = min(begin, self._begins[first]), max(end, self._ends[behind - 1])
        self._begins[first:behind] = [begin]
        self._ends[first:behind] = [end]

    def end_from(self, seq: int) -> int:
        """The end of the range that holds event `seq`; `seq` itself if none does."""
        place = bisect_right(self._begins, seq) - 1
        return max(seq, self._ends[place]) if place >= 0 else seq

    def begin_up_to(self, end: int) -> int:
        """The begin of the range that holds the event before `end`; `end` itself if none does."""
        place = bisect_left(self._ends, end)
        return min(end, self._begins[place]) if place < len(self._begins) else end
