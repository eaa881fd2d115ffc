"""The engine, watched: what the log says is what happened, and watching changes nothing."""

from __future__ import annotations

import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recorded import addresses
from watched import MLP, Watched, X, step

import engine
import engine.functions as F
import engine.links as L
from bpdebug.log.schema import NOTHING, EventFlag, Kind


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "run")
    yield watched
    watched.stop()
    watched.recorder.close()


def test_one_training_step_is_told_in_order(watched: Watched) -> None:
    model = MLP()
    optimizer = engine.optimizers.SGD(0.1).setup(model)
    step(model, optimizer)
    assert addresses(watched.read()) == [
        "it0/forward/MLP/enter",
        "it0/forward/MLP.l1/enter",
        "it0/forward/MLP.l1/linear",
        "it0/forward/MLP.l1/exit",
        "it0/forward/MLP/sigmoid",
        "it0/forward/MLP.l2/enter",
        "it0/forward/MLP.l2/linear",
        "it0/forward/MLP.l2/exit",
        "it0/forward/MLP/exit",
        "it0/forward/mean_squared_error",
        "it0/forward/cleargrads",
        "it0/forward/report:loss",
        "it0/backward/backward_started",
        "it0/backward/mean_squared_error",
        "it0/backward/MLP.l2/linear",
        "it0/backward/MLP.l2/grad:MLP.l2.W",
        "it0/backward/MLP.l2/grad:MLP.l2.b",
        "it0/backward/MLP/sigmoid",
        "it0/backward/MLP.l1/linear",
        "it0/backward/MLP.l1/grad:MLP.l1.W",
        "it0/backward/MLP.l1/grad:MLP.l1.b",
        "it0/backward/backward_finished",
        "it0/update/update:SGD",
        "it0/update/MLP.l1.W",
        "it0/update/MLP.l1.b",
        "it0/update/MLP.l2.W",
        "it0/update/MLP.l2.b",
        "it0/update/updated:SGD",
    ]


def test_values_and_gradients_are_those_of_the_run(watched: Watched) -> None:
    model = MLP()
    optimizer = engine.optimizers.MomentumSGD(0.1).setup(model)
    before = model.l1.W.array.copy()
    loss = step(model, optimizer)
    grad, after = model.l1.W.grad.copy(), model.l1.W.array.copy()
    reader = watched.read()
    np.testing.assert_array_equal(
        reader.array(reader.body(reader.find("it0/forward/report:loss")).tensor), loss.array
    )
    forward = reader.body(reader.find("it0/forward/MLP.l1/linear"))
    assert reader.ops[forward.op].x_roles[:2] == ["x", "W"]
    np.testing.assert_array_equal(reader.array(forward.x[0].tensor), X)
    np.testing.assert_array_equal(reader.array(forward.x[1].tensor), before)
    backward = reader.body(reader.find("it0/backward/MLP.l1/linear"))
    np.testing.assert_array_equal(reader.array(backward.gx[1]), grad)
    assert backward.gx[0] is None
    assert "needs no gradient" in backward.why["0"]
    update = reader.body(reader.find("it0/update/MLP.l1.W"))
    for row, array in ((update.before, before), (update.grad, grad), (update.after, after)):
        np.testing.assert_array_equal(reader.array(row), array)
    np.testing.assert_allclose(reader.array(update.state_after["v"]), -0.1 * grad, rtol=1e-6)
    assert update.lr == pytest.approx(0.1)


def test_a_backward_step_points_at_its_forward_op_and_its_line(watched: Watched) -> None:
    model = MLP()
    step(model)
    reader = watched.read()
    forward, backward = (reader.find(f"it0/{phase}/MLP.l2/linear") for phase in ("forward", "backward"))
    for field in ("site", "scope", "label", "node"):
        assert reader.index[field][forward] == reader.index[field][backward], field
    body = reader.body(backward)
    assert body.forward == forward == int(reader.index["partner"][backward])
    functions = [frame.function for frame in reader.sites[int(reader.index["site"][backward])].frames]
    assert functions[-2:] == ["step", "MLP.forward"]
    caller = reader.sites[body.caller].frames[-1]
    assert reader.sources[caller.source].text.splitlines()[caller.line - 1].strip() == "loss.backward()"


def test_a_later_change_in_place_does_not_change_history(watched: Watched) -> None:
    x = X.copy()
    y = F.sigmoid(engine.Variable(x))
    x += 1
    y.array[...] = 7
    reader = watched.read()
    body = reader.body(0)
    np.testing.assert_array_equal(reader.array(body.x[0].tensor), X)
    np.testing.assert_allclose(reader.array(body.y[0].tensor), 1 / (1 + np.exp(-X)), rtol=1e-5)


