"""Distances between arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bpdebug.diff.values import Tolerance, compare_arrays

EXACT = Tolerance()


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
@pytest.mark.parametrize("start", [1.0, -1.0, 0.0, 3e-8])
def test_three_steps_to_the_next_float_are_three_ulp(dtype, start):
    a = b = np.array([start], dtype)
    for _ in range(3):
        b = np.nextafter(b, np.array(np.inf, dtype))
    gap = compare_arrays(a, b, EXACT)
    assert (gap.max_ulp, gap.differing, gap.beyond) == (3, 1, 1)
    assert compare_arrays(a, b, Tolerance(ulp=3)).beyond == 0
    assert compare_arrays(a, b, Tolerance(ulp=2)).beyond == 1


def test_ulp_count_across_zero_and_over_the_whole_range():
    tiny = np.nextafter(np.float32(0), np.float32(1))
    assert compare_arrays(np.array([-tiny]), np.array([tiny]), EXACT).max_ulp == 2
    top = np.finfo("f8").max
    assert compare_arrays(np.array([-top]), np.array([top]), EXACT).max_ulp == 2 * int(
        np.float64(top).view("i8")
    )


def test_zeros_of_both_signs_and_nans_are_equal_and_a_nan_is_far_from_a_number():
    a, b = np.array([0.0, np.nan, np.inf]), np.array([-0.0, np.nan, np.inf])
    assert compare_arrays(a, b, EXACT).differing == 0
    for other in (1.0, np.inf):
        gap = compare_arrays(np.array([2.0, np.nan]), np.array([2.0, other]), Tolerance(1.0, 1e9, 10))
        assert (gap.differing, gap.beyond, gap.max_abs, gap.max_rel, gap.place) == (
            1,
            1,
            np.inf,
            np.inf,
            (1,),
        )
    assert compare_arrays(np.array([np.inf]), np.array([5.0]), Tolerance(rtol=1.0)).beyond == 1


def test_float64_is_counted_in_ulp_of_float32():
    a = np.array([1.0, 1 / 3], "f4")
    gap = compare_arrays(a, np.array([1.0, 1 / 3], "f8"), Tolerance(ulp=1))
    assert (gap.differing, gap.beyond, gap.max_ulp) == (1, 0, 0)


def test_large_integers_are_told_apart_exactly():
    a, b = np.array([2**63 - 1, -(2**63)]), np.array([2**63 - 2, 2**63 - 1])
    gap = compare_arrays(a, b, EXACT)
    assert (gap.differing, gap.max_abs, gap.max_ulp, gap.place) == (2, float(2**64), None, (1,))
    assert compare_arrays(np.array([True]), np.array([False]), EXACT).max_abs == 1


@pytest.mark.parametrize(
    "other", [np.array([2**53], "i8"), np.array([2**53], "f8")], ids=["int64", "float64"]
)
@pytest.mark.parametrize("dtype", ["u8", "i8"])
def test_large_integers_of_other_dtypes_are_told_apart_exactly(dtype, other):
    a = np.array([2**53 + 1], dtype)
    gap = compare_arrays(a, other, Tolerance(atol=0.5))
    assert (gap.differing, gap.beyond, gap.max_abs) == (1, 1, 1.0)
    assert compare_arrays(other, a, Tolerance(atol=1)).beyond == 0


def test_an_unsigned_integer_is_as_far_from_a_negative_one_as_it_is():
    gap = compare_arrays(np.array([2**63, 3], "u8"), np.array([-(2**63), -4], "i8"), Tolerance(atol=7))
    assert (gap.differing, gap.beyond, gap.max_abs) == (2, 1, 2.0**64)


@pytest.mark.parametrize("far", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_no_number_of_ulp_away(far):
    """None at all would read as the same, and a few as close."""
    near = np.nextafter(np.float32(1), np.float32(2))
    a, b = np.array([1, 5, np.nan], "f4"), np.array([near, 5, np.nan], "f4")
    assert compare_arrays(a, b, EXACT).max_ulp == 1
    b[1] = far
    for one, other in ((a, b), (b, a), (a.astype("f8"), b)):
        assert compare_arrays(one, other, EXACT).max_ulp == np.inf
    assert compare_arrays(a[1:], np.array([1e39, np.nan]), EXACT).max_ulp == np.inf


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.array([np.inf]), np.array([np.finfo("f8").max])),
        (np.array([-np.inf], "f4"), np.array([-1e39])),
        (np.array([np.finfo("f4").max]), np.array([1e39])),
    ],
    ids=["float64", "overflow in float32", "beyond float32"],
)
def test_no_number_of_ulp_reaches_an_infinity(a, b):
    for one, other in ((a, b), (b, a)):
        assert compare_arrays(one, other, Tolerance(ulp=10)).beyond == 1


def test_the_element_furthest_apart_is_named_in_a_large_array():
    a = np.zeros((300, 400), "f4")
    b = a.copy()
    b[299, 7], b[3, 3] = 0.5, 0.25
    gap = compare_arrays(a, b, EXACT)
    assert (gap.differing, gap.size, gap.place, gap.a, gap.b) == (2, 120_000, (299, 7), 0.0, 0.5)
    assert compare_arrays(np.empty((0, 3)), np.empty((0, 3)), EXACT).place == ()


PAIRS = hnp.arrays(np.float32, 5, elements=st.floats(width=32))


@given(PAIRS, PAIRS)
def test_either_order_gives_the_same_distance_and_zero_means_equal(a, b):
    one, two = compare_arrays(a, b, EXACT), compare_arrays(b, a, EXACT)
    assert (one.max_abs, one.max_rel, one.max_ulp, one.differing) == (
        two.max_abs, two.max_rel, two.max_ulp, two.differing,
    )  # fmt: skip
    assert (one.differing == 0) == np.array_equal(a, b, equal_nan=True)
    assert one.beyond == one.differing
