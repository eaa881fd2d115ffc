"""FunctionNode: ops that scripts write themselves, with a rule on variables. As seen in Chainer 7.8.1."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
from engine import FunctionNode, Variable


def floats(*values: float) -> numpy.ndarray:
    return numpy.array(values, dtype=numpy.float32)


def leaf(*values: float) -> Variable:
    return Variable(floats(*values))


class Square(FunctionNode):
    def forward(self, inputs: Any) -> Any:
        self.retain_inputs((0,))
        return (inputs[0] ** 2,)

    def backward(self, indexes: Any, gys: Any) -> Any:
        (x,) = self.get_retained_inputs()
        return (2 * x * gys[0],)


class ProductAndSum(FunctionNode):
    """Remembers what its rule was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def forward(self, inputs: Any) -> Any:
        self.retain_inputs((0, 1))
        return inputs[0] * inputs[1], inputs[0] + inputs[1]

    def backward(self, indexes: Any, gys: Any) -> Any:
        self.asked.append((indexes, tuple(None if gy is None else gy.array.tolist() for gy in gys)))
        product, total = (0 if gy is None else gy for gy in gys)
        others = self.get_retained_inputs()[::-1]
        return tuple(product * others[i] + total for i in indexes)


def applied(rule: Any, forward: Any = lambda x: x * 1) -> Any:
    """The gradient of a leaf through an op with this backward rule."""

    class Made(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (forward(inputs[0]),)

        def backward(self, indexes: Any, gys: Any) -> Any:
            return rule(gys)

    x = leaf(1)
    Made().apply((x,))[0].backward()
    return x.grad


# ---- forward ----


def test_apply_gives_a_tuple_of_variables_that_know_their_creator() -> None:
    x = leaf(1, 2)
    node = Square()
    (y,) = node.apply([x])
    assert y.array.tolist() == [1, 4]
    assert y.creator is y.creator_node is node
    assert (y.rank, node.rank, node.label, node.inputs[0]) == (1, 0, "Square", x.node)
    assert node.outputs[0]() is y.node


def test_outputs_must_be_a_tuple_of_arrays() -> None:
    for outputs in (floats(1), [floats(1)], None, (3.0,), (leaf(1),)):

        class Wrong(FunctionNode):
            def forward(self, inputs: Any, outputs: Any = outputs) -> Any:
                return outputs

        with pytest.raises(TypeError, match=r"forward output must be a tuple of ndarrays.\nFunction: Wrong"):
            Wrong().apply((leaf(1),))


def test_a_number_from_numpy_becomes_an_array() -> None:
    class Total(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0].sum(),)

    (y,) = Total().apply((leaf(1, 2),))
    assert type(y.array) is numpy.ndarray
    assert y.shape == ()


def test_an_op_without_forward_says_so() -> None:
    class Empty(FunctionNode):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty defines neither forward\(\) nor forward_cpu\(\)"):
        Empty().apply((leaf(1),))


def test_forward_cpu_gets_host_arrays_and_forward_gpu_device_arrays() -> None:
    import fake_module

    fake_module.install(engine.backend)

    class Both(FunctionNode):
        def forward_cpu(self, inputs: Any) -> Any:
            return (inputs[0] * 2,)

        def forward_gpu(self, inputs: Any) -> Any:
            return (inputs[0] * 3,)

    assert Both().apply((floats(1),))[0].array.tolist() == [2]
    (on_device,) = Both().apply((fake_module.fake.asarray(floats(1)),))
    assert on_device.array.tolist() == [3]


def test_a_node_is_one_op_of_one_graph() -> None:
    node = Square()
    _held = node.apply((leaf(1),))
    with pytest.raises(TypeError, match="applied before"):
        node.apply((leaf(1),))


def test_calling_a_node_says_to_apply_it() -> None:
    with pytest.raises(RuntimeError, match=r"Square\(\).apply"):
        Square()(leaf(1))