@pytest.mark.parametrize("name", ["SGD", "MomentumSGD", "Adam"])
def test_watching_changes_nothing(tmp_path: Path, name: str) -> None:
    def train() -> list[bytes]:
        np.random.seed(3)
        model = MLP()
        optimizer = getattr(engine.optimizers, name)().setup(model)
        optimizer.add_hook(engine.optimizer_hooks.WeightDecay(0.01))
        kept = []
        for _ in range(5):
            x = F.dropout(engine.Variable(np.random.rand(6, 2).astype("f4")), 0.3)
            y = model(x)
            loss = F.sum(y * y + y)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            kept += [loss.array.tobytes(), *(p.array.tobytes() for p in model.params())]
        return [*kept, np.random.rand(3).tobytes()]

    alone = train()
    watched = Watched(tmp_path / "run")
    seen = train()
    reader = watched.read()
    assert seen == alone
    assert reader.index["iteration"].max() == 4
    # The biases are zero at first, so that weight decay changes their gradients from the second update on.
    assert len(addresses(reader, Kind.gradient_hooked)) == 18


def test_links_in_lists_and_shared_names(watched: Watched) -> None:
    class Net(engine.Chain):
        def __init__(self) -> None:
            super().__init__()
            with self.init_scope():
                self.blocks = engine.ChainList(L.Linear(2, 2), L.Linear(2, 2))

        def forward(self, x: Any) -> Any:
            for block in self.blocks:
                x = block(x)
            return x

    Net()(X)
    L.Linear(2, 1)(X)
    reader = watched.read()
    assert addresses(reader, Kind.forward) == [
        "it0/forward/Net.blocks.0/linear",
        "it0/forward/Net.blocks.1/linear",
        "it0/forward/Linear/linear",
    ]
    names = [variable.name for variable in reader.variables]
    assert "Net.blocks.1.W" in names
    assert "Linear.b" in names


def test_a_parameter_whose_shape_comes_later_is_told(watched: Watched) -> None:
    model = L.Linear(None, 2)
    model.cleargrads()
    step_ = model(X)
    F.sum(step_).backward()
    reader = watched.read()
    cleared = reader.body(0)
    assert [reader.variables[number].name for number in cleared.vars] == ["Linear.W", "Linear.b"]
    assert reader.variables[cleared.vars[0]].first is None
    forward = reader.body(reader.find("it0/forward/Linear/linear"))
    assert forward.x[1].var == cleared.vars[0]
    assert reader.array(forward.x[1].tensor).shape == (2, 2)


def test_an_op_that_fails_is_told_with_shapes_and_line(watched: Watched) -> None:
    with pytest.raises(Exception, match="shape"):
        MLP()(np.zeros((2, 5), np.float32))
    reader = watched.read()
    seq = reader.find("it0/forward/MLP.l1/failed:InvalidType")
    body = reader.body(seq)
    assert body.op == "linear"
    assert body.shapes[0] == "float32 (2, 5)"
    assert "in test_an_op_that_fails_is_told_with_shapes_and_line" in body.traceback
    assert f"{Path(engine.__file__).parent}" not in body.traceback
    assert reader.body(reader.find("it0/forward/MLP/exit")).failed


def test_second_order_walks_are_told_apart(watched: Watched) -> None:
    x = engine.Variable(np.array([1.0, 2.0], np.float32), name="x")
    (gx,) = engine.grad([F.sum(x * x * x)], [x], enable_double_backprop=True)
    (ggx,) = engine.grad([F.sum(gx)], [x])
    reader = watched.read()
    np.testing.assert_allclose(ggx.array, [6, 12])
    during = [i for i in range(len(reader)) if int(reader.index["flags"][i]) & EventFlag.during_backward]
    assert during
    assert all("/backward/during:" in reader.address(i) for i in during)
    assert not any("report:" in address for address in addresses(reader))
    steps = addresses(reader, Kind.backward)
    assert any("during:" in address for address in steps)


def test_reports_have_their_full_name(watched: Watched) -> None:
    model = MLP()
    reporter = engine.Reporter()
    reporter.add_observer("main", model)
    with reporter:
        engine.report({"accuracy": np.float32(0.5), "loss": engine.Variable(np.array(2.0))}, model)
    engine.report({"alone": 3})
    reader = watched.read()
    assert addresses(reader) == [f"it0/setup/report:{n}" for n in ("main/accuracy", "main/loss", "alone")]
    assert [reader.body(i).value for i in range(3)] == [0.5, 2.0, 3]


