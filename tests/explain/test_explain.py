"""Explanations of runs: names, notes, changes of gradients and parameters, what can't be explained."""

from __future__ import annotations

import numpy as np
import pytest

import engine
import engine.functions as F
import engine.links as L
from bpdebug.errors import CannotRerun, NotCaptured, UsageError
from bpdebug.explain import explain, made_here
from bpdebug.explain.as_text import explanation_lines
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.schema import Kind
from bpdebug.text import cell_width
from bpdebug.timeline import Timeline
from engine import UpdateRule, Variable, optimizers
from tests.support.watched import MLP, Watched, step

RUNNER = EngineOps(engine)


def at(timeline, address):
    return timeline.reader.find(address)


def only(timeline, kind):
    return [seq for seq in range(len(timeline)) if timeline.reader.index[seq]["kind"] == kind]


def recorded(timeline, e, role):
    """The whole tensor `role` of the event that made an explained element."""
    return timeline.moment(e.seq).tensor(role).array()


def names(e):
    return [" · ".join(factor.name for factor in term.factors) for term in e.terms]


def test_a_weight_gradient_of_linear_is_a_sum_over_the_batch(log):
    timeline = log(lambda: step(MLP()))
    e = explain(timeline, at(timeline, "it0/backward/MLP.l1/linear"), "gW[2,1]", RUNNER)
    assert e.forms == ["Σ gy[n,2] x[n,1] over n < 3"]
    assert set(names(e)) == {"gy[0,2] · x[0,1]", "gy[2,2] · x[2,1]"}
    assert (e.count, e.zeros) == (3, 1)
    assert e.variable == "MLP.l1.W"
    assert e.formula == "gW = gyᵀ x"
    assert "test_explain.py" not in e.where
    assert e.followed in ("gy[0,2]", "gy[2,2]")
    assert [abs(term.value) for term in e.terms] == sorted(
        [abs(term.value) for term in e.terms], reverse=True
    )


def test_local_derivatives_are_named_by_the_ops_formula(log):
    timeline = log(lambda: step(MLP()))
    e = explain(timeline, at(timeline, "it0/backward/MLP/sigmoid"), "gx[0,2]", RUNNER)
    assert names(e) == ["gy[0,2] · y[0,2] · (1 − y[0,2])"]
    assert [factor.value for factor in e.terms[0].factors[1:]] == pytest.approx(
        [recorded(timeline, e, "y")[0, 2], 1 - recorded(timeline, e, "y")[0, 2]]
    )
    assert e.how == "from the recorded tensors"


def test_an_output_of_an_elementwise_op_is_its_formula_with_operands(log):
    def run():
        a, b = Variable(np.array([2.0, 3.0], "f")), Variable(np.array([5.0, 7.0], "f"))
        F.sum(a * b + F.tanh(a)).backward()

    timeline = log(run)
    product = explain(timeline, at(timeline, "it0/forward/mul"), "y[1]", RUNNER)
    assert names(product) == ["a[1] · b[1]"]
    assert [factor.value for factor in product.terms[0].factors] == [3, 7]
    assert product.total == 21
    gradient = explain(timeline, at(timeline, "it0/backward/mul"), "ga[1]", RUNNER)
    assert names(gradient) == ["gy[1] · b[1]"]


def test_a_stretched_input_says_over_which_axes_its_gradient_is_summed(log):
    def run():
        x, b = Variable(np.ones((2, 3), "f")), Variable(np.ones((1, 3), "f"))
        F.sum(x + F.broadcast_to(b, (2, 3))).backward()

    timeline = log(run)
    e = explain(timeline, at(timeline, "it0/backward/broadcast_to"), "gx[0,1]", RUNNER)
    assert names(e) == ["gy[0,1]", "gy[1,1]"]
    assert e.notes == ["x (1, 3) was stretched to (2, 3): its gradient is summed over axis 0"]


