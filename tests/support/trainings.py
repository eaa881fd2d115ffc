"""Small trainings that do everything of which an engine tells: for tests that record them in two ways."""

from __future__ import annotations

import contextlib
import threading

import numpy as np
import pytest

import engine
import engine.functions as F
import engine.links as L
from engine import Variable, optimizers

__all__ = ["SCRIPTS", "images", "large_layers", "perceptron"]


class Net(engine.Chain):
    """Links in links, one of them called twice, and a parameter of its own."""

    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.conv = L.Convolution2D(1, 4, 3, pad=1)
            self.norm = L.BatchNormalization(4)
            self.l1 = L.Linear(None, 5)
            self.l2 = L.Linear(5, 5)
            self.scale = engine.Parameter(np.ones(5, "f"))

    def forward(self, x):
        h = F.max_pooling_2d(F.relu(self.norm(self.conv(x))), 2)
        h = F.dropout(F.tanh(self.l1(h)), 0.3)
        return self.l2(self.l2(h)) * F.broadcast_to(self.scale, (len(x.array), 5))


def images(optimizer, steps=4, batch=3):
    model, rng = Net(), np.random.RandomState(1)
    optimizer.setup(model)
    for _ in range(steps):
        x, t = rng.rand(batch, 1, 8, 8).astype("f"), rng.randint(0, 5, batch).astype("i")
        loss = F.softmax_cross_entropy(model(Variable(x)), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
    with engine.using_config("train", False), engine.no_backprop_mode():
        model(Variable(x))


def perceptron(optimizer=None):
    model = L.Linear(2, 1)
    optimizer = optimizers.SGD(0.1).setup(model) if optimizer is None else optimizer.setup(model)
    x, t = np.array([[0, 1], [1, 0], [1, 1]], "f"), np.array([[1], [1], [0]], "f")
    for _ in range(5):
        loss = F.mean_squared_error(F.sigmoid(model(x)), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()


def large_layers(iterations=3):
    model, rng = L.Linear(100, 60), np.random.RandomState(0)
    optimizer = optimizers.MomentumSGD(0.01).setup(model)
    for _ in range(iterations):
        loss = F.sum(F.relu(model(rng.randn(40, 100).astype("f"))) ** 2)
        model.cleargrads()
        loss.backward()
        optimizer.update()


def written_into():
    x, w = Variable(np.ones((2, 2), "f"), name="x"), engine.Parameter(np.ones((2, 2), "f"))
    y = x * w
    x.array[...] = 3
    z = x * w + y
    w.array[0, 0] = 7
    F.sum(z * z).backward(retain_grad=True)


def gradients_written_into():
    w = engine.Parameter(np.ones(3, "f"))
    model = engine.Link()
    with model.init_scope():
        model.w = w
    optimizer = optimizers.SGD(0.1).setup(model)
    for step in range(4):
        F.sum(w * w).backward()
        if step == 1:
            w.grad[...] = 2
        F.sum(w * w).backward()
        if step > 1:
            w.grad[0] = 5
            w.array[1] = 9
        optimizer.update()


def forks_and_second_order():
    x = Variable(np.array([0.5, -1.5], "d"))
    y = F.sum(x * x * x + F.sin(x) * x)
    (gx,) = engine.grad([y], [x], enable_double_backprop=True)
    F.sum(gx * gx).backward()
    F.sum(x * 2).backward()


def not_finite():
    x = engine.Parameter(np.array([1.0, 0.0, -1.0], "f"))
    with np.errstate(all="ignore"):
        F.sum(F.log(x) / x).backward()


def weights_that_overflow():
    model = L.Linear(2, 1)
    optimizer = optimizers.SGD(1e38).setup(model)
    for _ in range(3):
        model.cleargrads()
        with np.errstate(all="ignore"):
            F.sum(model(np.full((1, 2), 10, "f")) ** 2).backward()
            optimizer.update()


def odd_arrays():
    x = np.arange(24, dtype="f").reshape(2, 3, 4)
    for odd in (
        x[:, ::2],
        x.T,
        np.asfortranarray(x),
        x.astype("d"),
        x.astype(">f4"),
        x[:0],
        np.zeros((1,) * 6, "f"),
    ):
        F.sum(F.square(Variable(odd)))
    F.sum(F.cast(Variable(x.astype("e")), "f"))
    F.embed_id(np.array([0, 1], "i"), Variable(np.eye(2, dtype="f")))
    F.select_item(Variable(np.eye(2, dtype="f")), np.array([0, 1], "l"))
    F.where(np.array([True, False]), Variable(np.ones(2, "f")), Variable(np.zeros(2, "f")))


def failing():
    model = Net()
    for wrong in (np.ones((2, 3), "f"), np.ones((2, 1, 8, 8), "i")):
        with pytest.raises(Exception):  # noqa: B017, PT011
            model(Variable(wrong))
    L.Linear(2, 1)(np.ones((1, 2), "f"))


class Own(engine.FunctionNode):
    """Draws numbers, and keeps its output."""

    def forward(self, inputs):
        self.retain_outputs((0,))
        return (inputs[0] * np.random.rand(*inputs[0].shape).astype("f"),)

    def backward(self, indexes, gys):
        (y,) = self.get_retained_outputs()
        return (gys[0] * y,)


class Old(engine.Function):
    """An old-style function, whose backward changes what it has kept."""

    def forward(self, inputs):
        return (inputs[0] * 2,)

    def backward(self, inputs, gys):
        inputs[0][...] = 5
        return (gys[0] * 2,)


def own_functions():
    x = Variable(np.array([1.0, 2.0], "f"))
    for _ in range(3):
        F.sum(Own().apply((x,))[0] + Old()(x * 1)).backward()


def hooks_and_shared():
    model = engine.Sequential(L.Linear(3, 3), F.relu, L.Linear(3, 3))
    model[2].W = model[0].W
    optimizer = optimizers.Adam().setup(model)
    optimizer.add_hook(engine.optimizer_hooks.WeightDecay(0.1))
    optimizer.add_hook(engine.optimizer_hooks.GradientClipping(0.01))
    for _ in range(3):
        model.cleargrads()
        for _ in range(2):
            F.sum(model(np.eye(3, dtype="f"))).backward()
        optimizer.update()


def two_optimizers():
    generator, judge = L.Linear(2, 3), L.Linear(3, 1)
    first, second = optimizers.SGD(0.1).setup(generator), optimizers.RMSprop(0.01).setup(judge)
    judge.W.update_rule.hyperparam.alpha = 0.5
    judge.b.update_rule.hyperparam.eps = float("inf")
    x = np.ones((4, 2), "f")
    for step in range(3):
        made = generator(x)
        loss = F.mean(F.sigmoid(judge(made)))
        judge.cleargrads()
        loss.backward()
        second.update()
        with pytest.warns(DeprecationWarning, match="zerograds"):
            generator.zerograds()
        F.mean(F.log(F.sigmoid(judge(generator(x))))).backward()
        first.lr = 0.1 / (step + 2)
        first.update()
        if step == 1:
            generator.b.update_rule.enabled = False


def losses_of_every_kind():
    w = engine.Parameter(np.array([1.0, 2.0], "f"))
    named = Variable(np.array([0.5, 0.5], "f"), name="half")
    y = w * named
    with np.errstate(all="ignore"):
        (F.sum(y) / np.zeros((), "f")).backward()
        F.sum(F.log(y - 9)).backward()
    my_loss = F.sum(y * w)
    my_loss.backward()
    F.sum(F.cast(w, "d")).backward()
    y.grad = np.ones(2, "f")
    y.backward()
    engine.grad([my_loss], [w])
    engine.backward([F.sum(w), F.sum(w * 2)])
    F.reshape(w, (1, 2))[:, :1].backward()
    engine.report({"accuracy": 0.5, "loss": my_loss})
    for loss in (F.sum(w), F.sum(w * 2), F.sum(w * np.float32(np.nan)), F.cast(F.sum(w), "d")):
        engine.report({"loss": loss})
        loss.backward()
        loss.backward()


def settings_of_every_kind():
    x = Variable(np.arange(16, dtype="f").reshape(1, 1, 4, 4))
    F.get_item(x, (slice(None), 0, Ellipsis, slice(0, 4, 2)))
    F.get_item(x, (0, 0, np.array([0, 2])))
    F.clip(x, -np.inf, 1.0)
    F.clip(x, 0, 1)
    F.pad(x, ((0, 0), (0, 0), (1, 2), (0, 1)), "constant", constant_values=2)
    F.sum(x, axis=(0, 1), keepdims=True)
    F.sum(x, axis=np.int64(1))
    F.average_pooling_2d(x, 2, stride=np.int32(2))
    F.leaky_relu(x, 0.1)
    F.cast(x, np.float64)
    F.transpose(x, (0, 1, 3, 2))
    F.reshape(x, (4, -1))
    F.softmax(x, axis=-1)
    F.local_response_normalization(x, 5, 2, 1e-300)


def in_threads():
    def work():
        for _ in range(5):
            F.sum(F.square(Variable(np.ones(3, "f"), requires_grad=True))).backward()

    for name in ("one", "other"):
        thread = threading.Thread(target=work, name=name)
        thread.start()
        thread.join()


def many_inputs_and_axes():
    xs = [Variable(np.full((2, 1), i, "f")) for i in range(20)]
    F.sum(F.concat(xs)).backward()
    F.sum(F.split_axis(Variable(np.ones((18, 2), "f")), 18, 0)[3]).backward()
    F.sum(Variable(np.ones((1, 2, 1, 2, 1, 2), "f")) * 2).backward()


def watched_late():
    """Ops that were computed before anybody watched; `record` calls it with what came of them."""
    F.sum(BEFORE * 2).backward()


class Counts(engine.FunctionNode):
    """Counts places from behind, has two outputs, and no gradient for its first input."""

    def forward(self, inputs):
        self.retain_inputs((-1,))
        self.retain_outputs((-2,))
        return inputs[0] * inputs[1], inputs[0] + inputs[1]

    def backward(self, indexes, gys):
        (x,), (y,) = self.get_retained_inputs(), self.get_retained_outputs()
        return tuple([None if i == 0 else (y if gys[0] is None else gys[0] * x) for i in indexes])


class Scalars(engine.Function):
    """An old-style function that gives numbers of NumPy instead of arrays."""

    def forward(self, inputs):
        self.retain_inputs((-1,))
        self.retain_outputs((-1,))
        return np.float32(inputs[0].sum()), np.float32(2)

    def backward(self, inputs, gys):
        return np.full(3, 2, "f"), np.float32(3)


class Nothing(engine.FunctionNode):
    """Keeps an input and an output that hold nothing."""

    def forward(self, inputs):
        self.retain_inputs((0, 1))
        self.retain_outputs((0, 1))
        return None, inputs[1] * 2

    def backward(self, indexes, gys):
        return tuple([None if i == 0 else gys[1] * 2 for i in indexes])


def odd_functions():
    for _ in range(2):
        x, w = Variable(np.ones(3, "f")), engine.Parameter(np.full(3, 2, "f"))
        first, second = Counts().apply((x, w))
        F.sum(first).backward()
        w.array[0] = 7
        F.sum(second).backward()
        F.sum(first * second).backward(retain_grad=True)
        F.sum(Nothing().apply((Variable(None), x * w))[1]).backward()
        s = engine.Parameter(np.array(2, "f"))
        one, other = Scalars()(w, s)
        one.backward()
        (other * s + one).backward()
        node = Counts()
        with engine.no_backprop_mode():
            node.apply((w, x))
            Scalars()(w, s)
        node.apply((x, w))
        with engine.no_backprop_mode():
            node.apply((w, w))


class Stopped(Exception):
    pass


class Stops(engine.Link):
    """Another optimizer's update and a walk in the midst of its own; raises at the second call."""

    def __init__(self, inner, model):
        super().__init__()
        self.inner, self.model, self.calls = inner, model, 0

    def __call__(self, rule, parameter):
        self.calls += 1
        self.model.cleargrads()
        F.sum(self.model(np.ones((1, 2), "f"))).backward()
        self.inner.update()
        if self.calls == 2:
            raise Stopped


class StopsInWalk(engine.FunctionNode):
    """Walks another graph in its backward rule; raises at every second walk."""

    walks = 0

    def forward(self, inputs):
        return (inputs[0] + 1,)

    def backward(self, indexes, gys):
        StopsInWalk.walks += 1
        with engine.force_backprop_mode():
            p = engine.Parameter(np.ones(3, "f"))
            F.sum(p * p + p).backward()
        if StopsInWalk.walks % 2 == 0:
            raise Stopped
        return gys


def nested_and_stopped():
    StopsInWalk.walks = 0
    model, other = L.Linear(2, 1), L.Linear(2, 1)
    inner = optimizers.MomentumSGD(0.1).setup(other)
    outer = optimizers.Adam().setup(model)
    model.W.update_rule.add_hook(Stops(inner, other), "stops")
    outer.add_hook(engine.optimizer_hooks.WeightDecay(0.1))
    x = np.ones((1, 2), "f")
    for _ in range(4):
        model.cleargrads()
        F.sum(model(x)).backward()
        with contextlib.suppress(Stopped):
            outer.update()
        p = engine.Parameter(np.arange(3, dtype="f"))
        with contextlib.suppress(Stopped):
            F.sum(p * StopsInWalk().apply((p * 2,))[0]).backward()
        with contextlib.suppress(Stopped):
            engine.grad([F.sum(p * StopsInWalk().apply((p * 2,))[0])], [p], enable_double_backprop=True)


BEFORE = F.tanh(Variable(np.ones(3, "f")))

SCRIPTS = {
    "perceptron": perceptron,
    "adam": lambda: perceptron(optimizers.Adam()),
    "images, SGD": lambda: images(optimizers.SGD(0.1)),
    "images, Adam": lambda: images(optimizers.Adam()),
    "large layers": large_layers,
    "written into": written_into,
    "gradients written into": gradients_written_into,
    "forks and second order": forks_and_second_order,
    "not finite": not_finite,
    "weights that overflow": weights_that_overflow,
    "odd arrays": odd_arrays,
    "failing": failing,
    "own functions": own_functions,
    "odd functions": odd_functions,
    "nested and stopped": nested_and_stopped,
    "two optimizers": two_optimizers,
    "losses of every kind": losses_of_every_kind,
    "settings of every kind": settings_of_every_kind,
    "in threads": in_threads,
    "many inputs and axes": many_inputs_and_axes,
    "watched late": watched_late,
    "hooks and shared parameters": hooks_and_shared,
}
