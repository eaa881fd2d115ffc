"""What rules say beside the numbers: which gate, which branch, which element won, and why nothing comes back."""

from __future__ import annotations

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug.explain import explain
from bpdebug.explain.as_text import explanation_lines
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.schema import Kind
from engine import Variable

RUNNER = EngineOps(engine)
RNG = np.random.default_rng(5)
A = RNG.normal(size=(2, 3)).astype("f")
B = RNG.normal(size=(2, 3)).astype("f")


def told(log, call, role, backward=True):
    """The factors of the terms, and their notes, of an element of what the last op of `call` made."""

    def run():
        ys = call()
        for y in ys if isinstance(ys, tuple) else [ys]:
            y.grad = np.ones_like(y.array)
        engine.backprop.backward(list(ys) if isinstance(ys, tuple) else [ys])

    timeline = log(run)
    kind = Kind.backward if backward else Kind.forward
    seq = [n for n in range(len(timeline)) if timeline.reader.index[n]["kind"] == kind][0 if backward else -1]
    e = explain(timeline, seq, role, RUNNER)
    assert e.total == pytest.approx(e.recorded, rel=1e-4, abs=1e-6)
    return [(" · ".join(factor.name for factor in term.factors), term.note) for term in e.terms]


def test_the_gates_of_a_cell_with_two_states_are_named(log):
    x1, x2 = RNG.normal(size=(2, 12)).astype("f"), RNG.normal(size=(2, 12)).astype("f")
    found = dict(told(log, lambda: F.slstm(Variable(A), Variable(B), x1, x2), "c[0,1]", backward=False))
    assert found == {
        "σ(i1[0,1]) · tanh a1[0,1]": "what is let in",
        "σ(i2[0,1]) · tanh a2[0,1]": "what is let in",
        "σ(f1[0,1]) · c_prev1[0,1]": "what is kept",
        "σ(f2[0,1]) · c_prev2[0,1]": "what is kept",
    }
    found = told(log, lambda: F.slstm(A, B, Variable(x1), x2), "gx1[0,7]")  # o of unit 1
    slope = "σ(o1[0,1] + o2[0,1]) (1 − σ(o1[0,1] + o2[0,1]))"
    assert [name for name, _ in found] == [f"gh[0,1] · tanh c[0,1] · {slope}"]


def test_the_gates_of_the_children_of_a_tree_are_named(log):
    x = RNG.normal(size=(2, 15)).astype("f")
    found = told(log, lambda: F.tree_lstm(A, B, Variable(x)), "gx[1,13]")  # f_2 of unit 1
    assert {note for _, note in found} == {"through the cell's next step", "through the output h"}
    assert all(name.endswith("c2[1,1] · σ(f_2[1,1]) (1 − σ(f_2[1,1]))") for name, _ in found)


X = np.array([[1.0, 5.0, 2.0], [5.0, 3.0, -0.5]], "f")


@pytest.mark.parametrize(
    ("function", "role", "backward", "expected"),
    [
        (lambda x: F.max(x, axis=1), "y[0]", False, [("x[0,1]", "the largest of 3; the next is 2.0")]),
        (lambda x: F.max(x), "y", False, [("x[0,1]", "the largest of 6, as 1 more")]),
        (
            lambda x: F.max(x), "gx[1,0]", True,
            [("gy", "x[1,0] is the largest, as 1 more, which get it too")],
        ),
        (
            lambda x: F.min(x, axis=1, keepdims=True), "gx[0,1]", True,
            [("0", "x[0,1] = 5.0 isn't the smallest: that is 1.0")],
        ),
        (lambda x: F.prod(x, axis=0), "gx[0,2]", True, [("gy[2] · x[1,2]", "")]),
        (
            lambda x: F.logsumexp(x, axis=1), "gx[0,0]", True,
            [("gy[0] · e^(x[0,0] − y[0])", "its share in the sum")],
        ),
        (lambda x: F.sum(x, axis=1), "y[1]", False, [("x[1,0]", ""), ("x[1,1]", ""), ("x[1,2]", "")]),
        (lambda x: F.mean(x, axis=0), "gx[1,2]", True, [("1/2 · gy[2]", "")]),
        (lambda x: F.concat([x, x], axis=1), "y[1,4]", False, [("x[1][1,1]", "")]),
        (lambda x: F.pad(x, 1, "constant", constant_values=3), "y[0,0]", False,
         [("a constant: no element of the inputs changes it here", "")]),
        (lambda x: F.transpose(x), "gx[1,2]", True, [("gy[2,1]", "")]),
    ],
)  # fmt: skip
def test_reductions_and_movements_name_the_elements(function, role, backward, expected, log):
    assert told(log, lambda: function(Variable(X)), role, backward) == expected


