import numpy as np

from bpdebug.text import cell_width
from bpdebug.tui.widgets.corner import corner
from bpdebug.tui.widgets.lines import flow


def text_of(lines: list[list[tuple[str, str]]]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def test_pieces_flow_into_lines_and_the_last_line_is_cut() -> None:
    pieces = [("one", ""), ("two", ""), ("three", ""), ("four", "")]
    assert text_of(flow(pieces, 9, 2)) == ["one  two", "three  f…"]


def test_wide_characters_count_twice() -> None:
    lines = text_of(flow([("参数名称", ""), ("第二", "")], 10, 2))
    assert lines == ["参数名称", "第二"]
    assert all(cell_width(line) <= 10 for line in lines)


def test_a_corner_never_leaves_its_room() -> None:
    rng = np.random.default_rng(0)
    for shape in [(), (1,), (7,), (3, 2), (50, 60), (2, 3, 4), (1, 1000), (1000, 1), (2, 2, 2, 2, 2)]:
        for width in (10, 18, 40):
            for height in (1, 2, 3, 9):
                lines = text_of(corner(rng.standard_normal(shape), width, height))
                assert len(lines) <= height
                assert all(cell_width(line.rstrip()) <= width for line in lines), (shape, width, lines)


def test_a_corner_says_that_there_is_more() -> None:
    lines = text_of(corner(np.ones((9, 9)), 20, 3))
    assert lines[0].endswith("…")
    assert lines[-1].strip() == "⋮"


def test_a_corner_of_one_line_shows_numbers_and_that_there_are_more_rows() -> None:
    assert [line.split() for line in text_of(corner(np.ones((9, 1)), 20, 1))] == [["1.0000", "⋮"]]
    (line,) = text_of(corner(np.ones((9, 9)), 20, 1))
    assert line.split() == ["1.0000", "1.0000", "⋮"]
    assert text_of(corner(np.ones((1, 1)), 20, 1))[0].split() == ["1.0000"]


def test_a_corner_shows_all_of_a_small_array() -> None:
    lines = text_of(corner(np.array([[1.5, -2.0], [0.0, 3.0]]), 20, 4))
    assert [line.split() for line in lines] == [["1.5000", "-2.0000"], ["0", "3.0000"]]


def test_empty_arrays_are_called_empty() -> None:
    assert text_of(corner(np.zeros((0, 3)), 20, 4)) == ["empty"]