def test_an_op_may_compute_with_variables_inside_forward() -> None:
    class Inner(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            x = Variable(inputs[0])
            F.sum(x * x).backward()
            return (x.grad,)

    assert Inner().apply((leaf(1, 2),))[0].array.tolist() == [2, 4]


# ---- backward ----


def test_gradients_of_first_and_second_order() -> None:
    x = leaf(1, 2)
    F.sum(Square().apply((x,))[0]).backward(enable_double_backprop=True)
    gx = x.grad_var
    assert gx.array.tolist() == [2, 4]
    x.cleargrad()
    F.sum(gx * gx).backward()
    assert x.grad.tolist() == [8, 16]


def test_the_rule_is_asked_only_for_inputs_that_need_a_gradient() -> None:
    for wanted in ((0,), (1,)):
        node = ProductAndSum()
        inputs = [Variable(floats(3, 4), requires_grad=i in wanted) for i in range(2)]
        p, q = node.apply(inputs)
        F.sum(p + q).backward()
        assert node.asked == [(wanted, ([1, 1], [1, 1]))]
        assert [x.grad is None for x in inputs] == [i not in wanted for i in range(2)]


def test_a_plain_array_is_an_input_that_needs_no_gradient() -> None:
    node, x = ProductAndSum(), leaf(1, 2)
    p, q = node.apply((floats(3, 4), x))
    F.sum(p + q).backward()
    assert x.grad.tolist() == [4, 5]
    assert node.asked[0][0] == (1,)


def test_an_output_without_gradient_is_none_in_the_rule() -> None:
    for used in (0, 1):
        node = ProductAndSum()
        outputs = node.apply((leaf(1, 2), leaf(3, 4)))
        F.sum(outputs[used]).backward()
        assert node.asked[0][1][1 - used] is None
    node = ProductAndSum()
    only = node.apply((leaf(1, 2), leaf(3, 4)))[0]
    F.sum(only).backward()
    assert node.asked == [((0, 1), ([1, 1], None))]


def test_one_variable_as_both_inputs_gets_both_gradients() -> None:
    node, x = ProductAndSum(), leaf(1, 2)
    p, q = node.apply((x, x))
    F.sum(p + q).backward()
    assert x.grad.tolist() == [4, 6]


def test_none_is_a_zero_gradient() -> None:
    assert applied(lambda gys: (None,)) is None


def test_gradients_for_all_inputs_are_accepted_where_fewer_are_wanted() -> None:
    class All(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * inputs[1],)

        def backward(self, indexes: Any, gys: Any) -> Any:
            return gys[0] * 2, gys[0] * 3

    x, w = leaf(1), Variable(floats(1), requires_grad=False)
    All().apply((x, w))[0].backward()
    assert x.grad.tolist() == [2]


@pytest.mark.parametrize(
    ("rule", "error", "message"),
    [
        (
            lambda gys: (gys[0].array,),
            TypeError,
            "must return variables, but for input 0 it returned ndarray",
        ),
        (lambda gys: (1.0,), TypeError, "must return variables, but for input 0 it returned float"),
        (lambda gys: (gys[0], gys[0]), ValueError, "returned 2 gradients for 1 inputs"),
        (lambda gys: (F.reshape(gys[0], (1, 1)),), ValueError, "Shape of data and grad mismatch"),
        (lambda gys: (F.cast(gys[0], "d"),), TypeError, "Dtype of data and grad mismatch"),
        (lambda gys: 1 / 0, ZeroDivisionError, "division"),
    ],
)
def test_a_wrong_rule_is_named(rule: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        applied(rule)
    note = "\n".join(caught.value.__notes__)
    assert note.startswith("Made (backward): output gradients float32(1,)")
    assert "test_function_node.py" in note


def test_debug_mode_finds_nan_in_both_directions() -> None:
    with engine.using_config("debug", True):
        with pytest.raises(RuntimeError, match="NaN is detected on forward computation of Made"):
            applied(lambda gys: gys, forward=lambda x: x * numpy.float32("nan"))
        with pytest.raises(RuntimeError, match="NaN is detected on backward computation of Made"):
            applied(lambda gys: (Variable(gys[0].array * numpy.float32("nan")),))


# ---- retained arrays ----


def test_retained_inputs_and_outputs_are_the_scripts_own_variables() -> None:
    seen = []

    class Exp(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            self.retain_inputs((0,))
            self.retain_outputs((0,))
            return (numpy.exp(inputs[0]),)

        def backward(self, indexes: Any, gys: Any) -> Any:
            (x,), (y,) = self.get_retained_inputs(), self.get_retained_outputs()
            seen.append((x, y))
            return (y * gys[0],)

    x = leaf(0, 1)
    (y,) = Exp().apply((x,))
    F.sum(y).backward()
    assert seen[0][0] is x
    assert seen[0][1] is y


def test_a_retained_output_comes_back_after_the_script_dropped_it() -> None:
    class Exp(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            self.retain_outputs((0,))
            return (numpy.exp(inputs[0]),)

        def backward(self, indexes: Any, gys: Any) -> Any:
            return (self.get_retained_outputs()[0] * gys[0],)

    x = leaf(0, 1)
    loss = F.sum(Exp().apply((x,))[0])
    loss.backward(enable_double_backprop=True)
    gx = x.grad_var
    x.cleargrad()
    F.sum(gx).backward()
    numpy.testing.assert_allclose(x.grad, numpy.exp([0, 1]), rtol=1e-6)


# ---- backward_accumulate ----


class Accumulating(FunctionNode):
    """y = 2 x, with a rule that adds by itself and remembers what it found."""

    def __init__(self, found: list[Any]) -> None:
        self.found = found

    def forward(self, inputs: Any) -> Any:
        return (inputs[0] * 2,)

    def backward_accumulate(self, indexes: Any, gys: Any, gxs: Any) -> Any:
        self.found.append([None if gx is None else gx.array.tolist() for gx in gxs])
        return tuple(gys[0] * 2 if gx is None else gx + gys[0] * 2 for gx in gxs)


def test_an_op_may_add_to_the_gradients_by_itself() -> None:
    found: list[Any] = []
    x = leaf(1, 2)
    y, z = Accumulating(found).apply((x,))[0], Accumulating(found).apply((x,))[0]
    loss = F.sum(y + z)
    loss.backward()
    assert x.grad.tolist() == [4, 4]
    loss.backward()
    assert x.grad.tolist() == [8, 8]
    assert found == [[None], [[2, 2]], [[4, 4]], [[6, 6]]]


@pytest.mark.parametrize("observed", [False, True])
def test_an_infinite_gradient_that_is_held_stays_infinite(observed: bool) -> None:
    x = leaf(1)
    x.grad = floats(numpy.inf)
    stop = engine.events.observe(lambda event: None) if observed else lambda: None
    Accumulating([]).apply((x,))[0].backward()
    stop()
    assert x.grad.tolist() == [numpy.inf]


def test_an_input_that_comes_twice_is_added_twice() -> None:
    class Both(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] + inputs[1],)

        def backward_accumulate(self, indexes: Any, gys: Any, gxs: Any) -> Any:
            return tuple(
                gys[0] * (2 + i) if gx is None else gx + gys[0] * (2 + i) for i, gx in enumerate(gxs)
            )

    x = leaf(1)
    x.grad = floats(100)
    Both().apply((x, x))[0].backward()
    assert x.grad.tolist() == [105]
