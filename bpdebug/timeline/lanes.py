"""A graph as lanes, one row a node: where each node stands, and the lines that lead to it and away.

As `git log --graph` does it: a lane is a value that a later row still needs, and runs down from the row that made
it to the last row that takes it. Plain characters, no screen.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

__all__ = ["DRAWN", "NODE", "LaneRow", "lay_lanes"]

NODE = "*"
"""Stands for the node in a row's cells."""
DRAWN = 48
"""Lanes that are drawn; of a wider graph the rest runs unseen, right of them."""

# (up, down, left, right): whether a line goes there.
_CORNERS = {
    (1, 0, 1, 0): "╯", (1, 0, 0, 1): "╰", (0, 1, 1, 0): "╮", (0, 1, 0, 1): "╭",
    (1, 1, 1, 0): "┤", (1, 1, 0, 1): "├", (1, 0, 1, 1): "┴", (0, 1, 1, 1): "┬", (1, 1, 1, 1): "┼",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One row: `cells` has two characters a lane (its line, and what lies right of it), `NODE` at `2 * column`.

    A node in a lane that isn't drawn has its column all the same, and no place in `cells`. `values` says of each
    character which value's line it is; None for the node and where there is none.
    """

    column: int
    cells: str
    values: tuple[Hashable | None, ...]


def lay_lanes(nodes: Sequence[tuple[Sequence[Hashable], Sequence[Hashable]]]) -> list[LaneRow]:
    """Lay nodes out, top to bottom.

    Args:
        nodes: (values that go in, values that come out) of each, by any names; a value that no earlier node made
            has no lane.

    Returns:
        A row for each. Costs as much as there are nodes, values and drawn lanes.
    """
    last_use: dict[Hashable, int] = {}
    for row, (inputs, _) in enumerate(nodes):
        for value in inputs:
            last_use[value] = row
    board = _Board()
    return [
        board.row(inputs, [value for value in outputs if last_use.get(value, -1) > row], row, last_use)
        for row, (inputs, outputs) in enumerate(nodes)
    ]


class _Board:
    """Which lanes are taken."""

    def __init__(self) -> None:
        self._lane_of: dict[Hashable, int] = {}
        self._taken: set[int] = set()
        self._drawn: dict[int, Hashable] = {}  # those of them that are drawn, and whose they are
        self._free: list[int] = []
        self._width = 0

    def row(
        self,
        inputs: Sequence[Hashable],
        outputs: Sequence[Hashable],
        row: int,
        last_use: dict[Hashable, int],
    ) -> LaneRow:
        above = dict(self._drawn)
        arriving = {value: self._lane_of[value] for value in inputs if value in self._lane_of}
        ending = sorted(lane for value, lane in arriving.items() if last_use[value] == row)
        for value in [value for value in arriving if last_use[value] == row]:
            self._leave(value)
        # The first output takes the leftmost lane that ends here, so that a chain stays one straight line.
        leaving = [self._take(value, ending) for value in outputs]
        if leaving:
            column = leaving[0]
        else:
            # Never in a lane that goes on: what takes its value further down would seem to come from here.
            column = ending[0] if ending else self._peek()
        into = {lane: value for value, lane in arriving.items()}
        out = dict(zip(leaving, outputs, strict=True))
        cells, values = self._draw(column, above, into, out)
        return LaneRow(column, cells, values)

    def _take(self, value: Hashable, ending: list[int]) -> int:
        lane = self._lane_of.get(value)
        if lane is not None:  # written anew in place
            return lane
        while ending and ending[0] in self._taken:
            ending.pop(0)
        if ending:
            lane = ending.pop(0)
        else:
            lane = self._pop_free()
        self._taken.add(lane)
        if lane < DRAWN:
            self._drawn[lane] = value
        self._lane_of[value] = lane
        self._width = max(self._width, lane + 1)
        return lane

    def _pop_free(self) -> int:
        while self._free:
            lane = heappop(self._free)
            if lane not in self._taken:
                return lane
        return self._width

    def _peek(self) -> int:
        while self._free and self._free[0] in self._taken:
            heappop(self._free)
        return self._free[0] if self._free else self._width

    def _leave(self, value: Hashable) -> None:
        lane = self._lane_of.pop(value)
        self._taken.discard(lane)
        self._drawn.pop(lane, None)
        heappush(self._free, lane)

    def _draw(
        self, column: int, above: dict[int, Hashable], into: dict[int, Hashable], out: dict[int, Hashable]
    ) -> tuple[str, tuple[Hashable | None, ...]]:
        owner = {**out, **into}
        joined = {*owner, column}
        low, high = min(joined), max(joined)
        last = min(max(max(above, default=0), max(self._drawn, default=0), high), DRAWN - 1)
        outward = _outward(sorted(joined), column, last)
        cells: list[str] = []
        values: list[Hashable | None] = []
        for lane in range(last + 1):
            up, down = lane in above, lane in self._drawn
            value: Hashable | None = None
            if lane == column:
                cell = NODE
            elif lane in joined:
                sides = (
                    int(lane in into),
                    int(down and (lane in out or up)),
                    int(lane > low),
                    int(lane < high),
                )
                cell, value = _CORNERS[sides], owner[lane]
            elif up and down:
                # A line that only passes lies above one that crosses it.
                cell, value = "│", above[lane]
            elif low < lane < high:
                cell, value = "─", owner[outward[lane]]
            else:
                cell = " "
            cells.append(cell)
            values.append(value)
            crossed = low <= lane < high
            cells.append("─" if crossed else " ")
            # What lies right of a lane leads to one further out: right of the node to the right, left of it here.
            aim = outward[lane + 1] if lane >= column else outward[lane]
            values.append(owner.get(aim) if crossed else None)
        text = "".join(cells).rstrip()
        return text, tuple(values[: len(text)])


def _outward(joined: list[int], column: int, last: int) -> list[int]:
    """For each lane up to `last + 1`: the joined lane that is the nearest further away from the node, or itself."""
    lanes = []
    for lane in range(last + 2):
        if lane >= column:
            lanes.append(joined[min(bisect_left(joined, lane), len(joined) - 1)])
        else:
            lanes.append(joined[max(bisect_right(joined, lane) - 1, 0)])
    return lanes
