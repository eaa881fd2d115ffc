"""A small recorded run, made without the engine: three iterations of a 2-3-1 perceptron, in plain NumPy.

Scopes, ops, loss, cleargrads, backward steps, accumulated gradients, updates with momentum, reports, printed
output (Chinese, too), an evaluation, and one NaN in the last iteration. The call sites point into `SCRIPT`, which
is what a person would have written; the log holds its text. Values are computed in float64 and rounded to float32
once, so that they are the same on every processor, whose matrix products differ in the last bits.

`write_example_run(directory)` writes it; `ITERATIONS` and `NAN_ADDRESS` say what is in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bpdebug.log.schema import NOTHING
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from bpdebug.recorder.call_site import CallSites

__all__ = ["ITERATIONS", "NAN_ADDRESS", "SCRIPT", "SCRIPT_PATH", "line_of", "write_example_run"]

ITERATIONS = 3
NAN_ADDRESS = "it2/evaluation/log"
SCRIPT_PATH = "/home/ada/perceptron.py"
SCRIPT = '''\
"""A 2-3-1 perceptron that learns one batch by heart."""
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class MLP(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(2, 3)
            self.l2 = L.Linear(3, 1)

    def forward(self, x):
        h = F.sigmoid(self.l1(x))
        return self.l2(h)


model = MLP()
optimizer = chainer.optimizers.MomentumSGD(lr=0.5)
optimizer.setup(model)
x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
t = np.array([[0], [1], [1], [0]], np.float32)
print("开始训练")

for epoch in range(3):
    y = model(x)
    loss = F.mean_squared_error(y, t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
    chainer.report({"loss": loss}, model)
    print(f"第 {epoch} 步: 损失 {loss.array:.4f}")

with chainer.no_backprop_mode():
    hidden = F.log(-y)
print("完成")
'''


def line_of(text: str) -> int:
    """The number of the first line of `SCRIPT` that contains `text`."""
    return next(i for i, line in enumerate(SCRIPT.splitlines(), 1) if text in line)


class _ScriptSites(CallSites):
    """Call sites in `SCRIPT`, set by hand in place of a real stack."""

    def at(self, text: str, inside: str = "") -> None:
        """What follows happens at the line of `SCRIPT` with `text`; `inside` is a line that was called from it."""
        frames = [(0, line_of(text), "<module>")]
        if inside:
            frames.append((0, line_of(inside), "MLP.forward"))
        self._site = self._writer.site(frames)

    def here(self, up: int = 1) -> int:
        return self._site

    def frames_of(self, site: int) -> list[tuple[str, int, str]]:
        return []


class _Run:
    """One run's objects: writer, recorder, variables, parameters."""

    def __init__(self, directory: Path) -> None:
        self.writer = LogWriter.create(directory, script=SCRIPT_PATH)
        self.recorder = Recorder(self.writer)
        self.sites = _ScriptSites(self.writer)
        self.writer.source(SCRIPT_PATH, SCRIPT)
        self.recorder.call_sites = self.sites
        self.model = self.writer.scope("MLP", "MLP")
        self.layers = {name: self.writer.scope(f"MLP.{name}", "Linear") for name in ("l1", "l2")}
        writer = self.writer
        self.linear = writer.op("LinearFunction", "linear", ["x", "W", "b"], ["y"], "gx = gy W, gW = gyT x")
        self.sigmoid = writer.op("Sigmoid", "sigmoid", ["x"], ["y"], "gx = gy y (1 - y)")
        self.mse = writer.op("MeanSquaredError", "mean_squared_error", ["x0", "x1"], ["y"])
        self.log = writer.op("Log", "log", ["x"], ["y"], "gx = gy / x")
        draw = np.random.default_rng(7)
        self.values = {
            "l1.W": draw.standard_normal((3, 2)).astype("f4"),
            "l1.b": np.zeros(3, "f4"),
            "l2.W": draw.standard_normal((1, 3)).astype("f4"),
            "l2.b": np.zeros(1, "f4"),
        }
        self.velocity = {name: np.zeros_like(value) for name, value in self.values.items()}
        self.grads: dict[str, Any] = dict.fromkeys(self.values)
        self.parameters: dict[str, Any] = {}
        self.x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "f4")
        self.t = np.array([[0], [1], [1], [0]], "f4")

    def parameter(self, name: str) -> Any:
        if name not in self.parameters:
            self.parameters[name] = self.recorder.new_variable(
                f"MLP.{name}", parameter=True, array=self.values[name]
            )
        return self.parameters[name]


def write_example_run(directory: str | Path) -> Path:
    """Write the example into `directory` (made if missing) and return it."""
    path = Path(directory)
    run = _Run(path)
    recorder, sites = run.recorder, run.sites
    recorder.run_started(
        [SCRIPT_PATH, "--epoch", "3"],
        SCRIPT_PATH,
        "/home/ada",
        {
            "python": "3.11.9",
            "numpy": np.__version__,
            "blas": "openblas",
            "platform": "linux",
            "bpdebug": "0",
        },
        ["cpu"],
        "4f1c0d2a",
    )
    recorder.optimizer_set_up()
    sites.at("开始训练")
    recorder.output("stdout", "开始训练\n")
    y = run.x
    for epoch in range(ITERATIONS):
        y = _train(run, epoch)
    sites.at("F.log(-y)")
    with np.errstate(all="ignore"):
        logs = np.log(-y)
    variable = recorder.new_variable()
    recorder.forward(
        run.log, "log", [variable], [-y], [recorder.new_variable(made_by="log")], [logs],
        training=False, in_graph=False, duration_ns=900,
    )  # fmt: skip
    sites.at('print("完成")')
    recorder.output("stdout", "完成\n")
    recorder.warned("RuntimeWarning", "invalid value encountered in log", None)
    sites._site = NOTHING
    recorder.run_finished(0, "the script ended")
    recorder.close()
    return path


