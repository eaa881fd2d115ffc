"""Type checks: expressions that show themselves and their values when they don't hold. Texts as in Chainer 7.8.1."""

from __future__ import annotations

import pickle
from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
from engine import FunctionNode, Variable
from engine.utils import type_check
from engine.utils.type_check import InvalidType, expect, make_variable


def failure_of(condition: Any) -> str:
    with pytest.raises(InvalidType) as caught:
        expect(condition)
    return str(caught.value)


v = make_variable(numpy.ones((2, 3)), "v")


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (v.shape[0] == 3, "Expect: v.shape[0] == 3\nActual: 2 != 3"),
        (v.shape == (2, 4), "Expect: v.shape == (2, 4)\nActual: (2, 3) != (2, 4)"),
        (v.ndim + 1 == 5, "Expect: v.ndim + 1 == 5\nActual: 3 != 5"),
        (-v.ndim == 2, "Expect: -v.ndim == 2\nActual: -2 != 2"),
        (v.shape[0] // 2 == 3, "Expect: v.shape[0] // 2 == 3\nActual: 1 != 3"),
        (v.shape[-1] < 2, "Expect: v.shape[-1] < 2\nActual: 3 >= 2"),
        (v.ndim != 2, "Expect: v.ndim != 2\nActual: 2 == 2"),
        (v.ndim <= 1, "Expect: v.ndim <= 1\nActual: 2 > 1"),
        (v.ndim >= 3, "Expect: v.ndim >= 3\nActual: 2 < 3"),
        (type_check.prod(v.shape) == 5, "Expect: prod(v.shape) == 5\nActual: 6 != 5"),
    ],
)
def test_a_failure_shows_the_expression_and_its_values(condition: Any, message: str) -> None:
    assert failure_of(condition) == message


def test_what_holds_passes() -> None:
    expect(v.shape[0] == 2, v.shape[0] + v.shape[1] == 5, v.dtype.kind == "f", v.ndim < 3, True)


def test_the_first_failure_counts() -> None:
    with pytest.raises(InvalidType, match="ndim == 7"):
        expect(v.ndim == 2, v.ndim == 7, v.ndim == 8)


def test_a_plain_false_fails_too() -> None:
    assert "Expect: False" in failure_of(False)


def test_either_of_two_conditions() -> None:
    expect((v.ndim == 1) | (v.ndim == 2))
    expect((v.ndim == 2) & (v.shape[0] == 2))
    with pytest.raises(InvalidType, match=r"\(v.ndim == 1\) \| \(v.ndim == 3\)"):
        expect((v.ndim == 1) | (v.ndim == 3))


def test_an_expression_has_no_truth_value_but_can_be_evaluated() -> None:
    with pytest.raises(RuntimeError, match=r"type_check.eval\(\)"):
        bool(v.ndim == 2)
    assert type_check.eval(v.shape[0]) == 2
    assert type_check.eval(7) == 7
    assert str(v.shape[0]) == "v.shape[0]"


def test_inputs_get_names() -> None:
    class Product(FunctionNode):
        def check_type_forward(self, in_types: Any) -> None:
            type_check._argname(in_types, ("x", "W"))
            x, W = in_types
            expect(x.ndim == 2, x.shape[1] == W.shape[0], x.dtype == W.dtype)

        def forward(self, inputs: Any) -> Any:
            return (inputs[0].dot(inputs[1]),)

    def message(*arrays: Any) -> str:
        with pytest.raises(InvalidType) as caught:
            Product().apply(arrays)
        return str(caught.value)

    ones = numpy.ones
    head = "\nInvalid operation is performed in: Product (Forward)\n\n"
    assert message(ones((2, 3)), ones((2, 3))) == f"{head}Expect: x.shape[1] == W.shape[0]\nActual: 3 != 2"
    assert (
        message(ones((2, 2)), ones((2, 2), "f"))
        == f"{head}Expect: x.dtype == W.dtype\nActual: float64 != float32"
    )
    assert message(ones((2, 2))).startswith(f"{head}Expect: 2 argument(s): x, W")
    assert Product().apply((ones((2, 2)), ones((2, 2))))[0].shape == (2, 2)


