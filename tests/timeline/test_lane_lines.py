from __future__ import annotations

import pytest

from bpdebug.timeline.lane_lines import EXPLODING, VANISHING, Line, line_of, with_line


@pytest.mark.parametrize(
    ("norm", "line"),
    [
        (0.0, Line.DASHED), (VANISHING * 0.99, Line.DASHED), (VANISHING, Line.PLAIN), (1.0, Line.PLAIN),
        (EXPLODING, Line.HEAVY), (1e30, Line.HEAVY), (float("nan"), Line.DOUBLE), (float("inf"), Line.DOUBLE),
    ],
)  # fmt: skip
def test_the_norm_decides_how_strong_a_line_is(norm: float, line: Line) -> None:
    assert line_of(norm) is line


def test_every_line_keeps_where_it_leads() -> None:
    assert with_line("│─╯┼ *", Line.PLAIN) == "│─╯┼ *"
    assert with_line("│─╯┼ *", Line.HEAVY) == "┃━┛╋ *"
    assert with_line("│─╯┼ *", Line.DOUBLE) == "║═╝╬ *"
    assert with_line("│─╯┼ *", Line.DASHED) == "┆┄╯┼ *"