def test_a_stack_of_matrices_multiplies_row_by_column(log):
    stack = RNG.normal(size=(2, 2, 3)).astype("f")
    found = told(log, lambda: F.matmul(Variable(stack), Variable(A.T.copy())), "gb[2,1]")
    assert {name for name, _ in found} == {
        f"gy[{n},{i},1] · a[{n},{i},2]" for n in range(2) for i in range(2)
    }


def test_a_letter_that_stands_twice_takes_the_diagonal_only(log):
    square = RNG.normal(size=(3, 3)).astype("f")
    assert told(log, lambda: F.einsum("ii->i", Variable(square)), "gx[1,1]") == [("gy[1]", "")]
    assert told(log, lambda: F.einsum("ii->i", Variable(square)), "gx[0,1]") == [
        ("0: not on the diagonal that was taken", "")
    ]


def test_all_zero_terms_are_counted_as_what_they_are(log):
    def run():
        F.sum(F.relu(Variable(-np.abs(X)))).backward()

    timeline = log(run)
    e = explain(timeline, timeline.reader.find("it0/backward/relu"), "gx[0,0]", RUNNER)
    assert "  total: 1 of 1 term listed: all are 0" in "\n".join(explanation_lines(e))


T = np.array([1, 0])


@pytest.mark.parametrize(
    ("function", "role", "expected"),
    [
        (
            lambda x: F.huber_loss(x, np.zeros_like(X), 1.0), "gx[0,1]",
            [("gy[0] · delta", "x[0,1] − t[0,1] = 5.0, beyond delta = 1.0")],
        ),
        (
            lambda x: F.huber_loss(x, np.zeros_like(X), 1.0), "gx[1,2]",
            [("gy[1] · (x[1,2] − t[1,2])", "x[1,2] − t[1,2] = -0.5, below delta = 1.0")],
        ),
        (lambda x: F.hinge(x, T), "gx[0,1]", [("0", "1 − x[0,1] ≤ 0: far enough on the right side, t[0] = 1")]),
        (lambda x: F.hinge(x, T), "gx[0,2]", [("gy · 1/2 · 1", "1 + x[0,2] = 3.0 > 0, t[0] = 1")]),
        (
            lambda x: F.sigmoid_cross_entropy(x, np.array([[1, 0, -1], [0, 0, 1]])), "gx[0,2]",
            [("0", "t[0,2] = -1: ignored")],
        ),
        (
            lambda x: F.sigmoid_cross_entropy(x, np.array([[1, 0, -1], [0, 0, 1]])), "gx[0,0]",
            [("gy · 1/5 · −1: t[0,0] = 1", ""), ("gy · 1/5 · σ(x[0,0])", "")],
        ),
        (
            lambda x: F.contrastive(x, np.zeros_like(X), T), "ga[1,0]",
            [("0", "t[1] = 0, d = |a − b| = 5.85235: far enough apart")],
        ),
        (
            lambda x: F.triplet(x, X + 1, X - 0.5), "gp[0,0]",
            [("gy · 1/2 · 2 · (p[0,0] − a[0,0])", "|a − p|² = 3.0, |a − q|² = 0.75")],
        ),
        (
            lambda x: F.triplet(x, X, X - 5), "ga[0,0]",
            [("0", "|a − p|² = 0.0, |a − q|² = 75.0: the margin is kept, the loss is 0")],
        ),
    ],
)  # fmt: skip
def test_losses_say_in_which_branch_an_element_is(function, role, expected, log):
    if role == "gp[0,0]":
        assert told(log, lambda: F.triplet(X, Variable(X + 1), X - 0.5), role) == expected
    else:
        assert told(log, lambda: function(Variable(X)), role) == expected