def test_a_loss_that_the_script_has_just_reported_is_told_once(watched: Watched) -> None:
    values = (2.0, 2.0, np.nan)
    for value in values:
        loss = engine.Variable(np.array(value, np.float32))
        engine.report({"loss": loss})
        loss.backward()
    engine.report({"loss": 3.0})
    loss = engine.Variable(np.array(3.0))
    loss.backward()  # what the script reported as a plain number
    loss.backward()  # and this is another walk
    engine.report({"loss": 4.0, "other": 5.0})
    engine.Variable(np.array(5.0)).backward()
    loss = engine.Variable(np.array(6.0))
    loss.backward()
    reader = watched.read()
    found = np.flatnonzero(reader.index["kind"] == Kind.reported).tolist()
    told = [(reader.body(seq).name, reader.body(seq).value) for seq in found]
    assert told == [
        *(("loss", value) for value in (2.0, 2.0, "NaN", 3.0, 3.0, 4.0)),
        *(("other", 5.0), ("loss", 5.0), ("loss", 6.0)),
    ]


def test_a_loss_that_was_reported_in_another_iteration_is_told_again(watched: Watched) -> None:
    x = engine.Variable(np.array(2.0))
    engine.report({"loss": F.identity(x)})
    loss = F.identity(x)
    loss.backward()
    engine.report({"loss": 2.0})
    loss = F.identity(x)  # which begins an iteration, since a walk has ended one
    loss.backward()
    reader = watched.read()
    assert addresses(reader, Kind.reported) == [
        "it0/forward/report:loss",
        "it0/backward/report:loss",
        "it1/forward/report:loss",
    ]


def test_a_custom_function_is_told_by_its_class_name(watched: Watched) -> None:
    class Double(engine.Function):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 2,)

        def backward(self, inputs: Any, grad_outputs: Any) -> Any:
            return (grad_outputs[0] * 2,)

    x = engine.Variable(np.ones(3, np.float32), name="x")
    F.sum(Double()(x)).backward()
    reader = watched.read()
    assert "it0/forward/Double" in addresses(reader)
    body = reader.body(reader.find("it0/backward/Double"))
    assert reader.array(body.gx[0]).tolist() == [2, 2, 2]


def test_ops_of_another_thread_carry_its_name(watched: Watched) -> None:
    thread = threading.Thread(target=lambda: F.sigmoid(engine.Variable(X)), name="loader")
    thread.start()
    thread.join()
    F.sigmoid(engine.Variable(X))
    reader = watched.read()
    assert [reader.threads[n].name for n in reader.index["thread"]] == ["loader", "MainThread"]


def test_a_name_that_the_script_gives_stays_the_same_variable(watched: Watched) -> None:
    for _ in range(2):
        x, again = (engine.Variable(X.copy(), name="x") for _ in range(2))
        F.sum(x + again).backward()
    reader = watched.read()
    assert [variable.name for variable in reader.variables] == ["x", "x~2"]
    slots = [[slot.var for slot in reader.body(reader.find(f"it{i}/forward/add")).x] for i in range(2)]
    assert slots == [[0, 1], [0, 1]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_nonfinite_results_are_flagged_where_they_arise(watched: Watched, dtype: Any) -> None:
    x = engine.Variable(np.array([1, 0, -1], dtype))
    with np.errstate(all="ignore"):
        y = F.log(x)
        F.sum(F.sigmoid(y)).backward()
    reader = watched.read()
    flagged = [
        reader.address(i) for i in range(len(reader)) if int(reader.index["flags"][i]) & EventFlag.nonfinite
    ]
    assert flagged[0] == "it0/forward/log"


def test_a_scope_says_whether_its_class_is_the_scripts_own(watched: Watched) -> None:
    class Net(engine.Chain):
        def __init__(self) -> None:
            super().__init__()
            with self.init_scope():
                self.l = engine.links.Linear(2, 1)

        def forward(self, x: Any) -> Any:
            return self.l(x)

    Net()(np.ones((1, 2), np.float32))
    assert [(scope.path, scope.own) for scope in watched.read().scopes] == [("Net", True), ("Net.l", False)]


def test_no_scope_is_no_scope(watched: Watched) -> None:
    F.sigmoid(engine.Variable(X))
    assert int(watched.read().index["scope"][0]) == NOTHING


class FakeDeviceArray:
    """As CuPy's arrays behave: content only through `.get()`, no implicit conversion."""

    def __init__(self, array: np.ndarray) -> None:
        self._array = array
        self.dtype, self.shape, self.size, self.nbytes = array.dtype, array.shape, array.size, array.nbytes
        self.device = types.SimpleNamespace(id=1)

    def get(self) -> np.ndarray:
        return self._array.copy()

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")


def test_device_arrays_are_fetched_and_keep_their_device(watched: Watched) -> None:
    row = watched.recorder.tensor(FakeDeviceArray(np.arange(4.0)))
    assert row is not None
    reader = watched.read()
    assert reader.layout_of(row).device == "cuda:1"
    assert reader.array(row).tolist() == [0, 1, 2, 3]
