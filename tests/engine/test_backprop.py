"""The backward walk: what gets a gradient, how gradients add up, what stays. As seen in Chainer 7.8.1."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
from engine import Variable


def floats(*values: float) -> numpy.ndarray:
    return numpy.array(values, dtype=numpy.float32)


def leaf(*values: float) -> Variable:
    return Variable(floats(*values))


# ---- where a walk starts ----


def test_a_scalar_starts_from_one_and_keeps_no_gradient() -> None:
    x = leaf(1, 2)
    y = F.sum(x * x)
    y.backward()
    assert x.grad.tolist() == [2, 4]
    assert y.grad is None


def test_one_element_of_any_shape_is_a_scalar() -> None:
    x = Variable(numpy.array([[3]], numpy.float32))
    (x * 2).backward()
    assert x.grad.tolist() == [[2]]


@pytest.mark.parametrize("array", [floats(1, 2), numpy.zeros((0,), numpy.float32)])
def test_several_elements_need_a_gradient_to_start_from(array: numpy.ndarray) -> None:
    with pytest.raises(TypeError, match="starts from a gradient"):
        (Variable(array) * 2).backward()


def test_an_assigned_gradient_is_where_it_starts() -> None:
    x = leaf(1, 2)
    y = x * 2
    y.grad = floats(3, 4)
    y.backward()
    assert x.grad.tolist() == [6, 8]
    assert y.grad is None


def test_a_leaf_has_nothing_behind_it() -> None:
    x, number = leaf(1, 2), Variable(numpy.array(3.0))
    x.backward()
    assert x.grad is None
    number.backward()
    assert number.grad == 1


def test_several_roots_are_one_walk() -> None:
    x = leaf(1, 2)
    y, z = x * 2, x * 3
    y.grad, z.grad = floats(1, 1), floats(10, 10)
    engine.backward([y, z])
    assert x.grad.tolist() == [32, 32]


# ---- how gradients add up ----


def test_a_second_walk_adds_to_the_gradient() -> None:
    x = leaf(1, 2)
    y = F.sum(x * x)
    y.backward()
    first = x.grad
    y.backward()
    assert x.grad.tolist() == [4, 8]
    assert first.tolist() == [2, 4]


def test_a_variable_used_twice_in_one_op_gets_both_parts() -> None:
    x = leaf(3)
    (x * x + x + x).backward()
    assert x.grad.tolist() == [8]


def test_gradients_add_up_where_an_inner_variable_forks() -> None:
    x = leaf(2)
    h = x * 3
    (h * h + F.exp(h * 0)).backward()
    assert x.grad.tolist() == [36]


def test_sums_at_a_fork_leave_what_a_script_keeps_alone() -> None:
    class Kept(engine.FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            return (kept,)

    kept = leaf(1, 2)
    x = leaf(3, 4)
    h = x * 2
    loss = F.sum(sum((Kept().apply((h,))[0] for _ in range(3)), start=h))
    loss.backward(retain_grad=True)
    assert h.grad.tolist() == [4, 7]
    assert x.grad.tolist() == [8, 14]
    assert kept.array.tolist() == [1, 2]


@pytest.mark.parametrize("observed", [False, True])
def test_what_a_hook_keeps_of_a_gradient_that_grows_stays_as_it_was(observed: bool) -> None:
    x = Variable(numpy.ones(2))
    kept: list[numpy.ndarray] = []

    class Keeps(engine.FunctionHook):
        def backward_postprocess(self, function: Any, in_data: Any, out_grad: Any) -> None:
            if x.grad is not None:
                kept.append(x.grad)

    y = F.sum(F.concat([x * factor for factor in (1, 10, 100, 1000)], axis=0))
    stop = engine.events.observe(lambda event: None) if observed else lambda: None
    with Keeps():
        y.backward()
    stop()
    seen = [gradient[0] for gradient in kept]
    assert len(set(seen)) == len(seen) == 3
    assert seen == sorted(seen)
    assert x.grad.tolist() == [1111, 1111]


@pytest.mark.parametrize("observed", [False, True])
def test_a_gradient_that_a_hook_puts_into_a_buffer_grows_outside_of_it(observed: bool) -> None:
    x = Variable(numpy.ones(2))
    buffer = numpy.zeros(4)
    gradients = []

    class Moves(engine.FunctionHook):
        def backward_postprocess(self, function: Any, in_data: Any, out_grad: Any) -> None:
            if x.grad is not None:
                gradients.append(x.grad[0].item())
                if len(gradients) == 3:
                    buffer[:2] = x.grad
                    x.grad = buffer[:2]

    y = F.sum(F.concat([x * factor for factor in (1, 10, 100, 1000, 10000)], axis=0))
    stop = engine.events.observe(lambda event: None) if observed else lambda: None
    with Moves():
        y.backward()
    stop()
    assert buffer.tolist() == [gradients[2], gradients[2], 0, 0]
    assert x.grad.tolist() == [11111, 11111]


def test_a_gradient_that_nobody_keeps_grows_in_place() -> None:
    x = Variable(numpy.ones(2))
    places = []

    class Looks(engine.FunctionHook):
        def backward_postprocess(self, function: Any, in_data: Any, out_grad: Any) -> None:
            if x.grad is not None:
                places.append(x.grad.ctypes.data)

    y = F.sum(F.concat([x * factor for factor in range(6)], axis=0))
    with Looks():
        y.backward()
    assert len(places) == 5
    assert len(set(places[1:])) == 1  # the first one may be another's


def test_a_fork_of_unequal_branches_is_visited_once_all_gradients_are_there() -> None:
    visits = []

    class Counted(engine.FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            visits.append(gys[0].array.tolist())
            return gys

    x = leaf(1)
    (h,) = Counted().apply((x,))
    long = h
    for _ in range(5):
        long = long * 2
    (long + h).backward()
    assert visits == [[33]]
    assert x.grad.tolist() == [33]


def test_no_two_leaves_share_memory() -> None:
    class Product(engine.FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] + inputs[1],)

        def backward(self, indexes: Any, gys: Any) -> Any:
            gx = gys[0] * 1
            return gx, gx

    for double in (False, True):
        leaves = [leaf(1, 2) for _ in range(6)]
        a, b, c, d, e, f = leaves
        y = (a + b) - (c + F.reshape(F.reshape(d, (2, 1)), (2,))) + Product().apply((e, f))[0]
        y.grad = seed = floats(1, 1)
        y.backward(retain_grad=True, enable_double_backprop=double)
        arrays = [seed, *(x.grad for x in leaves)]
        for i, one in enumerate(arrays):
            for other in arrays[:i]:
                assert not numpy.shares_memory(one, other)


def test_a_gradient_doesnt_share_memory_with_an_input() -> None:
    class Scalar(engine.Function):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * inputs[1],)

        def backward(self, inputs: Any, gys: Any) -> Any:
            return inputs[1], inputs[0]

    a, b = leaf(2), leaf(3)
    Scalar()(a, b).backward()
    a.grad += 100
    assert b.array.tolist() == [3]


def test_writing_into_a_gradient_in_place_reaches_nobody_else() -> None:
    x, w = leaf(1, 2), leaf(1, 2)
    y = x + w
    y.grad = floats(1, 1)
    y.backward()
    x.grad *= 10
    assert w.grad.tolist() == [1, 1]


# ---- what stays ----


def test_gradients_in_between_go_unless_retained() -> None:
    x = leaf(1, 2)
    h = x * 2
    y = F.sum(h * h)
    y.backward()
    assert h.grad is None
    y.backward(retain_grad=True)
    assert h.grad.tolist() == [4, 8]
    assert y.grad == 1


def test_changing_an_array_in_place_after_forward_changes_the_gradient() -> None:
    x = leaf(1, 2)
    y = F.sum(x * x)
    x.array[...] = 7
    y.backward()
    assert x.grad.tolist() == [14, 14]


def test_an_array_assigned_after_forward_is_the_one_that_counts() -> None:
    x = leaf(1, 2)
    y = F.sum(x * x)
    x.array = floats(7, 7)
    y.backward()
    assert x.grad.tolist() == [14, 14]


def test_a_dead_output_counts_as_zero() -> None:
    x = leaf(1, 2, 3, 4)
    halves = F.split_axis(x, 2, 0)
    y = F.sum(halves[0])
    del halves
    y.backward()
    assert x.grad.tolist() == [1, 1, 0, 0]


# ---- what gets none ----


def test_requires_grad_false_stops_the_walk() -> None:
    x, w = Variable(floats(1, 2), requires_grad=False), leaf(1, 2)
    y = F.sum(x * w)
    y.backward()
    assert x.grad is None
    assert w.grad.tolist() == [1, 2]
    z = F.sum(x)
    z.backward()
    assert (z.requires_grad, x.grad, z.grad) == (False, None, None)


def test_an_op_on_arrays_alone_requires_no_gradient() -> None:
    assert not F.sum(floats(1, 2)).requires_grad


def test_no_backprop_mode_builds_no_graph() -> None:
    x = leaf(1, 2)
    with engine.no_backprop_mode():
        y = F.sum(x * x)
        with engine.force_backprop_mode():
            z = F.sum(x * x)
    assert (y.creator, y.rank) == (None, 0)
    y.backward()
    assert x.grad is None
    z.backward()
    assert x.grad.tolist() == [2, 4]


def test_backward_works_within_no_backprop_mode() -> None:
    x = leaf(1, 2)
    y = F.sum(x * x)
    with engine.no_backprop_mode():
        y.backward(enable_double_backprop=True)
    assert x.grad.tolist() == [2, 4]
    assert x.grad_var.creator is not None


def test_unchain_makes_a_leaf() -> None:
    x = leaf(1, 2)
    h = x * 2
    h.unchain()
    F.sum(h * h).backward()
    assert x.grad is None
    assert h.grad.tolist() == [4, 8]


def test_unchain_backward_cuts_all_that_is_behind() -> None:
    x = leaf(1, 2)
    h = x * 2
    k = h * 3
    y = F.sum(k)
    k.unchain_backward()
    y.backward()
    assert (x.grad, h.grad, h.creator, k.creator) == (None, None, None, None)
    assert k.grad.tolist() == [1, 1]


def test_unchaining_a_function_cuts_its_outputs_off() -> None:
    x = leaf(1, 2)
    h = x * 2
    function = h.creator
    function.unchain()
    assert (h.creator, function.inputs) == (None, None)


# ---- loss scale ----


def test_loss_scale_multiplies_the_seed() -> None:
    x = leaf(2)
    (x * 3).backward(loss_scale=8.0)
    assert x.grad.tolist() == [24]


# ---- gradients of gradients ----


def test_three_derivatives_of_a_cube() -> None:
    x = leaf(2)
    (x**3).backward(enable_double_backprop=True)
    first = x.grad_var
    x.cleargrad()
    first.backward(enable_double_backprop=True)
    second = x.grad_var
    x.cleargrad()
    second.backward()
    assert (first.array.tolist(), second.array.tolist(), x.grad.tolist()) == ([12], [12], [6])


def test_a_walk_without_double_backprop_leaves_no_graph_behind() -> None:
    x = leaf(2)
    (x**3).backward()
    assert x.grad_var.creator is None


def test_a_gradient_penalty_reaches_the_weights() -> None:
    x, W = Variable(numpy.ones((1, 2))), Variable(numpy.array([[2.0, 3.0]]))
    y = F.sum(F.linear(x, W) ** 2)
    (gx,) = engine.grad([y], [x], enable_double_backprop=True)
    F.sum(gx * gx).backward()
    # gx = 2 (x W^T) W, so the penalty is 4 (W0+W1)^2 (W0^2+W1^2)
    s, q = 5.0, 13.0
    numpy.testing.assert_allclose(W.grad, [[8 * s * q + 8 * s * s * 2, 8 * s * q + 8 * s * s * 3]])
