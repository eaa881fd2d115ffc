"""Slices of arrays with many axes, and finding elements in them."""

from __future__ import annotations

import numpy as np
import pytest

from bpdebug.tui.panes.tensor_find import find_element
from bpdebug.tui.panes.tensor_slice import Slice
from bpdebug.tui.widgets.histogram import histogram

ARRAY = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)


def slice_of(text: str = "") -> Slice:
    made = Slice()
    made.fit(ARRAY.shape)
    if text:
        assert made.take(text, ARRAY.shape) == ""
    return made


def test_the_last_two_axes_are_shown_at_first():
    assert np.array_equal(slice_of().of(ARRAY), ARRAY[0, 0])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[0, :, :, 3]", ARRAY[0, :, :, 3]),
        (":, 2, :, -1", ARRAY[:, 2, :, -1]),
        ("[1,2,:,0]", ARRAY[1, 2, :, 0]),
    ],
)
def test_a_typed_slice_shows_what_numpy_would(text, part):
    made = slice_of(text)
    assert np.array_equal(made.of(ARRAY), part)
    last = tuple(length - 1 for length in part.shape)
    assert ARRAY[made.whole_index(last)] == part[last]


@pytest.mark.parametrize(
    ("text", "word"),
    [("[0, :, :]", "axes"), ("[0, :, :, 5]", "axis 3"), ("[:, :, :, 0]", "one or two"), ("[0, 0, 0, 0]", ":"),
     ("[0, :, :, x]", "x on axis 3"), ("[0,,:,:]", "nothing on axis 1")],
)  # fmt: skip
def test_a_wrong_slice_is_explained_and_changes_nothing(text, word):
    made = slice_of()
    assert word in made.take(text, ARRAY.shape)
    assert made.index == (0, 0, None, None)


def test_steps_go_round_on_the_chosen_axis():
    made = slice_of("[0, :, :, 3]")
    made.step(ARRAY.shape, -1)
    made.choose_axis(1)
    made.step(ARRAY.shape, 2)
    assert made.index == (1, None, None, 0)


def test_an_element_of_another_sheet_brings_its_sheet():
    made = slice_of()
    assert made.place_of((1, 2, 3, 4)) == (3, 4)
    assert made.index == (1, 2, None, None)


def test_the_slice_stays_for_arrays_with_as_many_axes():
    made = slice_of("[1, :, 3, :]")
    made.fit((1, 9, 2, 9))
    assert made.index == (0, None, 1, None)
    made.fit((3, 3))
    assert made.index == ()


def test_extremes_are_found_among_finite_values():
    array = np.array([[np.nan, 3.0], [np.inf, -7.0]], np.float32)
    assert find_element(array, "max") == (0, 1)
    assert find_element(array, "min") == (1, 1)
    assert find_element(np.full(3, np.nan), "max") == ()
    assert find_element(np.array([2, 9, 9]), "max") == (1,)
    assert find_element(np.array([1, 3e38 + 3e38j], "c8"), "max") == (1,)


def test_values_that_are_not_finite_are_visited_in_turn():
    array = np.array([0.0, np.nan, 1.0, np.inf])
    places, after = [], -1
    for _ in range(3):
        (after,) = find_element(array, "nonfinite", after)
        places.append(after)
    assert places == [1, 3, 1]
    assert find_element(np.zeros(3), "nonfinite") == ()
    assert find_element(np.zeros(3, int), "nonfinite") == ()


@pytest.mark.parametrize(
    "array",
    [
        np.random.default_rng(0).standard_normal((40, 30)),
        np.arange(7),
        np.array([True, False, True]),
        np.full(9, 0.25, np.float16),
        np.array([-1.7e308, 1.7e308]),
        np.array([0, 2**62]),
        np.array([1 + 1j, 0]),
    ],
)
def test_a_histogram_counts_every_element(array):
    made = histogram(array, 10)
    assert made.counts.sum() == array.size
    assert len(made.edges) == len(made.counts) + 1 <= 11


def test_a_histogram_counts_what_is_not_finite_apart():
    made = histogram(np.array([np.nan, np.inf, -np.inf, 1.0]), 5)
    assert (made.counts.sum(), made.nan, made.infinite) == (1, 1, 2)
