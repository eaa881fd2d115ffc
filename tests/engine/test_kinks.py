"""Gradients where a function has a kink are those of real Chainer 7.8.1, each of which was asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

import engine
from engine import Variable
from engine import functions as F

ZEROS = numpy.array([0.0, -0.0], "f")


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (F.relu, 0),
        (lambda x: F.leaky_relu(x, 0.25), 0.25),
        (lambda x: F.leaky_relu(x, -0.5), -0.5),
        (lambda x: F.elu(x, 2.0), 2),
        (lambda x: F.selu(x, 3.0, 0.5), 1.5),
        (lambda x: F.clipped_relu(x, 1.0), 0),
        (lambda x: F.prelu(F.reshape(x, (2, 1)), numpy.array([0.25], "f")), 1),
        (lambda x: F.rrelu(x, r=numpy.array([0.25, 0.25], "f")), 1),
        (F.absolute, 0),
        (lambda x: F.maximum(x, ZEROS), 1),
        (lambda x: F.minimum(x, ZEROS), 1),
        (lambda x: F.clip(x, 0.0, 1.0), 1),
        (lambda x: F.clip(x, -1.0, 0.0), 1),
        (lambda x: F.absolute_error(x, ZEROS), 0),
    ],
)
def test_the_slope_at_zero(function: Callable[[Any], Variable], slope: float) -> None:
    x = Variable(ZEROS)
    F.sum(function(x)).backward()
    assert x.grad.tolist() == [slope, slope]


@pytest.mark.parametrize(
    ("function", "curvature"),
    [
        (lambda x: F.elu(x, 2.0), 2),
        (lambda x: F.huber_loss(x + 1, numpy.zeros(2, "f"), 1.0, "no"), 1),
        (lambda x: F.huber_loss(x - 1, numpy.zeros(2, "f"), 1.0, "no"), 1),
    ],
)
def test_the_second_derivative_at_the_kink(function: Callable[[Any], Variable], curvature: float) -> None:
    x = Variable(ZEROS)
    (gx,) = engine.grad([function(x)], [x], [Variable(numpy.ones(2, "f"))], enable_double_backprop=True)
    x.cleargrad()
    F.sum(gx).backward()
    assert x.grad.tolist() == [curvature, curvature]