def test_the_check_can_be_turned_off() -> None:
    class Never(FunctionNode):
        def check_type_forward(self, in_types: Any) -> None:
            expect(in_types.size() == 9)

        def forward(self, inputs: Any) -> Any:
            return inputs

    with pytest.raises(InvalidType):
        Never().apply((numpy.ones(2),))
    with engine.using_config("type_check", False):
        assert Never().apply((numpy.ones(2),))[0].shape == (2,)


def test_shapes_that_cannot_be_broadcast() -> None:
    b = type_check.Variable((4,), "b")
    type_check.expect_broadcast_shapes((2, 3), (3,))
    with pytest.raises(InvalidType, match=r"\(2, 3\)\nb = \(4,\)$"):
        type_check.expect_broadcast_shapes((2, 3), b)


def test_a_product_of_expressions() -> None:
    n = type_check.Variable(3, "n")
    assert type_check.eval(type_check.prod([n, 2])) == 6
    assert type_check.eval(type_check.prod(type_check.Variable((2, 5), "shape"))) == 10


def test_an_invalid_type_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(InvalidType("a == b", "1 != 2")))
    assert str(error) == "Expect: a == b\nActual: 1 != 2"
    assert (error.expect, error.actual) == ("a == b", "1 != 2")
    assert str(InvalidType("a == b", "1 != 2", "a isn't b")) == "a isn't b"

    with pytest.raises(InvalidType) as raised:
        F.linear(ones(2, 3), ones(2, 4))
    again = pickle.loads(pickle.dumps(raised.value))
    assert str(again) == str(raised.value)
    assert str(again).startswith("\nInvalid operation is performed in: LinearFunction (Forward)\n\nExpect: ")


ones = lambda *shape: Variable(numpy.ones(shape, numpy.float32))  # noqa: E731


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: F.linear(ones(2, 3), ones(4, 5)),
            "LinearFunction.*x.shape\\[1\\] == W.shape\\[1\\]\nActual: 3 != 5",
        ),
        (lambda: F.linear(ones(2, 3), ones(5)), "LinearFunction.*W.ndim == 2\nActual: 1 != 2"),
        (lambda: F.matmul(ones(2, 3), ones(4, 5)), "MatMul.*Actual: 3 != 4"),
        (lambda: F.relu(numpy.arange(3)), "ReLU.*x.dtype.kind == f\nActual: i != f"),
        (lambda: F.sum(ones(2, 3), axis=2), "Sum.*x.ndim > 2"),
        (lambda: F.reshape(ones(2, 3), (4,)), "Reshape.*Actual: 6 != 4"),
        (lambda: F.mean_squared_error(ones(2, 3), ones(2, 4)), r"MeanSquaredError.*\(2, 3\) != \(2, 4\)"),
        (
            lambda: F.softmax_cross_entropy(ones(2, 3), numpy.zeros(3, int)),
            "SoftmaxCrossEntropy.*Actual: 2 != 3",
        ),
        (lambda: F.concat([ones(2, 3), ones(3, 3)]), "Concat.*Actual: 2 != 3"),
        (lambda: ones(2) + ones(3), r"_ \+ _.*lhs.shape = \(2,\), rhs.shape = \(3,\)"),
        (lambda: F.broadcast_to(ones(2), (3,)), r"BroadcastTo.*x.shape = \(2,\)"),
    ],
)
def test_ops_name_themselves_and_the_shapes(call: Any, message: str) -> None:
    with pytest.raises(InvalidType, match=f"(?s)Invalid operation is performed in: {message}") as caught:
        call()
    assert "test_type_check.py" in "\n".join(caught.value.__notes__)
