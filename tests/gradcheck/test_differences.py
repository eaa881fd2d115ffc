"""The check itself: what is wrong is found and located, what is right passes, kinks are known."""

from __future__ import annotations

import numpy as np
import pytest

from bpdebug.gradcheck import check_vjp

RNG = np.random.default_rng(5)


def checked(forward, x, gx, gy=None):
    ys = forward([x])
    gys = [np.ones_like(y) for y in ys] if gy is None else [gy]
    (check,) = check_vjp(forward, [x], gys, [gx], ["x"])
    return check


def squares(xs):
    return [xs[0] ** 2]


def relu(xs):
    return [np.maximum(xs[0], 0)]


def test_a_right_rule_passes():
    x = RNG.normal(size=(30, 20))
    assert checked(squares, x, 2 * x).verdict == "right"


def test_a_rule_wrong_by_a_thousandth_fails():
    x = RNG.normal(size=(30, 20))
    check = checked(squares, x, 2.002 * x)
    assert (check.verdict, check.role) == ("wrong", "gx")
    assert check.off == pytest.approx(1e-3, rel=0.1)


def test_one_wrong_element_among_many_is_located():
    x = RNG.normal(size=(100, 100))
    gx = 2 * x
    gx[41, 7] += 3
    check = checked(squares, x, gx)
    assert (check.verdict, check.element) == ("wrong", [41, 7])
    assert check.expected == pytest.approx(2 * x[41, 7], rel=1e-4)
    assert check.found == gx[41, 7]


def test_what_arrives_is_part_of_it():
    x, gy = RNG.normal(size=4), RNG.normal(size=4)
    assert checked(squares, x, 2 * x * gy, gy).verdict == "right"
    assert checked(squares, x, 2 * x, gy).verdict == "wrong"


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_relu_at_zero_may_have_any_slope_between_its_two(slope):
    x = np.array([-1.0, 0.0, 2.0])
    check = checked(relu, x, np.array([0.0, slope, 1.0]))
    assert check.verdict == ("right" if slope == 0.5 else "kink")  # 0.5 is what central differences give
    if slope != 0.5:
        assert check.element == [1]
        assert "0 on the left, 1 on the right" in check.note


def test_a_slope_outside_of_the_two_is_wrong_at_a_kink_too():
    check = checked(relu, np.array([-1.0, 0.0, 2.0]), np.array([0.0, -1.0, 1.0]))
    assert (check.verdict, check.element) == ("wrong", [1])


def test_a_wrong_element_is_found_among_kinks():
    x = np.zeros(200)
    x[150] = 1.0
    gx = np.zeros(200)  # right at each kink, wrong at 150
    check = checked(relu, x, gx)
    assert check.verdict in ("wrong", "kink")
    x[:100] = -1.0
    x[100:] = np.linspace(0.1, 1, 100)
    gx = (x > 0).astype(float)
    gx[150] = 0
    assert checked(relu, x, gx).element == [150]


def test_equal_maxima_are_kinks():
    check = checked(
        lambda xs: [np.max(xs[0], keepdims=True)], np.array([1.0, 3.0, 3.0]), np.array([0.0, 1.0, 0.0])
    )
    assert check.verdict == "kink"


def overlapping(xs):
    """The largest of three, in windows that overlap."""
    return [np.lib.stride_tricks.sliding_window_view(xs[0], 3).max(-1)]


@pytest.mark.parametrize("seed", range(5))
def test_a_rule_may_choose_in_each_of_the_windows_in_which_maxima_are_equal(seed):
    gy = np.random.default_rng(seed).normal(size=6)
    gx = np.zeros(8)
    gx[:6] = gy  # the first of each window
    assert checked(overlapping, np.zeros(8), gx, gy).verdict in ("kink", "right")
    gx[4] = np.abs(gy).sum() + 1  # what no choice gives
    check = checked(overlapping, np.zeros(8), gx, gy)
    assert (check.verdict, check.element) == ("wrong", [4])


def test_an_input_without_axes_stays_an_array():
    def square(xs):
        assert isinstance(xs[0], np.ndarray)
        return [np.asarray(xs[0] ** 2)]

    assert checked(square, np.array(3.0), np.array(6.0)).verdict == "right"
    assert checked(square, np.array(3.0), np.array(6.1)).verdict == "wrong"


@pytest.mark.parametrize("eps", [1e-2, 1e-4])
def test_a_right_rule_where_the_function_bends_sharply_is_not_called_wrong(eps):
    """A vector of zeros, normalized: the slope falls by half within eps."""
    x = np.zeros(3)
    check = checked(lambda xs: [xs[0] / (np.linalg.norm(xs[0]) + eps)], x, np.ones(3) / eps)
    assert check.verdict in ("skipped", "kink")


@pytest.mark.parametrize("eps", [1e-2, 1e-4])
def test_a_wrong_rule_is_called_wrong_there(eps):
    x = np.zeros(3)
    check = checked(lambda xs: [xs[0] / (np.linalg.norm(xs[0]) + eps)], x, 1.1 * np.ones(3) / eps)
    assert check.verdict == "wrong"


def test_an_op_that_gives_other_outputs_each_time_is_skipped():
    rng = np.random.default_rng(0)
    check = checked(lambda xs: [xs[0] * rng.uniform(size=xs[0].shape)], np.ones(3), np.ones(3))
    assert (check.verdict, check.note) == ("skipped", "the op gives other outputs each time")


def test_values_that_are_not_finite_are_skipped_in_words():
    with np.errstate(all="ignore"):
        check = checked(lambda xs: [np.log(xs[0])], np.array([0.0, 1.0]), np.array([np.inf, 1.0]))
    assert (check.verdict, check.note) == ("skipped", "values or differences here are not finite")


def test_an_op_that_computes_in_float32_is_checked_as_finely_as_it_allows():
    def forward(xs):
        return [(xs[0] ** 2).astype(np.float32)]

    x = RNG.normal(size=50)
    assert checked(forward, x, 2 * x).verdict == "right"
    assert checked(forward, x, 3 * x).verdict == "wrong"


def test_a_gradient_of_another_shape_is_wrong():
    assert "shape (2,)" in checked(squares, np.ones(3), np.ones(2)).note


def test_a_symmetric_input_is_moved_so_that_it_stays_symmetric():
    """The lower triangle alone is read; the rule shares what it gives between both."""
    x = np.array([[2.0, 0.5], [0.5, 1.0]])

    def forward(xs):
        return [np.tril(xs[0]) ** 2]

    lower = 2 * np.tril(x)
    shared = (lower + lower.T) / 2
    (check,) = check_vjp(forward, [x], [np.ones((2, 2))], [shared], ["x"], symmetric=(0,))
    assert check.verdict == "right"
    (check,) = check_vjp(forward, [x], [np.ones((2, 2))], [shared * 1.01], ["x"], symmetric=(0,))
    assert (check.verdict, check.element) == ("wrong", None)
    (check,) = check_vjp(forward, [x], [np.ones((2, 2))], [shared], ["x"])
    assert check.verdict == "wrong"
