"""The line above the timeline: the whole run, the loss as heights, what isn't finite, marks, and where we are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...timeline.overview import OverviewCell

if TYPE_CHECKING:
    from ...diff.beside import Beside
    from ...diff.marking import Mark
    from ...timeline import Timeline

__all__ = ["RunBar", "bar_text", "beside_sign", "cell_of"]

_LOOKED_AT_ONCE = 500_000
"""Events that are looked through within a frame."""
_HEIGHTS = "▁▂▃▄▅▆▇█"
_NOTHING = "─"


def cell_of(cells: list[OverviewCell], seq: int) -> int:
    """The cell that event `seq` lies in."""
    low, high = 0, len(cells) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if cells[middle].first <= seq:
            low = middle
        else:
            high = middle - 1
    return low


def bar_text(cells: list[OverviewCell], here: int, marks: Iterable[tuple[int, str]]) -> list[tuple[str, str]]:
    """(character, style name) of each cell: `bad`, `mark`, `loss` or `nothing`, and `here` for the cell of now.

    Args:
        cells: the run.
        here: the current event.
        marks: (event, sign) of what is marked; a sign goes before the loss, an alarm before a sign.
    """
    signs: dict[int, str] = {}
    for seq, sign in marks:
        signs.setdefault(cell_of(cells, seq), sign)
    now = cell_of(cells, here)
    drawn = []
    for place, cell in enumerate(cells):
        if cell.bad is not None:
            text, style = "!", "bad"
        elif place in signs:
            text, style = signs[place], "mark"
        elif cell.height is not None:
            text, style = _HEIGHTS[round(cell.height * (len(_HEIGHTS) - 1))], "loss"
        else:
            text, style = _NOTHING, "nothing"
        drawn.append((text, f"{style} here" if place == now else style))
    return drawn


def beside_sign(beside: Beside, mark: Mark) -> str:
    """One cell for an event that isn't the same in the run beside: `≠`, or the letter of the only run that has it."""
    from ...diff.marking import Mark

    if mark & Mark.differs:
        return "≠"
    return beside.letter if mark & Mark.alone else ""


class RunBar:
    """What the bar of a run is made of, kept until there is more of it."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._cells: list[OverviewCell] = []
        self._cells_for: tuple[int, int, int] | None = None
        self._signs: dict[int, str] = {}
        self._signs_for: object = None

    def look_further(self) -> bool:
        """Look through as much more of the run as a frame has time for; whether that was all."""
        return self._timeline.overview.look_through(_LOOKED_AT_ONCE)

    def cells(self, width: int) -> list[OverviewCell]:
        """The run in so many cells, as far as it was looked through."""
        overview = self._timeline.overview
        wanted = (width, len(self._timeline), overview.looked)
        if wanted != self._cells_for:
            self._cells = overview.cells(width)
            self._cells_for = wanted
        return self._cells

    def signs(self, beside: Beside | None) -> dict[int, str]:
        """By the first event of a cell, a sign where it holds a difference, and the cell before holds none.

        From a divergence on all may differ, and nothing else could be seen of the run.
        """
        cells = self._cells
        if beside is None or not cells:
            return {}
        key = (self._cells_for, beside.marks.done)
        if key != self._signs_for:
            self._signs, self._signs_for = {}, key
            before = ""
            ends = [*(cell.first for cell in cells[1:]), len(beside.this)]
            for cell, end in zip(cells, ends, strict=True):
                sign = beside_sign(beside, beside.marks_in(cell.first, end))
                if sign and not before:
                    self._signs[cell.first] = sign
                before = sign
        return self._signs

    def event_at(self, column: int) -> int | None:
        """The event that a click on a cell means: the first that isn't finite there, else its first one."""
        if column >= len(self._cells):
            return None
        cell = self._cells[column]
        return cell.first if cell.bad is None else cell.bad