def _train(run: _Run, epoch: int) -> np.ndarray:
    """One iteration, in the order of the script; returns the network's output."""
    recorder, sites = run.recorder, run.sites
    call, hidden_line, out_line = "y = model(x)", "F.sigmoid(self.l1(x))", "return self.l2(h)"
    x, t = recorder.new_variable(), recorder.new_variable()
    sites.at(call)
    recorder.scope_entered(run.model, ["float32 (4, 2)"], True)
    sites.at(call, hidden_line)
    a, a_array, node1 = _linear(run, "l1", x, run.x)
    h_array = (1 / (1 + np.exp(-a_array.astype("f8")))).astype("f4")
    h = recorder.new_variable(made_by="sigmoid")
    node2 = recorder.forward(run.sigmoid, "sigmoid", [a], [a_array], [h], [h_array], duration_ns=1500)
    sites.at(call, out_line)
    y, y_array, node3 = _linear(run, "l2", h, h_array)
    sites.at(call)
    recorder.scope_exited()

    sites.at("F.mean_squared_error")
    loss_array = np.mean((y_array.astype("f8") - run.t) ** 2).astype("f4")
    loss = recorder.new_variable(made_by="mean_squared_error")
    node4 = recorder.forward(
        run.mse, "mean_squared_error", [y, t], [y_array, run.t], [loss], [loss_array], duration_ns=4000
    )

    sites.at("model.cleargrads()")
    recorder.grads_cleared([run.parameter(name) for name in run.values])
    run.grads = dict.fromkeys(run.values)

    sites.at("loss.backward()")
    one = np.ones((), "f4")
    recorder.backward_started([loss], [loss_array], [one], 4, False, "backward")
    gy = (2 * (y_array - run.t) / y_array.size).astype("f4")
    recorder.backward(node4, [one], [gy, None], {1: "x1 needs no gradient: it was given as an array"}, 3000)
    gh = _linear_backward(run, "l2", node3, gy, h_array)
    ga = (gh.astype("f8") * h_array * (1 - h_array.astype("f8"))).astype("f4")
    recorder.backward(node2, [gh], [ga], {}, 1400)
    _linear_backward(run, "l1", node1, ga, run.x, wants_x=False)
    recorder.backward_finished()

    sites.at("optimizer.update()")
    _update(run, epoch + 1)

    sites.at("chainer.report")
    recorder.reported("main/loss", loss_array)
    sites.at("print(f")
    recorder.output("stdout", f"第 {epoch} 步: 损失 {float(loss_array):.4f}\n")
    return y_array


def _linear(run: _Run, layer: str, x: Any, x_array: np.ndarray) -> tuple[Any, np.ndarray, Any]:
    recorder = run.recorder
    W, b = run.values[f"{layer}.W"], run.values[f"{layer}.b"]
    recorder.scope_entered(run.layers[layer], [f"float32 {x_array.shape}"], True)
    y_array = (x_array.astype("f8") @ W.T.astype("f8") + b).astype("f4")
    y = recorder.new_variable(made_by="linear")
    node = recorder.forward(
        run.linear,
        "linear",
        [x, run.parameter(f"{layer}.W"), run.parameter(f"{layer}.b")],
        [x_array, W, b],
        [y],
        [y_array],
        attributes={"n_batch_axes": 1},
        duration_ns=5000,
    )
    recorder.scope_exited()
    return y, y_array, node


def _linear_backward(
    run: _Run, layer: str, node: Any, gy: np.ndarray, x: np.ndarray, wants_x: bool = True
) -> np.ndarray:
    wide = gy.astype("f8")
    products = (wide @ run.values[f"{layer}.W"].astype("f8"), wide.T @ x.astype("f8"), wide.sum(axis=0))
    gx, gW, gb = (product.astype("f4") for product in products)
    why = {} if wants_x else {0: "x needs no gradient: it was given as an array"}
    run.recorder.backward(node, [gy], [gx if wants_x else None, gW, gb], why, 7000)
    for name, grad in ((f"{layer}.W", gW), (f"{layer}.b", gb)):
        run.recorder.grad_accumulated(run.parameter(name), run.grads[name], grad, grad, node)
        run.grads[name] = grad
    return gx


def _update(run: _Run, t: int) -> None:
    recorder, lr, momentum = run.recorder, 0.5, 0.9
    recorder.update_started("MomentumSGD", {"lr": lr, "momentum": momentum}, t)
    for name, value in run.values.items():
        state = {"v": run.velocity[name]}
        before = recorder.param_before(run.parameter(name), value, run.grads[name], state)
        state["v"] *= momentum
        state["v"] -= lr * run.grads[name]
        value += state["v"]
        recorder.param_updated(run.parameter(name), before, value, state, lr, "MomentumSGDRule")
    recorder.update_finished()
