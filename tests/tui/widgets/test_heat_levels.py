import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from bpdebug.tui.colors import BLANK, INFINITE, LEVELS, NOT_A_NUMBER, glyph_cell, half_block, ramp
from bpdebug.tui.widgets.heat_levels import heat_image


def test_signed_values_diverge_around_zero() -> None:
    image = heat_image(np.array([[-2.0, 0.0, 1.0]]), 1, 3)
    assert image.signed
    assert (image.low, image.high) == (-2.0, 2.0)
    assert image.levels.tolist() == [[-LEVELS, 0, LEVELS // 2]]


def test_nonnegative_values_use_the_whole_ramp_upwards() -> None:
    image = heat_image(np.array([[0.0, 1.0, 2.0]]), 1, 3)
    assert not image.signed
    assert image.levels.tolist() == [[0, LEVELS // 2, LEVELS]]


def test_a_tiny_value_never_looks_like_zero() -> None:
    image = heat_image(np.array([[0.0, 1e-9, -1e-9, 1.0]]), 1, 4)
    assert image.levels.tolist() == [[0, 1, -1, LEVELS]]


def test_values_that_hardly_differ_are_told_apart() -> None:
    image = heat_image(np.array([[100.0, 100.5, 101.0]]), 1, 3)
    assert (image.low, image.high) == (100.0, 101.0)
    assert len(set(image.levels[0].tolist())) == 3


def test_nan_and_infinity_have_levels_of_their_own_and_do_not_set_the_scale() -> None:
    image = heat_image(np.array([[np.nan, np.inf, -np.inf, 3.0]]), 1, 4)
    assert image.levels.tolist() == [[NOT_A_NUMBER, INFINITE, INFINITE, LEVELS]]
    assert image.high == 3.0


def test_a_block_shows_its_largest_magnitude_with_its_sign() -> None:
    sheet = np.zeros((4, 4))
    sheet[0, 1], sheet[1, 0] = 2.0, -4.0
    image = heat_image(sheet, 2, 2)
    assert image.block == (2, 2)
    assert image.levels.tolist() == [[-LEVELS, 0], [0, 0]]
    assert "2x2" in image.scale_note


def test_one_nan_in_a_block_makes_the_block_nan() -> None:
    sheet = np.ones((100, 100), np.float32)
    sheet[57, 3] = np.nan
    sheet[99, 99] = -np.inf
    image = heat_image(sheet, 10, 10)
    assert image.levels[5, 0] == NOT_A_NUMBER
    assert image.levels[9, 9] == INFINITE
    assert (image.levels == NOT_A_NUMBER).sum() == 1


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.bool_, np.float16, np.complex64])
def test_every_dtype_can_be_drawn_whole_and_in_blocks(dtype: type) -> None:
    sheet = (np.arange(400).reshape(20, 20) % 2).astype(dtype)
    for dots in (20, 7):
        image = heat_image(sheet, dots, dots)
        assert image.levels.max() == LEVELS
        assert image.levels.min() >= 0


def test_smallest_int8_is_the_largest_magnitude() -> None:
    image = heat_image(np.array([[-128, 127], [0, 0]], np.int8), 1, 1)
    assert image.levels.tolist() == [[-LEVELS]]


def test_a_long_vector_wraps_and_the_rest_of_its_last_line_is_blank() -> None:
    image = heat_image(np.ones((1, 7)), 4, 3)
    assert (image.levels == BLANK).sum() == 2
    assert image.levels[2].tolist()[1:] == [BLANK, BLANK]
    assert image.dot_of(0, 5) == (1, 2)


def test_a_very_long_vector_is_merged_in_runs_and_says_so() -> None:
    image = heat_image(np.ones((1, 1000)), 4, 10)
    assert image.run == 25
    assert image.scale_note == "a dot = largest |value| of 25"
    assert image.dot_of(0, 999) == (3, 9)


def test_small_arrays_are_drawn_large_and_square() -> None:
    image = heat_image(np.arange(6.0).reshape(2, 3), 16, 60)
    assert image.zoom == (8, 8)
    assert image.levels.shape == (16, 24)


def test_constant_and_zero_arrays_have_a_scale() -> None:
    assert heat_image(np.zeros((2, 2)), 4, 4).levels.max() == 0
    image = heat_image(np.full((2, 2), 3.0), 4, 4)
    assert (image.low, image.high) == (0.0, 3.0)


def test_huge_and_denormal_values_stay_in_the_ramp() -> None:
    for size in (1.7e308, 5e-324):
        levels = heat_image(np.array([[-size, size]]), 1, 2).levels
        assert levels.tolist() == [[-LEVELS, LEVELS]]


@given(
    rows=st.integers(1, 40), columns=st.integers(1, 40), down=st.integers(1, 30), across=st.integers(1, 30)
)
def test_a_picture_fits_its_room_and_the_cursor_is_on_it(
    rows: int, columns: int, down: int, across: int
) -> None:
    image = heat_image(np.arange(rows * columns).reshape(rows, columns), down, across)
    assert image.levels.shape[0] <= down
    assert image.levels.shape[1] <= across
    row, column = image.dot_of(rows - 1, columns - 1)
    assert image.levels[row, column] != BLANK


@pytest.mark.parametrize("dark", [True, False])
def test_lightness_grows_with_magnitude_on_both_sides_and_the_sides_differ(dark: bool) -> None:
    def lightness(level: int) -> float:
        triplet = ramp(level, dark).triplet
        assert triplet is not None
        return 0.3 * triplet.red + 0.59 * triplet.green + 0.11 * triplet.blue

    for sign in (1, -1):
        steps = [lightness(sign * level) for level in range(LEVELS + 1)]
        assert steps == sorted(steps, reverse=not dark)
    for level in range(LEVELS // 4, LEVELS + 1):
        warm, cold = ramp(level, dark).triplet, ramp(-level, dark).triplet
        assert warm is not None
        assert cold is not None
        # Red against blue is what no common colour blindness confuses.
        assert warm.red - warm.blue > 20
        assert cold.blue - cold.red > 20


def test_a_cell_says_nan_and_infinity_by_a_letter() -> None:
    assert half_block(NOT_A_NUMBER, 3, True, Style())[0] == "N"
    assert half_block(3, INFINITE, True, Style())[0] == "∞"
    assert half_block(5, -5, True, Style())[0] == "▀"


def test_without_colour_sign_and_size_are_characters() -> None:
    assert [glyph_cell(level)[0] for level in (-LEVELS, -1, 0, 1, LEVELS, NOT_A_NUMBER)] == [
        "-█", "-░", " ·", "+░", "+█", "NN",
    ]  # fmt: skip


def test_where_nothing_is_finite_the_scale_has_no_ends() -> None:
    found = heat_image(np.array([[np.nan, np.inf]]), 4, 4)
    assert np.isnan(found.low)
    assert np.isnan(found.high)
    assert set(found.levels.ravel()) == {NOT_A_NUMBER, INFINITE}
