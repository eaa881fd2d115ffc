"""The way from a gradient to the loss."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import engine.functions as F
import engine.links as L
from bpdebug.errors import NotCaptured
from bpdebug.explain import path_to_loss
from bpdebug.explain.as_json import path_objects
from bpdebug.explain.as_text import path_lines
from bpdebug.timeline import Timeline
from engine import Variable
from tests.support.watched import MLP, Watched, step


def test_the_way_goes_back_op_by_op_with_the_factor_of_each(tmp_path):
    watched = Watched(tmp_path / "run")
    step(MLP())
    with watched.read() as reader:
        timeline = Timeline(reader)
        seq = reader.find("it0/backward/MLP.l1/linear")
        steps = path_to_loss(timeline, seq, "gW")
        assert [step.label for step in steps] == ["linear", "sigmoid", "linear", "mean_squared_error"]
        assert [step.role_out for step in steps] == ["gW", "gx", "gx", "ga"]
        norm = np.linalg.norm(timeline.moment(seq).tensor("gW").array())
        assert np.prod([step.factor for step in steps]) == pytest.approx(norm, rel=1e-6)  # the seed is 1
        for one, other in itertools.pairwise(steps):
            assert one.arrived == pytest.approx(other.left)
        text = "\n".join(path_lines(steps))
        assert "over 4 ops" in text
        assert "shrinks most" in text


def test_where_a_variable_was_used_twice_it_goes_through_the_larger_contribution(tmp_path):
    watched = Watched(tmp_path / "run")
    h = F.tanh(Variable(np.array([0.1, 0.2], "f")))
    F.sum(F.exp(h) + 100 * F.sin(h)).backward()
    with watched.read() as reader:
        steps = path_to_loss(Timeline(reader), reader.find("it0/backward/tanh"))
        assert [step.label for step in steps] == ["tanh", "sin", "mul", "add", "sum"]
        assert steps[0].forks == 1


@pytest.mark.parametrize(("shift", "factor"), [(15, 1e-6), (40, 0)])
def test_a_vanished_gradient_is_located(shift, factor, tmp_path):
    """Of a saturated sigmoid; that of x + 40 is 0 in float32."""
    np.random.seed(0)
    watched = Watched(tmp_path / "run")
    y = L.Linear(2, 2)(np.ones((1, 2), "f"))
    F.sum(F.sigmoid(y + shift)).backward()
    with watched.read() as reader:
        steps = path_to_loss(Timeline(reader), reader.find("it0/backward/Linear/linear"), "gW")
        smallest = min((step for step in steps if step.arrived), key=lambda step: step.factor)
        assert smallest.label == "sigmoid"
        assert smallest.factor <= factor
        marked = [line for line in path_lines(steps) if "shrinks most" in line]
        assert len(marked) == 1
        assert "sigmoid" in marked[0]


@pytest.mark.parametrize("capture", ["stats", "sample"])
def test_norms_come_from_statistics_where_the_values_were_not_kept(capture, tmp_path):
    texts = []
    for name in ("full", capture):
        np.random.seed(0)
        watched = Watched(tmp_path / name, name)
        step(MLP())
        with watched.read() as reader:
            steps = path_to_loss(Timeline(reader), reader.find("it0/backward/MLP.l1/linear"), "gW")
            texts.append("\n".join(path_lines(steps)))
    assert "shrinks most" in texts[0]
    assert texts[0] == texts[1]


def test_a_gradient_that_is_not_finite_stays_so_where_only_statistics_were_kept(tmp_path):
    watched = Watched(tmp_path / "run", "stats")
    x = Variable(np.array([0.0, 1.0], "f"))
    with np.errstate(divide="ignore"):
        F.sum(F.sqrt(x)).backward()
    with watched.read() as reader:
        assert path_to_loss(Timeline(reader), reader.find("it0/backward/sqrt"))[0].left == np.inf


def test_a_norm_that_the_log_does_not_know_is_no_nan(tmp_path):
    watched = Watched(tmp_path / "run", "none")
    step(MLP())
    with watched.read() as reader:
        steps = path_to_loss(Timeline(reader), reader.find("it0/backward/MLP.l1/linear"), "gW")
    assert {(step.arrived, step.left) for step in steps} == {(None, None)}
    assert path_objects(steps)[0]["left"] == {"role": "gW", "norm": None}
    text = "\n".join(path_lines(steps))
    assert "|gW| ?" in text
    assert "nan" not in text
    assert "in all" not in text  # no factor is known
    assert text.count("?: not captured, because the run kept no values (--capture none)") == 1


def test_where_some_norms_are_known_their_product_is_of_those(tmp_path):
    watched = Watched(tmp_path / "run", "none@sigmoid;full")
    step(MLP())
    with watched.read() as reader:
        steps = path_to_loss(Timeline(reader), reader.find("it0/backward/MLP.l1/linear"), "gW")
    text = "\n".join(path_lines(steps))
    assert "over 3 of 4 ops" in text
    assert "?: not captured" in text


def test_only_a_backward_step_has_a_way(tmp_path):
    watched = Watched(tmp_path / "run")
    step(MLP())
    with watched.read() as reader, pytest.raises(NotCaptured, match="is no backward step"):
        path_to_loss(Timeline(reader), reader.find("it0/forward/MLP.l1/linear"))
