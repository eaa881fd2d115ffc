"""Statistics are exact where they can be, over finite elements, for every dtype, and never warn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bpdebug.timeline import Statistics, statistics


def test_an_empty_array_has_no_figures():
    assert statistics(np.empty((0, 3), "f4")) == Statistics(0, None, None, None, None, None)


def test_a_0d_array_is_its_own_mean():
    assert statistics(np.array(-2.5, "f2")) == Statistics(1, -2.5, -2.5, -2.5, 0.0, 2.5)


def test_nonfinite_elements_are_counted_and_left_out():
    found = statistics(np.array([[1, np.nan, np.inf], [-np.inf, 3, 0]], "f4"))
    assert (found.min, found.max, found.mean, found.zeros) == (0.0, 3.0, pytest.approx(4 / 3), 1)
    assert (found.nan, found.pos_inf, found.neg_inf, found.nonfinite) == (1, 1, 1, 3)


def test_only_nonfinite_elements_leave_no_figures():
    found = statistics(np.array([np.nan, np.inf], "f8"))
    assert (found.size, found.min, found.mean, found.l2, found.nan, found.pos_inf) == (
        2,
        None,
        None,
        None,
        1,
        1,
    )


def test_integers_stay_exact():
    found = statistics(np.array([2**63 - 1, -(2**63)], "i8"))
    assert (found.min, found.max) == (-(2**63), 2**63 - 1)
    assert isinstance(found.min, int)


def test_truth_values_count_as_0_and_1():
    found = statistics(np.array([True, False, True, True]))
    assert (found.min, found.max, found.mean, found.zeros) == (0, 1, 0.75, 1)


def test_huge_and_tiny_values_neither_overflow_nor_vanish():
    assert statistics(np.array([3e200, 4e200])).l2 == pytest.approx(5e200)
    assert statistics(np.array([1e308, 1e308])).mean == pytest.approx(1e308)
    assert statistics(np.array([3e-200, 4e-200])).l2 == pytest.approx(5e-200, rel=1e-12)


def test_a_float16_sum_beyond_its_range_is_right():
    found = statistics(np.full(100_000, 1000, "f2"))
    assert (found.mean, found.std) == (1000.0, 0.0)


def test_arrays_longer_than_a_chunk_are_measured_whole():
    array = np.arange(3_000_000, dtype="f4")
    found = statistics(array)
    assert (found.size, found.min, found.max) == (3_000_000, 0.0, 2_999_999.0)
    assert found.mean == pytest.approx(array.mean(dtype="f8"))
    assert found.std == pytest.approx(array.std(dtype="f8"))


def test_the_array_is_left_as_it_was():
    array = np.array([1.0, 2.0, 4.0])
    array.flags.writeable = False
    statistics(array)
    assert array.tolist() == [1, 2, 4]


@given(
    hnp.arrays(
        st.sampled_from(["f2", "f4", "f8", "i1", "u8", "?"]),
        hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4),
    )
)
def test_statistics_agree_with_numpy(array):
    found = statistics(array)
    finite = array[np.isfinite(array)]
    assert found.size == array.size
    assert found.size == finite.size + found.nonfinite
    if not finite.size:
        assert found.min is found.max is found.mean is None
        return
    assert (found.min, found.max) == (finite.min(), finite.max())
    assert found.min <= found.mean <= found.max
    scale = float(np.abs(finite.astype("f8")).max()) or 1.0
    expected = finite.astype("f8") / scale
    assert found.mean / scale == pytest.approx(expected.mean(), abs=1e-9)
    assert found.std / scale == pytest.approx(expected.std(), abs=1e-7)
    norm = math.sqrt((expected**2).sum())
    if scale > 1 and norm > np.finfo("f8").max / scale:
        assert found.l2 == math.inf  # the norm itself is no float64
    else:
        assert found.l2 / scale == pytest.approx(norm, rel=1e-9)