def test_max_pooling_names_the_winner_and_the_runner_up(log):
    image = np.array([[1, 5, 2], [4, 3, 0]], "f").reshape(1, 1, 2, 3)
    timeline = log(lambda: F.sum(F.max_pooling_2d(Variable(image), 2, 1)).backward())
    e = explain(timeline, at(timeline, "it0/forward/max_pooling"), "y[0,0,0,0]", RUNNER)
    assert names(e) == ["x[0,0,0,1]"]
    assert e.terms[0].note == "the largest of 4 in the window; the next is 4.0"
    gradient = explain(timeline, at(timeline, "it0/backward/max_pooling"), "gx[0,0,0,1]", RUNNER)
    assert gradient.recorded == gradient.total == 2
    assert gradient.forms == ["Σ gy of the windows that it wins: 2 of the 2 that it is in"]


def test_a_fork_lists_what_each_consumer_contributed(log):
    def run():
        x = Variable(np.array([0.5, -1.0], "f"), name="x")
        h = x * 2
        F.sum(F.tanh(h) + h * h + F.exp(h)).backward()

    timeline = log(run)
    last = only(timeline, Kind.grad_accumulated)
    of_h = [seq for seq in last if timeline.moment(seq).label == "grad:mul"]
    e = explain(timeline, of_h[-1], "grad[1]", RUNNER)
    assert len(e.terms) >= 3
    assert e.total == pytest.approx(e.recorded, rel=1e-6)
    sources = " ".join(term.note for term in e.terms)
    for op in ("tanh", "exp", "mul"):
        assert f"from it0/backward/{op}" in sources


