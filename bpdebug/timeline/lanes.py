"""A graph as lanes, one row a node: where each node stands, and the lines that lead to it and away.

As `git log --graph` does it: a lane is a value that a later row still needs, and runs down from the row that made
it to the last row that takes it. Plain characters, no screen.
"""

from __future__ import annotations

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

    A node in a lane that isn't drawn has its column all the same, and no place in `cells`.
    """

    column: int
    cells: str


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
        self._drawn: set[int] = set()  # those of them that are drawn
        self._free: list[int] = []
        self._width = 0

    def row(
        self,
        inputs: Sequence[Hashable],
        outputs: Sequence[Hashable],
        row: int,
        last_use: dict[Hashable, int],
    ) -> LaneRow:
        above = set(self._drawn)
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
        into, out = set(arriving.values()), set(leaving)
        return LaneRow(column, self._draw(column, above, into, out))

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
            self._drawn.add(lane)
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
        self._drawn.discard(lane)
        heappush(self._free, lane)

    def _draw(self, column: int, above: set[int], into: set[int], out: set[int]) -> str:
        joined = into | out | {column}
        low, high = min(joined), max(joined)
        last = min(max(max(above, default=0), max(self._drawn, default=0), high), DRAWN - 1)
        cells = []
        for lane in range(last + 1):
            up, down = lane in above, lane in self._drawn
            if lane == column:
                cells.append(NODE)
            elif lane in joined:
                sides = (
                    int(lane in into),
                    int(down and (lane in out or up)),
                    int(lane > low),
                    int(lane < high),
                )
                cells.append(_CORNERS[sides])
            else:
                # A line that only passes lies above one that crosses it.
                cells.append("│" if up and down else "─" if low < lane < high else " ")
            cells.append("─" if low <= lane < high else " ")
        return "".join(cells).rstrip()
