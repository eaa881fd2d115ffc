"""Large arrays aren't copied while only the engine has them; what the script does with them later isn't in the past."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from watched import Watched

import engine
import engine.functions as F
import engine.links as L
from bpdebug.log.lent import LENT_BYTES
from bpdebug.log.reader import LogReader
from bpdebug.log.records import (
    BackwardBody,
    ForwardBody,
    GradAccumulatedBody,
    ParamUpdatedBody,
    ReportedBody,
)
from bpdebug.log.schema import EventFlag, Kind
from engine import optimizer_hooks, optimizers, serializers

WIDE = 128
X = np.random.default_rng(0).standard_normal((64, WIDE)).astype(np.float32)
assert X.nbytes >= LENT_BYTES


class Deep(engine.Chain):
    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(WIDE, WIDE)
            self.l2 = L.Linear(WIDE, WIDE)

    def forward(self, x: Any) -> Any:
        return self.l2(F.tanh(self.l1(x)))


def train(
    model: Any, optimizer: Any, steps: int = 1, before_update: Callable[[], object] | None = None
) -> None:
    for _ in range(steps):
        loss = F.mean_squared_error(model(X), X)
        model.cleargrads()
        loss.backward()
        if before_update is not None:
            before_update()
        optimizer.update()


def bodies(reader: LogReader, kind: Kind) -> list[Any]:
    return [reader.body(seq) for seq in range(len(reader)) if int(reader.index["kind"][seq]) == kind]


def forward_of(reader: LogReader, label: str) -> list[Any]:
    return [body for body in bodies(reader, Kind.forward) if reader.ops[body.op].label == label]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "run")


@pytest.mark.parametrize("held_back", [False, True], ids=["read at once", "not read yet"])
def test_what_the_script_writes_into_an_array_is_not_in_its_past(watched: Watched, held_back: bool) -> None:
    writer = watched.recorder.writer
    l1 = L.Linear(WIDE, WIDE)
    if held_back:
        writer.mutex.acquire()  # the writer's thread can't take anything
    h = l1(X)
    expected = X @ l1.W.array.T
    if not held_back:
        watched.recorder.flush()
    h.array[...] = 7
    y = F.tanh(h)
    if held_back:
        writer.mutex.release()
    with watched.read() as reader:
        (linear,), (tanh,) = forward_of(reader, "linear"), forward_of(reader, "tanh")
        np.testing.assert_array_equal(reader.array(linear.y[0].tensor), expected)
        assert (reader.array(tanh.x[0].tensor) == 7).all()
        assert tanh.changed == [0]
        np.testing.assert_array_equal(reader.array(tanh.y[0].tensor), y.array)


@pytest.mark.parametrize("read", ["when it is time", "each step", "at the end"])
def test_events_that_made_what_is_not_finite_say_so(watched: Watched, read: str) -> None:
    """Nobody looks for it when an array is lent, and yet it is found before its event is on disk."""
    model = Deep()
    optimizer = optimizers.SGD(1e25).setup(model)
    writer = watched.recorder.writer
    if read == "at the end":
        writer.mutex.acquire()
    with np.errstate(all="ignore"):
        train(model, optimizer, 6, writer.flush if read == "each step" else None)
    if read == "at the end":
        writer.mutex.release()
    with watched.read() as reader:
        told = []
        for seq in range(len(reader)):
            made: list[int | None] = []
            match reader.body(seq):
                case ForwardBody(y=y):
                    made = [slot.tensor for slot in y]
                case BackwardBody(gx=gx):
                    made = gx
                case GradAccumulatedBody(after=row) | ParamUpdatedBody(after=row) | ReportedBody(tensor=row):
                    made = [row]
            told.append(any(row is not None and reader.tensors["flags"][row] for row in made))
        flags = reader.index["flags"] & EventFlag.nonfinite != 0
        assert flags.tolist() == told
        assert 0 < sum(told) < len(reader)


@pytest.mark.parametrize("route", ["view", "node", "function hook", "own function", "pickle", "grad_var"])
def test_every_way_to_an_array_counts(watched: Watched, route: str) -> None:
    h = F.exp(engine.Variable(X))
    past = np.exp(X)
    watched.recorder.writer.mutex.acquire()
    if route == "view":
        F.reshape(h, (WIDE, 64)).array[...] = 7
    elif route == "node":
        h.node.data[...] = 7
    elif route == "function hook":

        class Writes(engine.FunctionHook):
            def forward_preprocess(self, function: Any, in_data: tuple[Any, ...]) -> None:
                in_data[0][...] = 7

        with Writes():
            F.tanh(h)
    elif route == "own function":

        class Own(engine.Function):
            def forward(self, inputs: Any) -> Any:
                inputs[0][...] = 7
                return (inputs[0] * 2,)

        Own()(h)
    elif route == "pickle":
        buffers: list[pickle.PickleBuffer] = []
        pickle.dumps(h, protocol=5, buffer_callback=buffers.append)
        np.frombuffer(buffers[0], np.float32)[...] = 7
    else:
        h.grad_var = F.sqrt(h)
        past = np.sqrt(past)
        h.grad_var.array[...] = 7
    watched.recorder.writer.mutex.release()
    F.tanh(h.grad_var if route == "grad_var" else h)
    with watched.read() as reader:
        (made,) = forward_of(reader, "sqrt" if route == "grad_var" else "exp")
        np.testing.assert_array_equal(reader.array(made.y[0].tensor), past)
        last = forward_of(reader, "tanh")[-1]
        assert (reader.array(last.x[0].tensor) == 7).all()


def test_a_view_counts_however_small_it_is(watched: Watched) -> None:
    h = F.exp(engine.Variable(X))
    first = h[:1]
    assert first.array.nbytes < LENT_BYTES
    first.array[...] = 7
    F.tanh(h)
    with watched.read() as reader:
        (exp,), (tanh,) = forward_of(reader, "exp"), forward_of(reader, "tanh")
        np.testing.assert_array_equal(reader.array(exp.y[0].tensor), np.exp(X))
        np.testing.assert_array_equal(reader.array(tanh.x[0].tensor), h.array)
        assert tanh.changed == [0]


def test_updates_show_each_value_of_a_parameter(watched: Watched) -> None:
    model = Deep()
    optimizer = optimizers.SGD(0.1).setup(model)
    # Past `array`, whose use is told: here only the engine has the arrays.
    values = [model.l1.W._data.copy()]
    for _ in range(4):
        train(model, optimizer)
        values.append(model.l1.W._data.copy())
    with watched.read() as reader:
        number = [variable.name for variable in reader.variables].index("Deep.l1.W")
        updates = [body for body in bodies(reader, Kind.param_updated) if body.var == number]
        for update, before, after in zip(updates, values[:-1], values[1:], strict=True):
            np.testing.assert_array_equal(reader.array(update.before), before)
            np.testing.assert_array_equal(reader.array(update.after), after)
            np.testing.assert_array_equal(before - 0.1 * reader.array(update.grad), after)
        assert not any(body.changed for body in bodies(reader, Kind.forward))


@pytest.mark.parametrize("name", ["the array", "a view"])
def test_a_name_of_the_scripts_for_a_weight_is_heeded(watched: Watched, name: str) -> None:
    model = Deep()
    optimizer = optimizers.SGD(0.1).setup(model)
    W = model.l1.W.array if name == "the array" else model.l1.W.array[:5]
    train(model, optimizer)
    W[...] = 3
    train(model, optimizer)
    with watched.read() as reader:
        second = [body for body in forward_of(reader, "linear") if body.x[1].var == 0][1]
        assert (reader.array(second.x[1].tensor)[:5] == 3).all()
        assert second.changed == [1]
        updates = [body for body in bodies(reader, Kind.param_updated) if body.var == 0]
        assert not (reader.array(updates[0].after)[:5] == 3).any()


def test_what_a_pickler_gets_of_a_weight_counts(watched: Watched) -> None:
    model = Deep()
    optimizer = optimizers.SGD(0.1).setup(model)
    train(model, optimizer)
    past = model.l1.W._data.copy()
    buffers: list[pickle.PickleBuffer] = []
    watched.recorder.writer.mutex.acquire()
    pickle.dumps(model.l1.W, protocol=5, buffer_callback=buffers.append)
    for buffer in buffers:
        np.frombuffer(buffer, np.float32)[...] = 7
    watched.recorder.writer.mutex.release()
    train(model, optimizer)
    with watched.read() as reader:
        number = [variable.name for variable in reader.variables].index("Deep.l1.W")
        updates = [body for body in bodies(reader, Kind.param_updated) if body.var == number]
        np.testing.assert_array_equal(reader.array(updates[0].after), past)
        (_, second) = [body for body in forward_of(reader, "linear") if body.x[1].var == number]
        assert second.changed == [1]


def test_a_weight_that_is_loaded_or_copied_is_seen_to_change(watched: Watched, tmp_path: Path) -> None:
    model, other = Deep(), Deep()
    optimizer = optimizers.SGD(0.1).setup(model)
    serializers.save_npz(tmp_path / "other.npz", other)
    train(model, optimizer)
    serializers.load_npz(tmp_path / "other.npz", model)
    train(model, optimizer)
    model.copyparams(other)
    train(model, optimizer)
    with watched.read() as reader:
        first = [body for body in forward_of(reader, "linear") if body.x[1].var == 0]
        assert [1 in body.changed for body in first] == [False, True, True]
        np.testing.assert_array_equal(reader.array(first[2].x[1].tensor), other.l1.W.array)


def test_gradients_before_and_after_hooks_are_told_apart(watched: Watched) -> None:
    model = Deep()
    optimizer = optimizers.SGD(0.1).setup(model)
    optimizer.add_hook(optimizer_hooks.WeightDecay(0.5))
    gradients = []
    train(model, optimizer, 1, lambda: gradients.append(model.l1.W._grad.copy()))
    with watched.read() as reader:
        hooked = next(body for body in bodies(reader, Kind.gradient_hooked) if body.var == 0)
        np.testing.assert_array_equal(reader.array(hooked.before), gradients[0])
        np.testing.assert_array_equal(reader.array(hooked.after), model.l1.W.grad)


def test_what_the_script_does_to_a_gradient_is_in_the_update(watched: Watched) -> None:
    model = Deep()
    optimizer = optimizers.SGD(0.1).setup(model)

    def clip() -> None:
        model.l1.W.grad[...] = 2

    train(model, optimizer, 2, clip)
    with watched.read() as reader:
        for update in [body for body in bodies(reader, Kind.param_updated) if body.var == 0]:
            assert (reader.array(update.grad) == 2).all()
        for added in [body for body in bodies(reader, Kind.grad_accumulated) if body.var == 0]:
            assert not (reader.array(added.after) == 2).any()


def test_an_array_that_only_the_engine_has_is_looked_at_once(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Deep()
    optimizer = optimizers.SGD(0.1).setup(model)
    train(model, optimizer)
    put = watched.recorder.writer.store.put
    looked_at = []

    def noting(array: np.ndarray, device: str = "cpu", keep: Any = None) -> Any:
        entry = put(array, device, keep)
        if array.nbytes >= LENT_BYTES and type(entry[5]) is bytes:
            looked_at.append(array)
        return entry

    monkeypatch.setattr(watched.recorder, "_put", noting)
    train(model, optimizer)
    assert all(array is X for array in looked_at)
    watched.read().close()


def test_the_run_is_the_same_bit_for_bit(tmp_path: Path) -> None:
    results = []
    for record in (False, True):
        np.random.seed(0)
        watched = Watched(tmp_path / "run") if record else None
        model = Deep()
        optimizer = optimizers.Adam().setup(model)
        train(model, optimizer, 3)
        if watched is not None:
            watched.read().close()
        results.append([parameter.array.tobytes() for parameter in model.params()])
    assert results[0] == results[1]


@pytest.mark.parametrize("only_reads", [False, True])
def test_an_observer_that_may_write_gets_copied_arrays(tmp_path: Path, only_reads: bool) -> None:
    watched = Watched(tmp_path / "run")
    lent = []
    lend = watched.recorder._lend
    watched.recorder._lend = lambda *args: lent.append(args) or lend(*args)
    watched.recorder.on_event = lambda header: None
    watched.recorder.observer_only_reads = only_reads
    F.exp(engine.Variable(X))
    watched.read().close()
    assert bool(lent) is only_reads