@pytest.mark.parametrize(
    ("optimizer", "factors"),
    [
        (optimizers.SGD(0.5), {"before[0,1]", "−lr · gradient[0,1]"}),
        (optimizers.MomentumSGD(0.5), {"before[0,1]", "momentum · v[0,1]", "−lr · gradient[0,1]"}),
        (
            optimizers.Adam(),
            {
                "before[0,1]",
                "−eta lr / (√v + eps) · beta1 · m[0,1]",
                "−eta lr / (√v + eps) · 1 − beta1 · gradient[0,1]",
            },
        ),
        (optimizers.AdamW(weight_decay_rate=0.1), {"before[0,1]", "−decay eta · before[0,1]"}),
        (optimizers.AdaDelta(), {"before[0,1]", "step of AdaDeltaRule[0,1]"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_update_is_explained_by_its_rule(optimizer, factors, log):
    def run():
        model = MLP()
        optimizer.setup(model)
        for _ in range(3):
            step(model, optimizer)

    timeline = log(run)
    seq = at(timeline, "it2/update/MLP.l2.W")
    for role in ("after", "delta"):
        e = explain(timeline, seq, f"{role}[0,1]", RUNNER)
        assert e.total == pytest.approx(e.recorded, rel=1e-5, abs=1e-7)
        assert factors - ({"before[0,1]"} if role == "delta" else set()) <= set(names(e))
        assert ("decay · before" in e.formula) == isinstance(optimizer, optimizers.AdamW), e.formula


@pytest.mark.parametrize(
    ("optimizer", "own"),
    [
        (optimizers.MomentumSGD(0.5), {"momentum": 0.25, "lr": 0.3}),
        (optimizers.Adam(), {"beta1": 0.5, "eps": 0.1, "eta": 0.3, "weight_decay_rate": 0.2}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_update_is_explained_by_the_settings_of_its_parameter(optimizer, own, log):
    def run():
        model = MLP()
        optimizer.setup(model)
        for name, value in own.items():
            setattr(model.l2.W.update_rule.hyperparam, name, value)
        for _ in range(3):
            step(model, optimizer)

    timeline = log(run)
    for parameter in ("l1", "l2"):
        seq = at(timeline, f"it2/update/MLP.{parameter}.W")
        e = explain(timeline, seq, "delta[0,1]", RUNNER)
        assert len(e.terms) > 1
        assert e.total == pytest.approx(e.recorded, rel=1e-4, abs=1e-7)
        said = [line for line in timeline.moment(seq).facts if line.endswith(", of this parameter alone")]
        assert len(said) == sum(name != "lr" for name in own) * (parameter == "l2")


def test_a_rule_of_the_scripts_own_is_not_explained_by_one_of_the_same_name(log):
    class SGDRule(UpdateRule):
        def update_core(self, param):
            param.array[...] -= 0.1 * np.sign(param.grad)

    def run():
        model, optimizer = MLP(), optimizers.SGD(0.5)
        optimizer.setup(model)
        model.l2.W.update_rule = SGDRule(optimizer.hyperparam)
        step(model, optimizer)

    timeline = log(run)
    e = explain(timeline, at(timeline, "it0/update/MLP.l2.W"), "after[0,1]", RUNNER)
    assert e.total == pytest.approx(e.recorded, rel=1e-6)
    assert set(names(e)) == {"before[0,1]", "step of SGDRule[0,1]"}


def test_a_hooks_part_of_a_gradient_is_told(log):
    def run():
        model, optimizer = MLP(), optimizers.SGD(0.1)
        optimizer.setup(model)
        optimizer.add_hook(engine.optimizer_hooks.WeightDecay(0.1))
        step(model, optimizer)

    timeline = log(run)
    for role in ("grad after", "delta"):
        e = explain(timeline, only(timeline, Kind.gradient_hooked)[0], f"{role}[0,0]", RUNNER)
        assert any("what WeightDecay added" in name for name in names(e))
        assert e.total == pytest.approx(e.recorded)


def test_all_that_an_edit_changed_is_explained(tmp_path):
    watched = Watched(tmp_path / "run")
    W = engine.Parameter(np.array([1, 2], "f"))
    F.sum(W)
    watched.recorder.edited(W.node.watch_id.number, W.array, np.array([1, 5], "f"), "[1] = 5", "value")
    with watched.read() as reader:
        timeline = Timeline(reader)
        (seq,) = only(timeline, Kind.edited)
        told = made_here(timeline.moment(seq))
        assert {view.role for view in told} == {"value after", "delta"}
        for view in told:
            e = explain(timeline, seq, f"{view.role}[1]", RUNNER)
            assert e.total == e.recorded
            assert "what the edit added[1]" in names(e)


def test_a_small_step_of_a_large_number_says_how_exact_it_is(log):
    def run():
        link = L.Linear(1, 1, initialW=1000.0)
        optimizer = optimizers.SGD(1e-3).setup(link)
        link.cleargrads()
        F.sum(link(np.ones((1, 1), "f"))).backward()
        optimizer.update()

    timeline = log(run)
    e = explain(timeline, at(timeline, "it0/update/Linear.W"), "delta[0,0]", RUNNER)
    assert e.error > 1e-3 * abs(e.recorded)
    assert e.formula == "delta = −lr · gradient"
    assert e.notes == ["after is 999.999, which float32 rounds to 1e-04: delta is no more exact"]


def test_what_an_event_received_is_explained_by_what_made_it(log):
    timeline = log(lambda: step(MLP()))
    step_of_l1 = at(timeline, "it0/backward/MLP.l1/linear")
    arrived = explain(timeline, step_of_l1, "gy[0,0]", RUNNER)
    assert (arrived.address, arrived.name) == ("it0/backward/MLP/sigmoid", "gx[0,0]")
    operand = explain(timeline, at(timeline, "it0/forward/MLP/sigmoid"), "x[0,0]", RUNNER)
    assert (operand.address, operand.name) == ("it0/forward/MLP.l1/linear", "y[0,0]")
    with pytest.raises(NotCaptured, match="no event of the log made x"):
        explain(timeline, step_of_l1, "x[0,0]", RUNNER)


def test_a_functions_own_op_says_that_only_its_script_can_run_it(log):
    class Cube(engine.FunctionNode):
        def forward(self, inputs):
            self.retain_inputs((0,))
            return (inputs[0] ** 3,)

        def backward(self, indexes, gys):
            (x,) = self.get_retained_inputs()
            return (3 * x * x * gys[0],)

    timeline = log(lambda: F.sum(Cube().apply((Variable(np.ones(2, "f")),))[0]).backward())
    with pytest.raises(CannotRerun, match="Cube is no op of the installed engine: only the script"):
        explain(timeline, at(timeline, "it0/backward/Cube"), "gx[0]", RUNNER)


@pytest.mark.parametrize(
    ("element", "message"),
    [
        ("gZ[0,0]", "has no tensor 'gZ': it has gW, gb, gx, gy, x, W, b, y"),
        ("gW[0]", r"gW has shape \(3, 2\): an element of it is 2 numbers, such as gW\[0,0\]"),
        ("gW", "an element of it is 2 numbers"),
        ("gW[3,0]", r"gW\[3,0\] is outside"),
        ("gW[a,b]", r"^gW\[a,b\]: an element is whole numbers in brackets, such as gW\[0,0\]"),
        ("gW[0,0", r"^gW\[0,0: an element is whole numbers in brackets, such as gW\[0,0\]"),
        ("gW 0", "has no tensor 'gW 0'"),
        ("gW[1,-]", "an element is whole numbers"),
        ("gx[0,0]", "has no gx"),
    ],
)
def test_an_element_that_is_not_there_is_refused_in_words(element, message, log):
    timeline = log(lambda: step(MLP()))
    with pytest.raises(UsageError, match=message):
        explain(timeline, at(timeline, "it0/backward/MLP.l1/linear"), element, RUNNER)


def test_a_negative_index_counts_from_the_end_and_a_name_stands_for_its_role(log):
    timeline = log(lambda: step(MLP()))
    seq = at(timeline, "it0/backward/MLP.l1/linear")
    assert explain(timeline, seq, "gW[-1,-2]", RUNNER).name == "gW[2,0]"
    assert explain(timeline, seq, "MLP.l1.W[1,1]", RUNNER).name == "gW[1,1]"


def test_a_role_goes_before_a_variable_that_is_called_like_it(log):
    x, W = Variable(np.array([2.0, 3.0], "f"), name="x"), Variable(np.array([5.0, 7.0], "f"), name="W")

    def run():
        F.sum(F.exp(x) * W).backward()

    timeline = log(run)
    moment = timeline.moment(at(timeline, "it0/backward/exp"))
    assert moment.tensor("x").role == "x"
    assert moment.tensor("x").array().tolist() == [2, 3]
    assert timeline.moment(at(timeline, "it0/backward/mul")).tensor("W").role == "gb"


def test_nan_among_the_terms_comes_first_and_nothing_is_hidden(log):
    def run():
        x = np.ones((3, 2), "f")
        x[1, 0] = np.nan
        model = L.Linear(2, 1)
        F.sum(model(x)).backward()

    timeline = log(run)
    e = explain(timeline, at(timeline, "it0/backward/Linear/linear"), "gW[0,0]", RUNNER)
    assert names(e)[0] == "gy[1,0] · x[1,0]"
    assert np.isnan(e.total)
    assert np.isnan(e.recorded)
    assert any("nan" in line for line in explanation_lines(e))


def test_what_terms_that_cancel_are_off_by_is_told_of_the_largest(log):
    def run():
        y = F.softmax(Variable(np.array([[2.0, -1.0, 0.3]], "f")))
        y.grad = np.ones_like(y.array)
        y.backward()

    timeline = log(run)
    e = explain(timeline, at(timeline, "it0/backward/softmax"), "gx[0,0]", RUNNER)
    assert 0 < e.error < 1e-6
    (line,) = [line for line in explanation_lines(e) if "recorded:" in line]
    assert "of the largest term" in line
    assert float(line.partition("off by ")[2].split()[0]) < 1e-6


def test_the_lines_fit_80_columns(log):
    timeline = log(lambda: step(MLP()))
    for seq in range(len(timeline)):
        for view in timeline.moment(seq).tensors:
            if view.there and view.group in ("output", "gradient out", "after"):
                text = f"{view.role}[{','.join('0' * len(view.shape))}]"
                try:
                    e = explain(timeline, seq, text, RUNNER)
                except NotCaptured:
                    continue
                for line in explanation_lines(e, 80):
                    assert cell_width(line) <= 80


def test_a_step_that_computed_with_changed_arrays_says_so(log):
    x = Variable(np.ones((2, 3), "f"))

    def run():
        loss = F.sum(F.square(x))
        x.array[...] = 5
        loss.backward()

    timeline = log(run)
    seq = at(timeline, "it0/backward/square")
    told = "Changed since the forward pass, whose values are shown: x. The step computed with what was there by then."
    assert told in timeline.moment(seq).facts
    e = explain(timeline, seq, "gx[0,0]", RUNNER)
    assert (e.total, e.recorded) == (2.0, 10.0)
    assert told in e.notes
