"""Lanes join each node to those that made its values, whatever the graph."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bpdebug.timeline.lanes import DRAWN, NODE, lay_lanes

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
SIDES = {
    " ": 0, "│": UP | DOWN, "─": LEFT | RIGHT, "╯": UP | LEFT, "╰": UP | RIGHT, "╮": DOWN | LEFT,
    "╭": DOWN | RIGHT, "┤": UP | DOWN | LEFT, "├": UP | DOWN | RIGHT, "┴": UP | LEFT | RIGHT,
    "┬": DOWN | LEFT | RIGHT, "┼": UP | DOWN | LEFT | RIGHT, NODE: 15,
}  # fmt: skip


def test_a_chain_is_one_straight_line():
    assert [row.cells for row in lay_lanes([("x", "a"), ("a", "b"), ("b", "c")])] == [NODE] * 3


def test_a_fork_and_its_join_are_drawn_as_lines():
    rows = lay_lanes([("x", "a"), ("a", "b"), ("a", "c"), ("bc", "d"), ("ad", "e")])
    assert [row.cells for row in rows] == ["*", "├─*", "├─│─*", "│ *─╯", "*─╯"]


def test_each_piece_of_a_line_knows_whose_it_is():
    rows = lay_lanes([("x", "a"), ("a", "b"), ("a", "c"), ("bc", "d"), ("ad", "e")])
    owners = ["".join(value or " " for value in row.values) for row in rows]
    assert [row.cells for row in rows] == ["*", "├─*", "├─│─*", "│ *─╯", "*─╯"]
    assert owners == [" ", "aa ", "aaba ", "a  cc", " dd"]


@st.composite
def graphs(draw):
    """Nodes that take any earlier values and make up to three."""
    nodes = []
    for row in range(draw(st.integers(1, 12))):
        made = [value for _, outputs in nodes for value in outputs]
        inputs = draw(st.lists(st.sampled_from([*made, "x", "W"]), max_size=4))
        outputs = [(row, place) for place in range(draw(st.integers(0, 3)))]
        nodes.append((inputs, outputs))
    return nodes


@settings(max_examples=60)
@given(graphs())
def test_following_the_lines_up_from_a_node_leads_to_the_makers_of_its_values(nodes):
    rows = lay_lanes(nodes)
    assert [row.cells[2 * row.column] for row in rows] == [NODE] * len(nodes)
    for row, (inputs, _) in enumerate(nodes):
        makers = {other for other in range(row) for value in nodes[other][1] if value in inputs}
        assert makers <= reached(rows, row), (row, [one.cells for one in rows])


@settings(max_examples=60)
@given(graphs())
def test_a_line_that_leaves_a_row_arrives_in_the_next(nodes):
    rows = lay_lanes(nodes)
    for above, below in pairwise(rows):
        for lane in range(DRAWN):
            upper, lower = sides(above.cells, 2 * lane), sides(below.cells, 2 * lane)
            if NODE not in (above.cells[2 * lane : 2 * lane + 1], below.cells[2 * lane : 2 * lane + 1]):
                assert bool(upper & DOWN) == bool(lower & UP), [above.cells, below.cells]


@settings(max_examples=60)
@given(graphs())
def test_a_lane_that_goes_on_from_row_to_row_stays_the_same_value(nodes):
    rows = lay_lanes(nodes)
    for above, below in pairwise(rows):
        for place in range(0, min(len(above.cells), len(below.cells)), 2):
            if (
                sides(above.cells, place) & DOWN
                and above.cells[place] in "│╮╭┬"
                and below.cells[place] in "│╯╰┴"
            ):
                assert above.values[place] == below.values[place]
    for row in rows:
        assert len(row.values) == len(row.cells)
        for cell, value in zip(row.cells, row.values, strict=True):
            assert (value is None) == (cell in (" ", NODE)), row


def test_a_graph_wider_than_what_is_drawn_keeps_its_rows():
    count = 3 * DRAWN
    rows = lay_lanes([([], [place]) for place in range(count)] + [(range(count), ["y"])])
    assert [row.column for row in rows[:count]] == list(range(count))
    assert max(len(row.cells) for row in rows) <= 2 * DRAWN


def sides(cells, place):
    return SIDES[cells[place]] if 0 <= place < len(cells) else 0


def reached(rows, start):
    """Nodes that can be come to from `start` by going left, right and up along lines."""
    found, seen, open_ = set(), set(), [(start, 2 * rows[start].column)]
    while open_:
        row, place = open_.pop()
        if (row, place) in seen or row < 0:
            continue
        seen.add((row, place))
        cells = rows[row].cells
        if row != start and cells[place] == NODE:
            found.add(row)
            continue
        for step, there, back in ((-1, LEFT, RIGHT), (1, RIGHT, LEFT)):
            # A line that only passes is crossed, not joined.
            beyond = place + step
            while 0 <= beyond < len(cells) and cells[beyond] == "│" and sides(cells, place) & there:
                beyond += step
            if sides(cells, place) & there and sides(cells, beyond) & back:
                open_.append((row, beyond))
        if sides(cells, place) & UP and place % 2 == 0 and row and place < len(rows[row - 1].cells):
            open_.append((row - 1, place))
    return found
