"""The gradient of a whole graph against differences of the loss."""

from __future__ import annotations

import numpy as np
import pytest

from bpdebug.gradcheck import Graph, GraphStep, check_parameters

W = np.array([0.5, -1.5, 2.0])
X = np.array([1.0, 2.0, 3.0])
RIGHT = 2 * (W * X).sum() * X


def graph(value=None, squash=np.square, item_size=8):
    """loss = f(sum of W x), with W used once."""
    steps = [
        GraphStep(lambda xs: [(xs[0] * xs[1]).sum()], ["W", "x"], [W, X], ["h"]),
        GraphStep(lambda xs: [squash(xs[0])], ["h"], [(W * X).sum()], ["loss"]),
    ]
    true = float(squash((W * X).sum()))
    return Graph(steps, [("loss", np.ones(()))], true if value is None else value, item_size)


def verdict(gradient, **changed):
    (check,) = check_parameters(graph(**changed), {"W": ("MLP.W", W, gradient)}, 7)
    assert (check.seq, check.name) == (7, "MLP.W")
    return check.verdict


def test_a_right_gradient_passes():
    assert verdict(RIGHT) == "right"


@pytest.mark.parametrize("factor", [2, 0, 1.001, -1])
def test_one_that_was_added_twice_left_out_or_is_a_little_wrong_fails(factor):
    assert verdict(RIGHT * factor) == "wrong"


def test_a_float32_gradient_may_be_rounded():
    assert verdict(RIGHT * (1 + 1e-6), item_size=4) == "right"
    assert verdict(RIGHT * 1.01, item_size=4) == "wrong"


def test_a_loss_that_depends_on_what_is_not_known_is_skipped():
    assert verdict(RIGHT, value=99.0) == "skipped"


def test_a_kink_of_the_loss_is_not_wrong():
    at_zero = float((W * X).sum())
    assert verdict(X * 0, squash=lambda h: np.abs(h - at_zero)) in ("right", "kink")


def test_rounding_where_all_terms_cancel_is_not_wrong():
    """Beside another gradient of size 1, one of 1e-7 in float32 is none."""
    b = np.zeros(3)
    checks = check_parameters(graph(item_size=4), {"W": ("W", W, RIGHT), "b": ("b", b, np.full(3, 1e-7))}, 0)
    assert [check.verdict for check in checks] == ["right", "right"]
