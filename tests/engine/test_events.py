"""What the engine says about itself: the right events, all of them, and no change by being watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
from engine import FunctionNode, Parameter, Variable, events, links, optimizers


@pytest.fixture
def seen() -> Iterator[list[events.Event]]:
    """The events of this test."""
    heard: list[events.Event] = []
    stop = events.observe(heard.append)
    yield heard
    stop()


def leaf(*values: float) -> Variable:
    return Variable(numpy.array(values, dtype=float))


def told(heard: list[events.Event]) -> list[str]:
    """Events as short words, and forgotten."""
    words = []
    for event in heard:
        word = type(event).__name__
        node = getattr(event, "node", None)
        words.append(f"{word} {node.op_name}" if isinstance(node, FunctionNode) else word)
    heard.clear()
    return words


def of_kind(heard: list[events.Event], kind: type) -> list[Any]:
    return [event for event in heard if isinstance(event, kind)]


# ---- what is said ----


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
    assert told(seen) == ["BackwardStarted", "Failed Broken", "BackwardFinished"]
    with pytest.raises(KeyError):
        y.backward()
    assert seen[-1].failed
    assert seen[1].during == "backward"


# ---- observers ----


def test_an_observer_that_raises_is_detached_and_the_training_goes_on(
    seen: list[events.Event], capsys: pytest.CaptureFixture[str]
) -> None:
    calls = []

    def broken(event: events.Event) -> None:
        calls.append(event)
        raise ValueError("no space left")

    stop = events.observe(broken)
    x = leaf(1, 2)
    F.sum(x * x).backward()
    stop()
    assert x.grad.tolist() == [2, 4]
    assert len(calls) == 1
    assert len(seen) > 5
    assert capsys.readouterr().err == (
        "engine: an observer failed on ForwardFinished and was detached: ValueError: no space left\n"
    )


def test_an_observer_may_stop_itself_while_it_is_told() -> None:
    heard: list[events.Event] = []

    def once(event: events.Event) -> None:
        heard.append(event)
        stop()

    stop = events.observe(once)
    _ = leaf(1) * 2 * 3
    assert len(heard) == 1


def test_observers_are_told_in_the_order_in_which_they_came() -> None:
    heard: list[int] = []
    stops = [events.observe(lambda event, number=number: heard.append(number)) for number in range(3)]
    _ = leaf(1) * 2
    stops[1]()
    _ = leaf(1) * 2
    stops[0]()
    stops[2]()
    _ = leaf(1) * 2
    assert heard == [0, 1, 2, 0, 2]


def test_a_parameter_without_a_gradient_is_not_told_of(seen: list[events.Event]) -> None:
    model = links.Linear(2, 1)
    optimizers.Adam().setup(model)
    model.cleargrads()
    model.W.grad = numpy.ones((1, 2), "f")
    seen.clear()
    for parameter in model.params():
        parameter.update_rule.update(parameter)
    assert told(seen) == ["ParameterUpdating", "ParameterUpdated"]


def test_stopping_twice_does_no_harm() -> None:
    first = events.observe(len)  # type: ignore[arg-type]
    second = events.observe(len)  # type: ignore[arg-type]
    first()
    first()
    assert len in events.observers
    second()
    assert len not in events.observers


class _Taker:
    """Takes what is computed as it comes, and all else as events."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.takers = {"ForwardFinished": lambda *fields: self.heard.append(fields)}

    def __call__(self, event: events.Event) -> None:
        self.heard.append(event)


def test_an_observer_that_is_alone_may_take_the_fields_and_no_event_is_built() -> None:
    taker = _Taker()
    x = leaf(1, 2)
    stop = events.observe(taker)
    try:
        y = F.relu(x)
        stop_other = events.observe(lambda event: None)
        F.relu(x)
        stop_other()
        F.sum(x).backward()
    finally:
        stop()
    alone, beside, alone_again, *rest = taker.heard
    names = events.ForwardFinished.__match_args__
    assert dict(zip(names, alone, strict=True))["y"] == (y,)
    assert isinstance(beside, events.ForwardFinished)
    assert beside.x == (x.node,)
    assert len(alone_again) == len(names)
    assert told(rest) == ["BackwardStarted", "BackwardStepped sum", "GradAccumulated sum", "BackwardFinished"]
    F.relu(x)
    assert len(taker.heard) == 7


