import numpy as np
import pytest

from bpdebug.tui.widgets.braille import reduced, rows_of_dots, trace
from bpdebug.tui.widgets.ticks import decades, nice_ticks


def test_each_dot_has_its_own_bit() -> None:
    seen = set()
    for row in range(4):
        for column in range(2):
            dots = np.zeros((4, 2), bool)
            dots[row, column] = True
            seen.add(rows_of_dots(dots)[0])
    assert len(seen) == 8
    assert rows_of_dots(np.ones((4, 2), bool)) == ["⣿"]
    assert rows_of_dots(np.zeros((4, 2), bool)) == [" "]


def test_a_line_is_drawn_without_holes() -> None:
    dots = trace(np.array([0.0, 19.0]), np.array([0.0, 11.0]), 20, 12)
    assert dots.any(axis=0).all()
    assert dots[0, 0]
    assert dots[11, 19]


def test_nan_leaves_a_gap() -> None:
    dots = trace(np.array([0.0, 5.0, 10.0]), np.array([1.0, np.nan, 1.0]), 11, 4)
    assert dots.sum() == 2


def test_lines_that_leave_the_sheet_are_cut_at_its_edge() -> None:
    dots = trace(np.array([-50.0, 50.0]), np.array([-50.0, 50.0]), 10, 8)
    assert dots[3, 3]
    assert dots.sum() == 8


def test_a_reduced_curve_keeps_every_peak() -> None:
    x = np.linspace(0, 39, 100_000)
    y = np.full(100_000, 5.0)
    y[54_321], y[70_000] = 0.0, 11.0
    few_x, few_y = reduced(x, y, 40)
    assert len(few_x) <= 4 * 40
    assert 0.0 in few_y
    assert 11.0 in few_y


def test_a_column_of_nothing_but_nan_stays_a_gap() -> None:
    x = np.linspace(0, 39, 10_000)
    y = np.ones(10_000)
    y[(x >= 10) & (x < 12)] = np.nan
    few_x, few_y = reduced(x, y, 40)
    assert np.isnan(few_y[(few_x >= 10) & (few_x < 12)]).all()
    assert np.isfinite(few_y[(few_x < 10) | (few_x >= 12)]).all()


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.0, 1.0, 3, [0.0, 0.5, 1.0]),
        (0.0, 99.0, 6, [0.0, 20.0, 40.0, 60.0, 80.0]),
        (-1.0, 1.0, 3, [-1.0, 0.0, 1.0]),
        (3.0, 3.0, 4, [3.0]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, most: int, expected: list[float]) -> None:
    assert nice_ticks(low, high, most) == pytest.approx(expected)


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e9, 1e300])
def test_ticks_lie_inside_and_are_never_too_many(scale: float) -> None:
    ticks = nice_ticks(-0.37 * scale, 0.81 * scale, 5)
    assert 1 <= len(ticks) <= 5
    assert all(-0.38 * scale <= tick <= 0.82 * scale for tick in ticks)


def test_iterations_have_whole_ticks() -> None:
    assert nice_ticks(0, 3, 20, whole=True) == [0, 1, 2, 3]


def test_a_logarithmic_axis_has_powers_of_ten_or_their_parts() -> None:
    assert decades(-6.0, 0.0, 4) == [-6, -4, -2, 0]
    assert 10 ** np.array(decades(-1.0, -0.1, 5)) == pytest.approx([0.1, 0.2, 0.5])
