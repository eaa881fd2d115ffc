"""Function: ops that scripts write themselves in the older way, with a rule on arrays. As seen in Chainer 7.8.1."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
from engine import Function, FunctionAdapter, Variable
from engine.utils import type_check


def floats(*values: float) -> numpy.ndarray:
    return numpy.array(values, dtype=numpy.float32)


def leaf(*values: float) -> Variable:
    return Variable(floats(*values))


class Linear(Function):
    def forward(self, inputs: Any) -> Any:
        x, W = inputs
        return (x.dot(W.T),)

    def backward(self, inputs: Any, gys: Any) -> Any:
        x, W = inputs
        return gys[0].dot(W), gys[0].T.dot(x)


def matrices() -> tuple[Variable, Variable]:
    return Variable(numpy.ones((2, 3), numpy.float32)), Variable(numpy.full((4, 3), 2, numpy.float32))


def with_rule(rule: Any, count: int = 1) -> list[Variable]:
    """Leaves after a walk through a function with this backward rule."""

    class Made(Function):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

        def backward(self, inputs: Any, gys: Any) -> Any:
            return rule(inputs, gys)

    leaves = [leaf(1, 2) for _ in range(count)]
    F.sum(Made()(*leaves)).backward()
    return leaves


def test_it_is_called_with_variables_and_gives_one() -> None:
    x, W = matrices()
    function = Linear()
    y = function(x, W)
    F.sum(y).backward()
    assert y.creator is function
    assert type(y.creator_node) is FunctionAdapter
    assert y.creator_node.label == function.label == "Linear"
    assert function.inputs == (x.node, W.node)
    assert x.grad.tolist() == [[8, 8, 8]] * 2
    assert W.grad.tolist() == [[2, 2, 2]] * 4


def test_it_takes_plain_arrays() -> None:
    x, W = matrices()
    y = Linear()(x.array, W.array)
    assert type(y) is Variable
    assert not y.requires_grad


def test_several_outputs_are_a_tuple_and_missing_gradients_are_none() -> None:
    seen = []

    class Two(Function):
        def forward(self, inputs: Any) -> Any:
            return inputs[0] * 1, inputs[0] * 2

        def backward(self, inputs: Any, gys: Any) -> Any:
            seen.append([None if gy is None else gy.tolist() for gy in gys])
            return (gys[1] * 2,)

    x = leaf(1, 2)
    _unused, z = Two()(x)
    F.sum(z).backward()
    assert x.grad.tolist() == [2, 2]
    assert seen == [[None, [1, 1]]]


def test_none_is_a_zero_gradient() -> None:
    x, w = with_rule(lambda inputs, gys: (None, gys[0]), 2)
    assert x.grad is None
    assert w.grad.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("rule", "error", "message"),
    [
        (
            lambda inputs, gys: (gys[0],) * 2,
            ValueError,
            "one gradient .* for each of its 1 inputs; it returned 2 values",
        ),
        (lambda inputs, gys: gys[0], TypeError, "must return a tuple .* it returned ndarray"),
        (lambda inputs, gys: (Variable(gys[0]),), TypeError, "must return arrays .*, not Variable"),
        (lambda inputs, gys: (gys[0][:1],), ValueError, r"grad: \(1,\) != data: \(2,\)"),
        (lambda inputs, gys: (gys[0].astype("d"),), TypeError, "grad: float64 != data: float32"),
    ],
)
def test_a_wrong_rule_is_named(rule: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        with_rule(rule)
    assert caught.value.__notes__[0].startswith("Made (backward): output gradients float32(2,)")


def test_the_rule_runs_without_a_graph() -> None:
    modes = []
    with_rule(lambda inputs, gys: (modes.append(engine.config.enable_backprop), gys)[1])
    assert modes == [False]


def test_no_second_derivative() -> None:
    x, W = matrices()
    F.sum(Linear()(x, W)).backward(enable_double_backprop=True)
    gx = x.grad_var
    with pytest.raises(RuntimeError, match="cannot twice-differentiate an old style Function 'Linear'"):
        F.sum(gx * gx).backward()


def test_a_second_derivative_that_doesnt_pass_it_works() -> None:
    x = leaf(1, 2)

    class Twice(Function):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 2,)

        def backward(self, inputs: Any, gys: Any) -> Any:
            return (gys[0] * 2,)

    h = Twice()(x)
    (gh,) = engine.grad([h * h * h], [h], enable_double_backprop=True)
    (ggh,) = engine.grad([gh], [h])
    assert ggh.array.tolist() == [12, 24]


def test_retained_inputs_and_outputs() -> None:
    seen = []

    class Keeps(Function):
        def forward(self, inputs: Any) -> Any:
            self.retain_inputs((1,))
            self.retain_outputs((0,))
            return (inputs[0] * 2,)

        def backward(self, inputs: Any, gys: Any) -> Any:
            seen.append((inputs[0], inputs[1].tolist(), self.output_data[0].tolist()))
            return gys[0] * 2, None

    x, w = leaf(1, 2), leaf(3, 4)
    F.sum(Keeps()(x, w)).backward()
    assert seen == [(None, [3, 4], [2, 4])]


def test_one_function_called_twice_makes_two_ops() -> None:
    x, W = matrices()
    function = Linear()
    F.sum(function(x, W) + function(x, W)).backward()
    assert x.grad.tolist() == [[16, 16, 16]] * 2


def test_the_type_check_names_the_function_and_the_values() -> None:
    class Checked(Function):
        def check_type_forward(self, in_types: Any) -> None:
            type_check.expect(in_types.size() == 2)
            type_check.expect(in_types[0].shape[0] == in_types[1].shape[0])

        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

    with pytest.raises(type_check.InvalidType) as caught:
        Checked()(leaf(1, 2))
    assert str(caught.value) == (
        "\nInvalid operation is performed in: Checked (Forward)\n\nExpect: in_types.size == 2\nActual: 1 != 2"
    )
    with pytest.raises(type_check.InvalidType, match=r"in_types\[0\].shape\[0\] == in_types\[1\].shape\[0\]"):
        Checked()(leaf(1, 2), leaf(1, 2, 3))
    with engine.using_config("type_check", False):
        assert Checked()(leaf(1, 2)).shape == (2,)


def test_forward_and_backward_for_each_device() -> None:
    import fake_module

    fake_module.install(engine.backend)

    class Both(Function):
        def forward_cpu(self, inputs: Any) -> Any:
            return (inputs[0] * 2,)

        def forward_gpu(self, inputs: Any) -> Any:
            return (inputs[0] * 3,)

        def backward_cpu(self, inputs: Any, gys: Any) -> Any:
            return (gys[0] * 2,)

        def backward_gpu(self, inputs: Any, gys: Any) -> Any:
            return (gys[0] * 3,)

    for device, factor in (("@numpy", 2), ("@fake:0", 3)):
        x = leaf(1)
        x.to_device(device)
        y = Both()(x)
        y.backward()
        x.to_cpu()
        assert x.grad.tolist() == [factor]


def test_without_a_graph_the_function_still_answers() -> None:
    function = Linear()
    x, W = matrices()
    with engine.no_backprop_mode():
        y = function(x, W)
    assert y.creator is None
    assert function.inputs is None
    assert function.rank == 0
