"""Gradient checks of recorded runs."""

from __future__ import annotations

import re

import numpy as np
import pytest
from op_case import cases

import engine
import engine.functions as F
import engine.links as L
from bpdebug.errors import NotCaptured
from bpdebug.explain.gradients import check_run, check_step
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.gradcheck import ParameterCheck, StepCheck
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from engine import Variable
from engine.functions.op import every_op
from tests.support.recorded_case import record_case
from tests.support.watched import MLP, Watched, step

RUNNER = EngineOps(engine)
OPS = [op for op in every_op() if op.__module__.startswith("engine.") and op.differentiable]


def results(tmp_path, run, every=False):
    watched = Watched(tmp_path / "run")
    run()
    with watched.read() as reader:
        return list(check_run(Timeline(reader), RUNNER, every))


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.__name__)
def test_every_op_of_the_engine_passes(op, tmp_path):
    case = cases(op)[0]
    with record_case(case, tmp_path / "run", np.float64) as reader:
        for check in check_run(Timeline(reader), RUNNER):
            if isinstance(check, StepCheck):
                assert check.verdict != "wrong", check
                assert not check.note, check


def test_steps_and_parameters_of_a_training_step_are_right(tmp_path):
    found = results(tmp_path, lambda: step(MLP()))
    assert {check.verdict for check in found} == {"right"}
    assert [check.op for check in found if isinstance(check, StepCheck)] == [
        "mean_squared_error", "linear", "sigmoid", "linear",
    ]  # fmt: skip
    parameters = [check.name for check in found if isinstance(check, ParameterCheck)]
    assert sorted(parameters) == ["MLP.l1.W", "MLP.l1.b", "MLP.l2.W", "MLP.l2.b"]


def test_a_rule_wrong_by_a_thousandth_is_found_by_name(tmp_path, monkeypatch):
    sigmoid = engine.functions.activation.sigmoid.Sigmoid
    right = sigmoid.vjp
    monkeypatch.setattr(sigmoid, "vjp", lambda self, *args: tuple(gx * 1.001 for gx in right(self, *args)))
    wrong = [c for c in results(tmp_path, lambda: step(MLP())) if c.verdict == "wrong"]
    assert [check.op for check in wrong if isinstance(check, StepCheck)] == ["sigmoid"]
    assert wrong[0].inputs[0].role == "gx"
    assert wrong[0].inputs[0].off == pytest.approx(1e-3, rel=0.1)


def test_dropout_and_batch_normalization_are_the_same_again(tmp_path):
    def run():
        x = Variable(np.random.default_rng(0).normal(size=(8, 4)).astype("f"))
        model = engine.Sequential(L.Linear(4, 6), L.BatchNormalization(6), F.relu, F.dropout, L.Linear(6, 2))
        F.mean_squared_error(model(x), np.zeros((8, 2), "f")).backward()

    found = results(tmp_path, run)
    assert {check.verdict for check in found} <= {"right", "kink"}, found
    assert sum(isinstance(check, ParameterCheck) for check in found) == 6


def test_an_array_that_was_changed_after_the_op_ran_is_found(tmp_path):
    def run():
        x = Variable(np.linspace(1, 2, 4, dtype="f"))
        y = F.square(x)
        x.array[2] = 50
        F.sum(y).backward()

    (wrong,) = [check for check in results(tmp_path, run) if check.verdict == "wrong"]
    assert wrong.op == "square"
    assert wrong.inputs[0].element == [2]
    assert "was changed after the op ran" in wrong.inputs[0].note


def test_a_scripts_own_function_is_skipped_in_words(tmp_path):
    class Twice(engine.FunctionNode):
        def forward(self, inputs):
            return (2 * inputs[0],)

        def backward(self, indexes, gys):
            return (2 * gys[0],)

    model = L.Linear(2, 1)
    found = results(tmp_path, lambda: F.sum(Twice().apply((model(np.ones((1, 2), "f")),))[0]).backward())
    skipped = [check for check in found if check.verdict == "skipped"]
    assert [getattr(check, "op", check.__class__.__name__) for check in skipped] == [
        "Twice", "ParameterCheck", "ParameterCheck",
    ]  # fmt: skip
    assert all("only the script that defines it can run it again" in check.note for check in skipped)


def test_a_forward_op_stands_for_its_backward_step_and_other_events_are_refused(tmp_path):
    watched = Watched(tmp_path / "run")
    step(MLP())
    with watched.read() as reader:
        timeline = Timeline(reader)
        check = check_step(timeline, reader.find("it0/forward/MLP/sigmoid"), RUNNER)
        assert reader.address(check.seq) == "it0/backward/MLP/sigmoid"
        with pytest.raises(NotCaptured, match="is no backward step"):
            check_step(timeline, 0, RUNNER)


def fit(one, other):
    """Whether arrays of these shapes can be added."""
    try:
        np.broadcast_shapes(one, other)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "field", "told"),
    [
        ("backward", rb'"gy":\[(\d+)', "output gradients of shape"),
        ("backward", rb'"gy":\[()\d+', "1 outputs and 0 output gradients are recorded"),
        ("grad_accumulated", rb'"add":(\d+)', "what the log says of this walk doesn't fit together"),
    ],
)
def test_a_log_with_gradients_of_other_shapes_is_told_in_words(tmp_path, kind, field, told):
    watched = Watched(tmp_path / "run")
    step(MLP())
    with watched.read() as reader:
        shapes = [reader.array(tensor).shape for tensor in range(reader.tensor_count)]
        directory = reader.directory

    def of_another_shape(found):
        if not found[1]:
            return found[0].rstrip(b"0123456789") + b" " * len(found[0].partition(b"[")[2])
        others = [k for k in range(len(shapes)) if len(str(k)) == len(found[1])]
        mine = int(found[1])
        other = next((k for k in others if not fit(shapes[k], shapes[mine])), mine)
        return found[0].replace(found[1], b"%d" % other)

    lines = (directory / "events.jsonl").read_bytes().splitlines(keepends=True)
    named = b'"kind":"%s"' % kind.encode()
    changed = [re.sub(field, of_another_shape, line) if named in line else line for line in lines]
    (directory / "events.jsonl").write_bytes(b"".join(changed))
    with LogReader(directory) as reader:
        found = list(check_run(Timeline(reader), RUNNER, every=True))
    assert any(told in check.note for check in found)
