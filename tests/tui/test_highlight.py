"""Source text as coloured pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bpdebug.tui.highlight import CATEGORIES, highlight


def joined(text: str) -> list[str]:
    return ["".join(piece for piece, _ in line) for line in highlight(text)]


def test_lines_are_those_that_python_counts():
    assert joined("a = 1\r\nb = '\x0c'\n\nc\n") == ["a = 1", "b = '\u240c'", "", "c"]
    assert joined("x\n\n") == ["x", ""]
    assert joined("no newline") == ["no newline"]


def test_tabs_go_to_the_next_stop_in_cells():
    assert joined("\tx\n你\ty\n") == ["        x", "你      y"]


def test_pieces_say_what_they_are():
    pieces = dict(highlight("def f(): return 'x'  # why\n")[0])
    assert pieces["def"] == "keyword"
    assert pieces["f"] == "definition"
    assert pieces["# why"] == "comment"


@given(st.text())
def test_any_text_gives_printable_lines_of_known_categories(text):
    for line in highlight(text):
        for piece, category in line:
            assert category in CATEGORIES
            assert "\n" not in piece
            assert "\x1b" not in piece
