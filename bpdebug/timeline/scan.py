"""Finding the nearest event that fits, in either direction, without reading the log as a whole.

The index is a memory-mapped file of 64-byte records. A search looks at growing pieces of it from where it stands,
so that what is near costs microseconds and what is ten million events away costs one pass over the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

__all__ = ["CHUNK", "first_of_value", "first_where", "last_where", "pieces"]

CHUNK = 1 << 16
_FIRST_PIECE = 1 << 8

Matches = Callable[[np.ndarray], np.ndarray]
"""For a piece of the index: an array of bool, one a record."""


def first_where(index: np.ndarray, start: int, matches: Matches, stop: int | None = None) -> int | None:
    """The first event in `[start, stop)` that matches, or None."""
    stop = len(index) if stop is None else min(stop, len(index))
    start, size = max(start, 0), _FIRST_PIECE
    while start < stop:
        end = min(start + size, stop)
        found = matches(index[start:end])
        place = int(found.argmax())
        if found[place]:
            return start + place
        start, size = end, min(size * 4, CHUNK)
    return None


def last_where(index: np.ndarray, stop: int, matches: Matches, start: int = 0) -> int | None:
    """The last event in `[start, stop)` that matches, or None."""
    stop, size = min(stop, len(index)), _FIRST_PIECE
    while stop > start:
        begin = max(stop - size, start)
        found = matches(index[begin:stop])
        place = len(found) - 1 - int(found[::-1].argmax())
        if found[place]:
            return begin + place
        stop, size = begin, min(size * 4, CHUNK)
    return None


def first_of_value(index: np.ndarray, field: str, value: int, start: int = 0) -> int:
    """The first event from `start` on whose `field` is at least `value`, or the number of events.

    By bisection: for fields that never go down, such as `iteration`.
    """
    low, high = start, len(index)
    column = index[field]
    while low < high:
        middle = (low + high) // 2
        if column[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


def pieces(index: np.ndarray, start: int, stop: int) -> Iterator[tuple[int, np.ndarray]]:
    """`(place, records)` of `[start, stop)`, `CHUNK` records at a time."""
    for begin in range(start, stop, CHUNK):
        yield begin, index[begin : min(begin + CHUNK, stop)]
