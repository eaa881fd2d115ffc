"""The line above the timeline: the whole run, the loss as heights, what isn't finite, marks, and where we are."""

from __future__ import annotations

from collections.abc import Iterable

from ...timeline.overview import OverviewCell

__all__ = ["bar_text", "cell_of"]

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