def test_nobody_hears_of_what_happens_unobserved(seen: list[events.Event]) -> None:
    x = leaf(1, 2)
    with events.unobserved():
        F.relu(x)
        assert not events.observers
        events.emit(events.Made(x))
    assert told(seen) == []
    F.relu(x)
    assert told(seen) == ["ForwardFinished relu"]


def test_without_an_observer_no_event_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*args: Any) -> Any:
        raise AssertionError("an event was built")

    for name in events.__all__:
        if isinstance(getattr(events, name), type):
            monkeypatch.setattr(events, name, build)
    x = leaf(1, 2)
    x.cleargrad()
    F.sum(x * x).backward(enable_double_backprop=True)
    engine.grad([F.sum(x * x)], [x])
    assert x.grad.tolist() == [2, 4]


def _training(rng_seed: int) -> list[bytes]:
    """Bytes of everything that a small training computes."""
    numpy.random.seed(rng_seed)
    W = Parameter(numpy.random.randn(4, 3).astype(numpy.float32))
    b = Parameter(numpy.zeros(4, numpy.float32))
    found = []
    for _ in range(3):
        x = Variable(numpy.random.randn(5, 3).astype(numpy.float32))
        h = F.dropout(F.relu(F.linear(x, W, b)))
        loss = F.mean(h * h) + F.sum(F.log_softmax(h)[:, 0]) * 0.1 + F.sum(W * W) * 1e-3
        W.cleargrad()
        b.cleargrad()
        loss.backward(enable_double_backprop=True)
        loss.backward()
        W.array -= 0.1 * W.grad
        b.array -= 0.1 * b.grad
        found += [v.tobytes() for v in (loss.array, W.array, b.array, W.grad, x.grad)]
    return [*found, numpy.random.bytes(8)]


@pytest.mark.parametrize("observer", [lambda event: None, repr], ids=["silent", "reads everything"])
def test_being_watched_changes_no_bit(observer: Callable[[Any], Any]) -> None:
    alone = _training(7)
    stop = events.observe(observer)
    watched = _training(7)
    assert observer in events.observers  # it wasn't detached
    stop()
    assert watched == alone


def test_events_of_two_threads_are_told_in_the_thread_that_made_them(seen: list[events.Event]) -> None:
    import threading

    threads: list[int] = []
    stop = events.observe(lambda event: threads.append(threading.get_ident()))
    other = threading.Thread(target=lambda: F.sum(leaf(1, 2)))
    other.start()
    other.join()
    F.sum(leaf(1, 2))
    stop()
    assert threads == [other.ident, threading.get_ident()]


def test_an_observer_that_comes_while_an_op_runs_hears_of_the_next_one() -> None:
    """Nobody measured how long the running op took, so nothing true could be said of it."""
    heard: list[Any] = []
    stops: list[Callable[[], None]] = []

    class Attaching(FunctionNode):
        def forward(self, inputs: Any) -> Any:
            stops.append(events.observe(heard.append))
            return (inputs[0] * 1,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            stops.append(events.observe(heard.append))
            return gys

    x = leaf(1)
    (y,) = Attaching().apply((x,))
    assert not heard
    stops[0]()
    y.backward()
    stops[1]()
    assert [word.split()[0] for word in told(heard)] == ["GradAccumulated"]


def test_what_is_constructed_is_told(seen: list[events.Event]) -> None:
    link = links.Linear(2, 3)
    optimizer = optimizers.SGD()
    assert [event.thing for event in of_kind(seen, events.Made)] == [link, link.W, link.b, optimizer]
