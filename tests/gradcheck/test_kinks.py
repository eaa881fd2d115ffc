"""Every op with a kink, right at it: the check of the recorded step finds the kink, and calls no rule wrong there."""

from __future__ import annotations

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug.explain.gradients import check_run
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.gradcheck import StepCheck
from bpdebug.timeline import Timeline
from engine import Variable
from tests.support.watched import Watched

RUNNER = EngineOps(engine)
ZERO = np.array([[0.0, 1.0, -2.0], [0.7, 0.0, 3.0]], "f")
EQUAL = np.array([[2.0, 2.0, -1.0], [0.5, 3.0, 3.0]], "f")
IMAGE = np.array([[4, 4, 1], [2, 0, 4], [4, 3, 4]], "f").reshape(1, 1, 3, 3)
BOX = np.array([[0, 0, 2, 2]], "f"), np.array([0], "i")
T = np.array([0, 1])
OTHER = np.full((2, 3), 0.5, "f")

KINKS = {
    "absolute": lambda: F.absolute(Variable(ZERO)),
    "absolute_error": lambda: F.absolute_error(Variable(OTHER), OTHER.copy()),
    "mean_absolute_error": lambda: F.mean_absolute_error(Variable(OTHER), OTHER.copy()),
    "relu": lambda: F.relu(Variable(ZERO)),
    "leaky_relu": lambda: F.leaky_relu(Variable(ZERO)),
    "elu": lambda: F.elu(Variable(ZERO), 0.5),
    "selu": lambda: F.selu(Variable(ZERO)),
    "rrelu": lambda: F.rrelu(Variable(ZERO)),
    "prelu": lambda: F.prelu(Variable(ZERO), Variable(np.array([0.1, 0.2, 0.3], "f"))),
    "crelu": lambda: F.crelu(Variable(ZERO)),
    "clipped_relu": lambda: F.clipped_relu(Variable(ZERO), 3.0),
    "relu6": lambda: F.relu6(Variable(2 * ZERO)),
    "hard_sigmoid": lambda: F.hard_sigmoid(Variable(np.array([2.5, -2.5, 0.3], "f"))),
    "clip": lambda: F.clip(Variable(ZERO), -2.0, 1.0),
    "maximum": lambda: F.maximum(Variable(EQUAL), Variable(EQUAL[:, ::-1].copy())),
    "minimum": lambda: F.minimum(Variable(EQUAL), Variable(EQUAL[:, ::-1].copy())),
    "max": lambda: F.max(Variable(EQUAL), axis=1),
    "min": lambda: F.min(Variable(EQUAL * -1), axis=1),
    "maxout": lambda: F.maxout(Variable(np.repeat(EQUAL, 2, 1)), 2),
    "max_pooling": lambda: F.max_pooling_2d(Variable(IMAGE), 2, 1),
    "roi_max_pooling_2d": lambda: F.roi_max_pooling_2d(Variable(IMAGE), *BOX, 1, 1.0),
    "spatial_pyramid_pooling_2d": lambda: F.spatial_pyramid_pooling_2d(
        Variable(np.pad(IMAGE, ((0, 0), (0, 0), (0, 1), (0, 1)))), 2, pooling="max"
    ),
    "hinge": lambda: F.hinge(Variable(np.array([[1, -1, 0], [0.5, 1, -1]], "f")), T),
    "huber_loss": lambda: F.huber_loss(Variable(ZERO), ZERO - np.float32(1), 1.0),
    "contrastive": lambda: F.contrastive(Variable(OTHER), OTHER.copy(), np.array([0, 0])),
    "triplet": lambda: F.triplet(Variable(OTHER), OTHER.copy(), OTHER + np.float32(1 / 3), margin=1 / 3),
    "prod": lambda: F.prod(Variable(ZERO), axis=1),
    "sign": lambda: F.sign(Variable(ZERO)) * Variable(ZERO),
    "floor": lambda: F.floor(Variable(ZERO)) * Variable(ZERO),
    "fmod": lambda: F.fmod(Variable(np.array([2.0, 3.1], "f")), np.array([1.0, 2.0], "f")),
    "normalize": lambda: F.normalize(Variable(np.zeros((2, 3), "f"))),
    "softmax": lambda: F.softmax(Variable(EQUAL)),
}
NO_CORNER = {"huber_loss", "normalize", "prod", "sign", "floor", "softmax"}
"""Smooth there, or without a gradient of their own."""
IN_THE_MIDDLE = {"absolute", "contrastive"}
"""Their rules give the mean of both sides, as central differences do: right without a word."""


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["max_pooling", "zeros", "roi_max_pooling_2d"])
def test_no_pooling_is_called_wrong_where_windows_overlap(name, seed, tmp_path):
    """As behind a ReLU, where whole windows are zero, and gradients of both signs arrive."""
    rng = np.random.default_rng(seed)
    image = np.maximum(rng.integers(-6, 2, (1, 2, 8, 8)), 0).astype("f")
    if name == "zeros":
        image[:] = 0
    watched = Watched(tmp_path / "run")
    y = F.max_pooling_2d(Variable(image), 3, 2) if name != "roi_max_pooling_2d" else None
    if y is None:
        y = F.roi_max_pooling_2d(
            Variable(image), np.array([[0, 0, 6, 6], [1, 2, 7, 7]], "f"), np.zeros(2, "i"), 3, 1.0
        )
    y.grad = rng.normal(size=y.shape).astype("f")
    y.backward()
    with watched.read() as reader:
        found = [check for check in check_run(Timeline(reader), RUNNER) if isinstance(check, StepCheck)]
    assert {check.verdict for check in found} == {"kink"}, found


@pytest.mark.parametrize("name", KINKS)
def test_no_rule_is_called_wrong_at_its_kink(name, tmp_path):
    watched = Watched(tmp_path / "run")
    y = KINKS[name]()
    y.grad = np.random.default_rng(3).uniform(0.5, 1.5, y.shape).astype("f")
    y.backward()
    with watched.read() as reader:
        found = [check for check in check_run(Timeline(reader), RUNNER) if isinstance(check, StepCheck)]
    verdicts = {check.verdict for check in found}
    assert "wrong" not in verdicts, found
    if name not in NO_CORNER | IN_THE_MIDDLE:
        assert "kink" in verdicts, found
        assert any("on the left" in inside.note for check in found for inside in check.inputs)
