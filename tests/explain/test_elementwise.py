"""Elements of elementwise ops: the formula with recorded numbers in it, the branch that was taken, and why."""

from __future__ import annotations

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug.explain import explain
from bpdebug.explain.as_text import explanation_lines
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.rerun import OpRunner
from bpdebug.text import cell_width
from engine import FunctionNode, Variable

X = np.array([[-2.0, -0.5, 0.0], [0.5, 2.0, 7.0]], "f")


class NoRunner(OpRunner):
    """Computes nothing again."""

    def run(self, call, dtype=None, x=None):
        raise AssertionError(f"{call.cls} was computed again")


def explained(log, function, element, backward=True):
    """The explanation of an element of `function(X)`, or of the gradient of X, without computing anything again."""
    timeline = log(lambda: F.sum(function(Variable(X)) * 3).backward())
    op = timeline.names.op(timeline.names.body(0).op).label
    seq = timeline.reader.find(f"it0/{'backward' if backward else 'forward'}/{op}")
    return explain(timeline, seq, f"{'gx' if backward else 'y'}[{element}]", NoRunner())


def factors(e):
    return [[(factor.name, pytest.approx(factor.value)) for factor in term.factors] for term in e.terms]


@pytest.mark.parametrize(
    ("function", "element", "expected", "note"),
    [
        (F.relu, "1,0", [[("gy[1,0]", 3)]], "y[1,0] = 0.5 > 0"),
        (F.relu, "0,1", [[("0", 0)]], "y[0,1] = 0.0 ≤ 0"),
        (F.elu, "0,1", [[("gy[0,1]", 3), ("alpha", 1), ("e^x[0,1]", np.exp(-0.5))]], "x[0,1] = -0.5 ≤ 0"),
        (F.leaky_relu, "0,0", [[("slope", 0.2), ("gy[0,0]", 3)]], "x[0,0] = -2.0 ≤ 0"),
        (lambda x: F.clipped_relu(x, 6.0), "1,2", [[("0", 0)]], "x[1,2] = 7.0 ≥ z = 6.0"),
        (lambda x: F.clipped_relu(x, 6.0), "1,1", [[("gy[1,1]", 3)]], "0 < x[1,1] = 2.0 < z = 6.0"),
        (lambda x: F.clip(x, -1.0, 1.0), "0,0", [[("0", 0)]], "low = -1.0 > x[0,0] = -2.0"),
        (F.hard_sigmoid, "0,1", [[("0.2", 0.2), ("gy[0,1]", 3)]], "−2.5 < x[0,1] = -0.5 < 2.5"),
        (F.tanh, "1,1", [[("gy[1,1]", 3), ("(1 − y[1,1]²)", 1 - np.tanh(2) ** 2)]], "y[1,1] = 0.964028"),
    ],
)
def test_a_gradient_is_the_branch_that_was_taken_and_why(function, element, expected, note, log):
    e = explained(log, function, element)
    assert factors(e) == expected
    assert e.terms[0].note == note
    assert e.how == "from the recorded tensors"


def test_a_difference_is_two_terms(log):
    e = explained(log, lambda x: 1 - x, "1,1", backward=False)
    assert factors(e) == [[("-1", -1), ("x[1,1]", 2)], [("c", 1)]]
    assert e.total == e.recorded == -1


def test_what_is_shared_between_samples_sums_over_them(log):
    def run():
        slopes = Variable(np.array([0.1, 0.2, 0.3], "f"))
        F.sum(F.prelu(Variable(X), slopes)).backward()

    timeline = log(run)
    e = explain(timeline, timeline.reader.find("it0/backward/prelu"), "gW[1]", NoRunner())
    assert factors(e) == [[("gy[0,1]", 1), ("x[0,1]", -0.5)]]
    assert (e.count, e.zeros) == (2, 1)
    assert e.forms == ["gy[0,1] x[0,1]"]


