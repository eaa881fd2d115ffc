"""What the person typed in the Console and what came of it, each behind the output that was there by then."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ...text import cell_width, clean

__all__ = ["AnswerLine", "AnswerRows", "row_starts"]

_KEPT = 500
"""Lines."""

Said = Literal["typed", "answer", "error"]


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line; `writes` is how many writes of the script stand before it."""

    text: str
    said: Said
    writes: int


class AnswerRows:
    """The lines folded into rows, and where among the rows of the output each stands."""

    def __init__(self) -> None:
        self._lines: list[AnswerLine] = []
        self._rows: list[tuple[AnswerLine, int]] = []
        self._places: list[int] = []  # in all rows, output and answers together

    def add(self, text: str, said: Said, writes: int) -> None:
        """Append a text; `writes` is how many writes there are by now."""
        before = max([writes, *(line.writes for line in self._lines[-1:])])
        for line in text.split("\n"):
            self._lines.append(AnswerLine(clean(line.expandtabs(8)), said, before))
        del self._lines[:-_KEPT]

    def __len__(self) -> int:
        return len(self._rows)

    def lay(self, width: int, rows_before: Callable[[int], int]) -> None:
        """Fold the lines; `rows_before` says how many rows of output a number of writes has made."""
        self._rows = [(line, begin) for line in self._lines for begin in row_starts(line.text, width)]
        self._places = [rows_before(line.writes) + number for number, (line, _) in enumerate(self._rows)]

    def at(self, row: int) -> tuple[AnswerLine, int] | int:
        """Of all rows together: the line in this one and its cell there; else which row of the output it is."""
        number = bisect_left(self._places, row)
        if number < len(self._places) and self._places[number] == row:
            return self._rows[number]
        return row - number


def row_starts(text: str, width: int) -> list[int]:
    """The cells at which the rows of a line of text begin when a row has `width` cells.

    A wide character that doesn't fit at the end of a row begins the next.
    """
    if len(text) * 2 <= width or cell_width(text) <= width:
        return [0]
    if text.isascii():
        return list(range(0, len(text), width))
    starts, at = [0], 0
    for char in text:
        size = cell_width(char)
        if at + size - starts[-1] > width:
            starts.append(at)
        at += size
    return starts
