"""What the engine says about itself: the right events, all of them."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
from engine import FunctionNode, Parameter, Variable, events, links, optimizers
from tests.support.heard_events import of_kind, told


def leaf(*values: float) -> Variable:
    return Variable(numpy.array(values, dtype=float))


def test_a_training_step_is_told_in_order(seen: list[events.Event]) -> None:
    x, W = Variable(numpy.ones((1, 2)), requires_grad=False), Parameter(numpy.ones((3, 2)))
    assert told(seen) == ["Made"]
    loss = F.sum(F.tanh(F.linear(x, W)))
    assert told(seen) == ["ForwardFinished linear", "ForwardFinished tanh", "ForwardFinished sum"]
    W.cleargrad()
    assert told(seen) == ["GradsCleared"]
    loss.backward()
    assert told(seen) == [
        "BackwardStarted",
        "BackwardStepped sum",
        "BackwardStepped tanh",
        "BackwardStepped linear",
        "GradAccumulated linear",
        "BackwardFinished",
    ]


def test_a_forward_op_shows_nodes_and_arrays_of_both_sides(seen: list[events.Event]) -> None:
    x = leaf(1, 2)
    y = x * 3
    (event,) = seen
    assert event.node is y.creator
    assert event.x == (x.node,)
    assert event.x_arrays[0] is x.array
    assert event.y == (y,)
    assert event.y_arrays[0] is y.array
    assert (event.in_graph, event.during) == (True, None)
    assert event.duration_ns >= 0


def test_in_graph_tells_whether_a_walk_can_come_there(seen: list[events.Event]) -> None:
    x = leaf(1)
    with engine.no_backprop_mode():
        _ = x * 2
    _ = Variable(x.array, requires_grad=False) * 2
    _ = x * 2
    assert [event.in_graph for event in seen] == [False, False, True]


def test_a_node_that_is_applied_again_without_a_graph_shows_what_it_is_applied_to(
    seen: list[events.Event],
) -> None:
    class Twice(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 2,)

    first, second, node = leaf(1), leaf(2), Twice()
    node.apply((first,))
    with engine.no_backprop_mode():
        node.apply((second,))
    assert [event.x for event in of_kind(seen, events.ForwardFinished)] == [(first.node,), (second.node,)]


def test_a_walk_tells_its_root_seed_and_size(seen: list[events.Event]) -> None:
    x = leaf(1, 2)
    y = F.sum(x * x)
    seen.clear()
    y.backward(loss_scale=4.0)
    start, end = seen[0], seen[-1]
    assert start.roots == (y.node,)
    assert start.root_arrays[0] is y.array
    assert [seed.item() for seed in start.seeds] == [4]
    assert (start.node_count, start.double, start.call) == (2, False, "backward")
    assert not end.failed


def test_grad_says_that_it_is_grad(seen: list[events.Event]) -> None:
    x, z = leaf(1, 2), leaf(1, 2)
    y = F.sum(x * x * F.exp(z))
    seen.clear()
    engine.grad([y], [x], enable_double_backprop=True)
    assert (seen[0].call, seen[0].double) == ("grad", True)
    assert seen[0].node_count == len(of_kind(seen, events.BackwardStepped)) == 3


def test_a_step_shows_what_came_in_and_what_went_out(seen: list[events.Event]) -> None:
    a, b = leaf(2, 3), Variable(numpy.array([5.0, 7.0]), requires_grad=False)
    y = a * b
    y.grad = numpy.array([1.0, 10.0])
    seed = y.grad
    seen.clear()
    y.backward()
    (step,) = of_kind(seen, events.BackwardStepped)
    assert step.node is y.creator
    assert (step.x, step.y) == ((a.node, b.node), (y.node,))
    assert step.gy[0] is seed
    assert step.gx[0].tolist() == [5, 70]
    assert step.gx[1] is None
    assert numpy.array_equal(step.gx[0], a.grad)


def test_a_fork_tells_each_sum(seen: list[events.Event]) -> None:
    x = leaf(2)
    h = x * 3
    y = h * h
    seen.clear()
    y.backward()
    at_h = [event for event in of_kind(seen, events.GradAccumulated) if event.variable is h.node]
    (fork,) = at_h
    assert (fork.before.item(), fork.contribution.item(), fork.after.item()) == (6, 6, 12)
    assert fork.node is y.creator


def test_every_write_of_a_leafs_gradient_is_told(seen: list[events.Event]) -> None:
    x = leaf(2)
    x.grad = numpy.array([100.0])
    y = x * x
    seen.clear()
    y.backward()
    writes = of_kind(seen, events.GradAccumulated)
    assert [(w.before.item(), w.contribution.item(), w.after.item()) for w in writes] == [
        (100, 2, 102),
        (102, 2, 104),
    ]
    assert all(write.variable is x.node and write.node is y.creator for write in writes)
    assert writes[-1].after is x.grad


def test_contributions_add_up_to_each_gradient(seen: list[events.Event]) -> None:
    rng = numpy.random.default_rng(1)
    for double in (False, True):
        leaves = [Variable(rng.normal(size=3)) for _ in range(3)]
        a, b, c = leaves
        h = F.tanh(a * b) + c
        loss = F.sum(h * h + F.exp(h) * a - h)
        seen.clear()
        loss.backward(enable_double_backprop=double)
        for x in leaves:
            parts = [
                gx
                for step in of_kind(seen, events.BackwardStepped)
                for node, gx in zip(step.x, step.gx, strict=True)
                if node is x.node
            ]
            numpy.testing.assert_allclose(sum(parts), x.grad, rtol=1e-12)


def test_an_op_inside_a_backward_rule_says_during_what(seen: list[events.Event]) -> None:
    class Square(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            self.retain_inputs((0,))
            return (inputs[0] ** 2,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            return (self.get_retained_inputs()[0] * 2 * gys[0],)

    for double in (False, True):
        x = leaf(1)
        (y,) = Square().apply((x,))
        seen.clear()
        y.backward(enable_double_backprop=double)
        inner = of_kind(seen, events.ForwardFinished)
        assert [event.node.op_name for event in inner] == ["mul", "mul"]
        assert all(event.during is y.creator for event in inner)
        assert all(event.in_graph == double for event in inner)


def test_the_gradient_of_an_old_style_function_is_made_during_its_step(seen: list[events.Event]) -> None:
    class Twice(engine.Function):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 2,)

        def backward(self, inputs: Any, gys: Any) -> Any:
            return (gys[0] * 2,)

    y = Twice()(leaf(1))
    seen.clear()
    y.backward(enable_double_backprop=True)
    assert [event.during for event in of_kind(seen, events.ForwardFinished)] == [y.creator_node]


def test_an_op_after_a_failed_walk_is_during_nothing(seen: list[events.Event]) -> None:
    class Broken(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            raise KeyError("W")

    for double in (False, True):
        (y,) = Broken().apply((leaf(1),))
        with pytest.raises(KeyError):
            y.backward(enable_double_backprop=double)
        seen.clear()
        _ = leaf(1) * 2
        assert seen[0].during is None


def test_clearing_gradients_is_told(seen: list[events.Event]) -> None:
    x = leaf(1)
    x.cleargrad()
    with pytest.warns(DeprecationWarning, match="cleargrad"):
        x.zerograd()
    assert [(event.parameters, event.zeroed) for event in seen] == [((x,), False), ((x,), True)]


def test_dropout_tells_the_random_state_before_it_drew(seen: list[events.Event]) -> None:
    numpy.random.seed(1)
    first = F.dropout(leaf(1, 2, 3))
    second = F.dropout(leaf(1, 2, 3))
    numpy.random.seed(1)
    again = F.dropout(leaf(1, 2, 3))
    states = [event.node.random_state for event in seen]
    assert numpy.array_equal(states[0], states[2])
    assert not numpy.array_equal(states[0], states[1])
    assert all(state.shape == (628,) for state in states)
    assert numpy.array_equal(first.array, again.array)
    assert second.shape == (3,)


# ---- failures ----


def test_an_exception_in_forward_is_told_and_raised(seen: list[events.Event]) -> None:
    x = leaf(1, 2)
    with pytest.raises(Exception, match="broadcast") as caught:
        _ = x + leaf(1, 2, 3)
    (event,) = seen
    assert type(event) is events.Failed
    assert (event.node.op_name, event.during) == ("add", "forward")
    assert event.error is caught.value
    assert [array.shape for array in event.arrays] == [(2,), (3,)]


def test_an_exception_in_backward_ends_the_walk_as_failed(seen: list[events.Event]) -> None:
    class Broken(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            raise KeyError("W")

    (y,) = Broken().apply((leaf(1),))
    seen.clear()
    with pytest.raises(KeyError):
        y.backward()
    assert told(seen) == ["BackwardStarted", "ForeignBackward Broken", "Failed Broken", "BackwardFinished"]
    with pytest.raises(KeyError):
        y.backward()
    assert seen[-1].failed
    assert seen[2].during == "backward"


def test_code_outside_the_engine_is_told_of_before_it_runs(seen: list[events.Event]) -> None:
    class Triple(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            (self.before_forward,) = seen
            return (inputs[0] * 3,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            self.before_backward = seen[-1]
            return (gys[0] * 3,)

    x, node = leaf(1), Triple()
    (y,) = node.apply((x,))
    assert type(node.before_forward) is events.ForeignForward
    assert node.before_forward.node is node
    assert node.before_forward.x_arrays[0] is x.array
    y.grad = numpy.ones(1)
    y.backward()
    assert type(node.before_backward) is events.ForeignBackward
    assert node.before_backward.node is node
    numpy.testing.assert_array_equal(node.before_backward.gy[0], [1])
    seen.clear()
    F.exp(x)
    assert told(seen) == ["ForwardFinished exp"]


def test_a_parameter_without_a_gradient_is_not_told_of(seen: list[events.Event]) -> None:
    model = links.Linear(2, 1)
    optimizers.Adam().setup(model)
    model.cleargrads()
    model.W.grad = numpy.ones((1, 2), "f")
    seen.clear()
    for parameter in model.params():
        parameter.update_rule.update(parameter)
    assert told(seen) == ["ParameterUpdating", "ParameterUpdated"]


def test_what_is_constructed_is_told(seen: list[events.Event]) -> None:
    link = links.Linear(2, 3)
    optimizer = optimizers.SGD()
    assert [event.thing for event in of_kind(seen, events.Made)] == [link, link.W, link.b, optimizer]
