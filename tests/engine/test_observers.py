"""Who is told what the engine does, and that being watched changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
from engine import FunctionNode, Parameter, Variable, events
from tests.support.heard_events import told


def leaf(*values: float) -> Variable:
    return Variable(numpy.array(values, dtype=float))


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
