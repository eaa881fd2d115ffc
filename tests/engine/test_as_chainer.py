"""What real Chainer 7.8.1 does where more than one answer would make sense; each was asked of it."""

from __future__ import annotations

import copy
import operator
from typing import Any

import numpy
import pytest

import engine
from engine import Parameter, Variable
from engine import functions as F
from engine.utils.type_check import InvalidType


def floats(*values: float, dtype: Any = numpy.float32) -> numpy.ndarray:
    return numpy.array(values, dtype)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow"])
def test_variables_of_two_dtypes_dont_mix(name: str) -> None:
    x, y = Variable(floats(1, 2)), Variable(floats(1, 2, dtype=numpy.float64))
    with pytest.raises(InvalidType, match=r"lhs\.dtype == rhs\.dtype"):
        getattr(operator, name)(x, y)


def test_an_array_takes_the_dtype_of_the_variable_beside_it() -> None:
    wide = floats(1.5, dtype=numpy.float64)
    assert (Variable(floats(1)) + wide).dtype == numpy.float32
    whole = Variable(numpy.array([1], numpy.int32))
    assert (whole + wide).array.tolist() == [2]
    assert (wide + whole).dtype == numpy.int32


def test_only_floats_have_powers() -> None:
    whole = Variable(numpy.array([1, 2]))
    for power in (lambda: whole**2, lambda: 2**whole, lambda: whole**whole):
        with pytest.raises(InvalidType, match="kind == f"):
            power()


def test_adding_a_variable_to_an_array_in_place_gives_a_variable() -> None:
    x = array = floats(1, 2)
    x += Variable(floats(1, 1))
    assert isinstance(x, Variable)
    assert array.tolist() == [1, 2]


def test_backward_of_several_starts_from_given_gradients_only() -> None:
    x = Variable(floats(1, 2))
    engine.backward([F.sum(x), F.sum(x * x)])
    assert x.grad is None
    engine.backward([x * 2, x * 3], [Variable(floats(1, 1)), None])
    assert x.grad.tolist() == [2, 2]


def test_grad_takes_gradients_as_arrays_too() -> None:
    x = Variable(floats(1, 2))
    (gx,) = engine.grad([x * x], [x], grad_outputs=[floats(1, 10)], grad_inputs=[floats(5, 5)])
    assert gx.array.tolist() == [7, 45]


def test_second_derivatives_of_an_old_style_function_raise() -> None:
    class Twice(engine.Function):
        def forward(self, xs: Any) -> Any:
            return (xs[0] * 2,)

        def backward(self, xs: Any, gys: Any) -> Any:
            return (gys[0] * 2,)

    x = Variable(floats(1, 2))
    (gx,) = engine.grad([Twice()(x)], [x], enable_double_backprop=True)
    with pytest.raises(RuntimeError, match="cannot twice-differentiate"):
        engine.grad([gx], [x])


def test_a_backward_rule_returns_a_tuple() -> None:
    class Rule(engine.FunctionNode):
        returned: Any = None

        def forward(self, xs: Any) -> Any:
            return (xs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            return None if self.returned is None else gys[0]

    for returned, kind in ((None, TypeError), ("gradient", ValueError)):
        rule = Rule()
        rule.returned = returned
        with pytest.raises(kind, match="must return a tuple"):
            F.sum(rule.apply((Variable(floats(1, 2)),))[0]).backward()


def test_the_gradient_of_a_parameter_without_array_isnt_there_to_read() -> None:
    parameter = Parameter(name="W")
    with pytest.raises(RuntimeError, match="parameter W has no gradient"):
        _ = parameter.grad
    parameter.cleargrad()
    assert parameter.grad is None


def test_copies_made_before_a_parameter_has_an_array_share_it() -> None:
    parameter = Parameter(engine.initializers.Normal())
    twin = copy.copy(copy.copy(parameter))
    twin.initialize((2,))
    assert parameter.array is twin.array
    link = engine.links.Linear(None, 2)
    shared = link.copy("share")
    shared(numpy.ones((1, 3), numpy.float32))
    assert link.W.array is shared.W.array


def test_facts_of_a_variable() -> None:
    assert Variable(numpy.array(1.0, numpy.float32)).label == "float32"
    assert Variable(floats(1, 3), name="x").debug_print().splitlines() == [
        "<variable x>",
        "- device: CPU",
        "- backend: <class 'numpy.ndarray'>",
        "- shape: (2,)",
        "- dtype: float32",
        "- statistics: mean=2.00000000, std=1.00000000",
        "- grad: None",
    ]
    assert Variable().xp is numpy


def test_static_graphs_are_computed_like_others() -> None:
    class Net(engine.Chain):
        @engine.static_graph
        def forward(self, x: Any) -> Any:
            return self.twice(x)

        @engine.static_code(unused=True)
        def twice(self, x: Any) -> Any:
            return F.identity(x) * 2

    assert Net()(floats(1, 2)).array.tolist() == [2, 4]


def test_an_experimental_call_warns_unless_told_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.utils import experimental

    with pytest.warns(FutureWarning, match="my.api is experimental"):
        experimental("my.api")
    monkeypatch.setattr(engine, "disable_experimental_feature_warning", True)
    experimental("my.api")


@pytest.mark.parametrize(
    ("weights", "threshold", "values"),
    [
        ([1.0, 2.0, 3.0], [0.5, 0.5, 1.0], [0, 1, 1, 2, 2, 0]),
        ([1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [0, 1, 1, 2, 2, 3, 3, 4, 4, 0]),
    ],
)
def test_an_alias_table_is_filled_in_chainers_order(weights: Any, threshold: Any, values: Any) -> None:
    table = engine.utils.WalkerAlias(weights)
    assert table.threshold.tolist() == pytest.approx(threshold)
    assert table.values.tolist() == values


@pytest.mark.parametrize(
    ("counts", "tree"),
    [
        ({0: 1, 1: 1, 2: 2, 3: 2}, (3, ((0, 1), 2))),
        ({0: 2, 1: 1, 2: 1, 3: 2, 4: 2}, ((0, (1, 2)), (3, 4))),
        ({0: 3, 1: 1, 2: 2, 3: 3, 4: 6, 5: 1, 6: 3}, ((6, ((1, 5), 2)), ((0, 3), 4))),
    ],
)
def test_equal_counts_are_joined_in_chainers_order(counts: Any, tree: Any) -> None:
    assert engine.links.BinaryHierarchicalSoftmax.create_huffman_tree(counts) == tree
