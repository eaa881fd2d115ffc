"""Explanations where NaN and infinities take part: what is said must be true of them, too."""

from __future__ import annotations

import math

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug.explain import explain, made_here
from bpdebug.explain.as_text import explanation_lines
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.schema import Kind
from engine import Variable

RUNNER = EngineOps(engine)
NAN, INF = math.nan, math.inf

ROWS = np.array([[NAN, 1, 2], [2, -1, 1], [INF, 1, 0], [1, 2, 3]], "f")
OTHERS = np.array([[1, 1, 2], [2, NAN, 1], [1, 1, 0], [1, 2, 2.5]], "f")
FAR = np.array([[1, 1, 3], [2, 1, 1], [1, 1, 0], [NAN, 2, 2.5]], "f")
IMAGE = np.array([0, NAN, 1, 2, INF, 3, 4, 5, 5], "f").reshape(1, 1, 3, 3)
LABELS = np.array([0, 1, 2, 1], "i")
SAME = np.array([0, 1, 0, 0], "i")

OPS = {
    "relu": lambda x, y, z: F.relu(x),
    "leaky_relu": lambda x, y, z: F.leaky_relu(x),
    "elu": lambda x, y, z: F.elu(x),
    "clip": lambda x, y, z: F.clip(x, 0.0, 1.0),
    "max": lambda x, y, z: F.max(x, axis=1),
    "min": lambda x, y, z: F.min(x, axis=0),
    "maximum": lambda x, y, z: F.maximum(x, y),
    "minimum": lambda x, y, z: F.minimum(x, y),
    "huber_loss": lambda x, y, z: F.huber_loss(x, y, 1.0, reduce="no"),
    "hinge": lambda x, y, z: F.hinge(x, LABELS, reduce="no"),
    "contrastive": lambda x, y, z: F.contrastive(x, y, SAME, reduce="no"),
    "triplet": lambda x, y, z: F.triplet(x, y, z),
    "max_pooling": lambda x, y, z: F.max_pooling_2d(Variable(IMAGE), 2, 1),
    "cumprod": lambda x, y, z: F.cumprod(y, axis=1),
    "lstm": lambda x, y, z: F.lstm(z[2:, :2], F.concat([x, y, z[:, :2]], 1)[2:])[0],
}


def explained(log, op):
    """Explanations of all that the op and its backward step made, with the lines that tell them."""

    def run():
        y = op(*(Variable(values.copy()) for values in (ROWS, OTHERS, FAR)))
        y.grad = np.ones_like(y.array)
        y.backward()

    with np.errstate(all="ignore"):
        timeline = log(run)
    for seq in range(len(timeline)):
        moment = timeline.moment(seq)
        if moment.kind not in (Kind.forward, Kind.backward):
            continue
        for view in made_here(moment):
            for place in np.ndindex(view.array().shape):
                e = explain(timeline, seq, f"{view.role}[{','.join(map(str, place))}]", RUNNER)
                yield e, "\n".join(explanation_lines(e, 200))


@pytest.mark.parametrize("name", OPS)
def test_the_terms_give_what_is_recorded(name, log):
    for e, text in explained(log, OPS[name]):
        assert e.total == pytest.approx(e.recorded, rel=1e-5, nan_ok=True), text


@pytest.mark.parametrize("name", OPS)
def test_nan_is_not_said_to_be_less_or_more_than_anything(name, log):
    for e, text in explained(log, OPS[name]):
        assert not any("nan" in note for note in e.notes), text  # at a kink, or where the op is flat
        for note in [term.note for term in e.terms if "nan" in term.note]:
            if any(sign in note for sign in "<>≤≥"):
                assert note.endswith("doesn't hold"), text
            assert not any(word in note for word in ("beyond", "below", "largest", "smallest")), text


def test_an_infinity_is_at_no_kink(log):
    assert not any("inf is at a kink" in note for e, _ in explained(log, OPS["relu"]) for note in e.notes)


def test_no_part_of_what_has_no_size_is_said_to_be_listed(log):
    timeline = log(lambda: F.sum(Variable(ROWS)))
    e = explain(timeline, timeline.reader.find("it0/forward/sum"), "y", RUNNER, limit=2)
    text = "\n".join(explanation_lines(e, 200))
    assert "total: 2 of 11 terms listed; 1 more is 0\n" in text


def test_of_a_maximum_that_is_nan_the_first_one_is_named(log):
    timeline = log(lambda: F.max(Variable(OTHERS), axis=1))
    text = "\n".join(explanation_lines(explain(timeline, 0, "y[1]", RUNNER), 200))
    assert "(the first NaN of 3)" in text