def test_a_stretched_operand_sums_over_the_axes_along_which_it_was_stretched(log):
    def run():
        F.sum(Variable(X) * Variable(np.array([[1.0], [2.0]], "f"))).backward()

    timeline = log(run)
    e = explain(timeline, timeline.reader.find("it0/backward/mul"), "gb[1,0]", NoRunner())
    assert [term.factors[1].name for term in e.terms] == ["a[1,2]", "a[1,1]", "a[1,0]"]
    assert e.total == e.recorded == 9.5


def test_products_of_matrices_are_not_taken_for_products_of_elements(log):
    def run():
        a = Variable(np.ones((1, 2, 2), "f"))
        F.sum(F.matmul(a, a * 2)).backward()

    timeline = log(run)
    e = explain(timeline, timeline.reader.find("it0/forward/matmul"), "y[0,1,1]", EngineOps(engine))
    assert e.total == e.recorded == 4
    assert {name for term in e.terms for name, _ in ((f.name, f.value) for f in term.factors)} >= {"a[0,1,0]"}


def test_a_formula_that_does_not_give_the_recorded_number_is_not_shown(log):
    class Twice(FunctionNode):
        x_roles, y_roles, op_name = ("x",), ("y",), "twice"
        formula = "y = 3 x;  gx = 2 gy"

        def forward(self, inputs):
            return (2 * inputs[0],)

        def backward(self, indexes, gys):
            return (2 * gys[0],)

    with pytest.raises(AssertionError, match="Twice was computed again"):
        explained(log, lambda x: Twice().apply((x,))[0], "1,1", backward=False)


def test_a_function_of_the_scripts_own_with_a_formula_needs_no_script(log):
    class Cube(FunctionNode):
        x_roles, y_roles, op_name = ("x",), ("y",), "cube"
        formula = "y = x^3;  gx = gy * 3 x^2"

        def forward(self, inputs):
            self.retain_inputs((0,))
            return (inputs[0] ** 3,)

        def backward(self, indexes, gys):
            (x,) = self.get_retained_inputs()
            return (3 * x * x * gys[0],)

    e = explained(log, lambda x: Cube().apply((x,))[0], "1,1")
    assert factors(e) == [[("gy[1,1]", 3), ("3", 3), ("x[1,1]²", 4)]]


@pytest.mark.parametrize(
    "formula",
    ["y = s;  s = u;  u = s;  gx = gy", "y = 2 x;  gx = gu;  gu = gv;  gv = gu", "y = 2 x;  gx = -gx"],
)
def test_a_formula_that_defines_things_by_themselves_is_left_alone(formula, log):
    class Loop(FunctionNode):
        x_roles, y_roles, op_name = ("x",), ("y",), "loop"

        def forward(self, inputs):
            return (2 * inputs[0],)

        def backward(self, indexes, gys):
            return (2 * gys[0],)

    Loop.formula = formula
    with pytest.raises(AssertionError, match="Loop was computed again"):
        explained(log, lambda x: Loop().apply((x,))[0], "1,1")


def test_no_name_is_cut_where_a_line_is_too_long(log):
    timeline = log(lambda: F.sum(F.swish(Variable(X), Variable(np.ones(3, "f")))).backward())
    e = explain(timeline, timeline.reader.find("it0/backward/swish"), "gb[2]", NoRunner())
    lines = list(explanation_lines(e, 60))
    assert all(cell_width(line) <= 60 for line in lines)
    (term,) = e.terms
    assert len(term.factors) == 4
    for factor in term.factors:
        assert any(factor.name in line for line in lines[-10:])


@pytest.mark.parametrize(
    ("function", "element", "note"),
    [
        (
            F.relu,
            "0,2",
            "x[0,2] = 0.0 is at a kink of relu: its slope is 0.0 on the left and 1.0 on the right",
        ),
        (F.relu, "0,0", "x[0,0] = -2.0 is where relu is flat: nothing goes through"),
        (F.tanh, "1,2", "x[1,2] = 7.0 is where tanh is nearly flat: 3.326e-06 of its steepest slope"),
        (F.softplus, "0,0", None),
        (F.relu, "1,0", None),
    ],
)
def test_kinks_and_flat_parts_are_noted(function, element, note, log):
    assert explained(log, function, element).notes == ([] if note is None else [note])
