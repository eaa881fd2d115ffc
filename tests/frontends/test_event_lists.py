"""Whole scripts and the whole list of what is recorded of them, each written down by hand from what the script does.

How the lines are to be read is told by `event_words`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from event_words import told
from watched import Watched

import engine
import engine.functions as F
import engine.links as L
from bpdebug.log.schema import Kind

X = np.ones((1, 1), np.float32)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "run")
    yield watched
    watched.stop()
    watched.recorder.close()


def model(name: str) -> Any:
    """A chain of that name with one linear layer `l`."""

    def forward(self: Any, x: Any) -> Any:
        return self.l(x)

    made = type(name, (engine.Chain,), {"forward": forward})()
    with made.init_scope():
        made.l = L.Linear(1, 1)
    return made


def sgd(target: Any) -> Any:
    return engine.optimizers.SGD(0.1).setup(target)


def test_a_gan_with_two_optimizers(watched: Watched) -> None:
    g, d = model("G"), model("D")
    optimizer_g, optimizer_d = sgd(g), sgd(d)
    for _ in range(2):
        fake = g(X)
        y_fake, y_real = d(fake), d(X)
        loss_d = F.sum(F.softplus(-y_real)) + F.sum(F.softplus(y_fake))
        loss_g = F.sum(F.softplus(-y_fake))
        g.cleargrads()
        loss_g.backward()
        optimizer_g.update()
        d.cleargrads()
        fake.unchain_backward()
        loss_d.backward()
        optimizer_d.update()
    once = [
        "forward: >G >G.l linear@G.l <G.l <G >D >D.l linear@D.l <D.l <D >D >D.l linear@D.l <D.l <D"
        " neg softplus sum softplus sum add neg softplus sum 0 =loss_g",
        "backward: [ *sum *softplus *neg *linear@D.l +D.l.W@D.l +D.l.b@D.l *linear@G.l +G.l.W@G.l +G.l.b@G.l ]",
        # Between an update and the next op the phase is still that of the update.
        "update: [SGD !G.l.W !G.l.b ]SGD 0 =loss_d",
        # Both ways to D at once, those further from the inputs first. `fake` is a leaf now, so it keeps its gradient:
        # the label is that of the op that once made it.
        "backward: [ *add *sum *sum *softplus *softplus *neg *linear@D.l +linear@D.l +D.l.W@D.l +D.l.b@D.l"
        " *linear@D.l +D.l.W@D.l +D.l.b@D.l ]",
        "update: [SGD !D.l.W !D.l.b ]SGD",
    ]
    assert told(watched.read()) == [f"it{i} {line}" for i in range(2) for line in once]


def test_accumulated_gradients(watched: Watched) -> None:
    m = model("M")
    optimizer = sgd(m)
    for _ in range(2):
        m.cleargrads()
        for _ in range(2):
            F.sum(m(X)).backward()
        optimizer.update()
    forward = "forward: >M >M.l linear@M.l <M.l <M sum =loss"
    backward = "backward: [ *sum *linear@M.l +M.l.W@M.l +M.l.b@M.l ]"
    passes = [forward, backward, forward, backward]
    assert told(watched.read()) == [
        "it0 setup: 0",
        *(f"it0 {line}" for line in passes),
        "it0 update: [SGD !M.l.W !M.l.b ]SGD 0",
        *(f"it1 {line}" for line in passes),
        "it1 update: [SGD !M.l.W !M.l.b ]SGD",
    ]


def test_truncated_backprop_through_time(watched: Watched) -> None:
    m = model("R")
    optimizer = sgd(m)
    h: Any = None
    for _ in range(2):
        loss: Any = 0
        for _ in range(2):
            h = F.tanh(m(X)) if h is None else F.tanh(m(X) + h)
            loss = loss + F.sum(h)
        m.cleargrads()
        loss.backward()
        loss.unchain_backward()
        optimizer.update()
    call = ">R >R.l linear@R.l <R.l <R"
    first, later = f"{call} tanh sum add", f"{call} add tanh sum add"
    # The second step's tanh gives its gradient to its add, which gives the first step's tanh a second share.
    linears = "*linear@R.l +R.l.W@R.l +R.l.b@R.l *linear@R.l +R.l.W@R.l +R.l.b@R.l"
    walk = f"*add *sum *add *tanh *sum *add +tanh *tanh {linears}"
    # In the second iteration the first step has an add, too. The h that it adds was cut off from its past, but not from
    # its depth, so that add comes before both linears; nobody holds that h any more, so it gets no gradient.
    again = f"*add *sum *add *tanh *sum *add +tanh *tanh *add {linears}"
    assert told(watched.read()) == [
        f"it0 forward: {first} {later} 0 =loss",
        f"it0 backward: [ {walk} ]",
        "it0 update: [SGD !R.l.W !R.l.b ]SGD",
        f"it1 forward: {later} {later} 0 =loss",
        f"it1 backward: [ {again} ]",
        "it1 update: [SGD !R.l.W !R.l.b ]SGD",
    ]


def test_evaluation_between_epochs(watched: Watched) -> None:
    m = model("M")
    optimizer = sgd(m)
    for _ in range(2):
        for _ in range(2):
            loss = F.sum(m(X))
            m.cleargrads()
            loss.backward()
            optimizer.update()
        with engine.using_config("train", False), engine.no_backprop_mode():
            engine.report({"val": F.sum(m(X))})
    training = [
        "forward: >M >M.l linear@M.l <M.l <M sum 0 =loss",
        "backward: [ *sum *linear@M.l +M.l.W@M.l +M.l.b@M.l ]",
        "update: [SGD !M.l.W !M.l.b ]SGD",
    ]
    evaluation = "evaluation: >M >M.l linear@M.l <M.l <M sum =val"
    expected = []
    for i in range(4):
        expected += [f"it{i} {line}" for line in training]
        if i % 2:
            expected.append(f"it{i} {evaluation}")
    assert told(watched.read()) == expected


def test_a_second_derivative(watched: Watched) -> None:
    x = engine.Variable(np.array([2.0], np.float32))
    y = x * x * x
    (gx,) = engine.grad([y], [x], enable_double_backprop=True)
    engine.grad([gx], [x])
    reader = watched.read()
    assert told(reader) == [
        "it0 forward: mul mul",
        # y = m x with m = x x: gy x and gy m, then gm x twice; three shares of x make two sums.
        "it0 backward: [grad during:mul during:mul *mul during:mul during:mul *mul"
        " during:add +input during:add +input ]grad"
        # Back through the sums to gm x, gm x, gy m and gy x; gm has two shares, x has one of each product but the
        # last, and then two of m: five shares, four sums.
        " [grad *during:add *during:add *during:mul *during:mul *during:mul +mul +input *during:mul +input"
        " *mul +input +input ]grad",
    ]


def test_a_gradient_penalty(watched: Watched) -> None:
    m = model("M")
    optimizer = sgd(m)
    x = engine.Variable(X.copy())
    y = F.sum(F.sigmoid(m(x)))
    (gx,) = engine.grad([y], [x], enable_double_backprop=True)
    loss = y + F.sum(gx * gx)
    m.cleargrads()
    loss.backward()
    optimizer.update()
    assert told(watched.read()) == [
        "it0 forward: >M >M.l linear@M.l <M.l <M sigmoid sum",
        # gy goes back through sum (spread out), sigmoid (gy y (1 - y)) and linear (gy W).
        "it0 backward: [grad during:reshape *sum during:sub during:mul during:mul *sigmoid"
        " during:matmul@M.l *linear@M.l ]grad",
        "it0 forward: mul sum add 0 =loss",
        "it0 backward: [ *add *sum *mul +matmul *during:matmul@M.l +M.l.W@M.l *during:mul *during:mul"
        # y of the sigmoid has three shares: of the sum, of gy y, and of 1 - y.
        " *sum +sigmoid *during:sub +sigmoid *sigmoid *linear@M.l +input@M.l +M.l.W@M.l +M.l.b@M.l ]",
        "it0 update: [SGD !M.l.W !M.l.b ]SGD",
    ]


def test_functions_of_the_scripts_own(watched: Watched) -> None:
    class Old(engine.Function):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 2,)

        def backward(self, inputs: Any, gys: Any) -> Any:
            return (gys[0] * 2,)

    class New(engine.FunctionNode):
        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 3,)

        def backward(self, indexes: Any, gys: Any) -> Any:
            return (gys[0] * 3,)

    x = engine.Variable(np.ones(2, np.float32))
    (y,) = New().apply((Old()(x),))
    F.sum(y).backward()
    assert told(watched.read()) == [
        "it0 forward: Old New sum =loss",
        # The new style computes with variables, so that its product is an op; the old one with arrays.
        "it0 backward: [ *sum during:mul *New *Old +input ]",
    ]


def test_a_link_that_is_called_twice(watched: Watched) -> None:
    link = L.Linear(1, 1)
    optimizer = sgd(link)
    y = F.sum(link(link(X)))
    link.cleargrads()
    y.backward()
    optimizer.update()
    step = "*linear@Linear +Linear.W@Linear +Linear.b@Linear"
    assert told(watched.read()) == [
        "it0 forward: >Linear linear@Linear <Linear >Linear linear@Linear <Linear sum 0 =y",
        f"it0 backward: [ *sum {step} {step} ]",
        "it0 update: [SGD !Linear.W !Linear.b ]SGD",
    ]


def test_a_parameter_that_two_links_share(watched: Watched) -> None:
    class Tied(engine.Chain):
        def __init__(self) -> None:
            super().__init__()
            with self.init_scope():
                self.a, self.b = L.Linear(1, 1), L.Linear(1, 1)
            self.b.W = self.a.W

        def forward(self, x: Any) -> Any:
            return self.b(self.a(x))

    m = Tied()
    optimizer = sgd(m)
    y = F.sum(m(X))
    m.cleargrads()
    y.backward()
    optimizer.update()
    reader = watched.read()
    (name,) = {one.name for one in reader.variables if one.name.endswith(".W")}
    assert name in ("Tied.a.W", "Tied.b.W")
    assert told(reader) == [
        "it0 forward: >Tied >Tied.a linear@Tied.a <Tied.a >Tied.b linear@Tied.b <Tied.b <Tied sum 0 =y",
        f"it0 backward: [ *sum *linear@Tied.b +{name}@Tied.b +Tied.b.b@Tied.b"
        f" *linear@Tied.a +{name}@Tied.a +Tied.a.b@Tied.a ]",
        # As in Chainer, each link that has it updates it.
        f"it0 update: [SGD !{name} !Tied.a.b !{name} !Tied.b.b ]SGD",
    ]


def test_writes_of_the_script_into_an_array(watched: Watched) -> None:
    x = engine.Variable(np.ones(2, np.float32))
    y = x * 2
    x.array[...] = 0
    z = F.sum(y + x)
    z.backward()
    x.grad[...] = 7
    (x * 3).grad = np.ones(2, np.float32)
    reader = watched.read()
    assert told(reader) == [
        "it0 forward: mul add sum =z",
        "it0 backward: [ *sum *add +input *mul +input ]",
        "it1 forward: mul",
    ]
    before, after = (
        reader.body(reader.find(f"it0/forward/{name}")).x[place] for name, place in (("mul", 0), ("add", 1))
    )
    assert before.var == after.var
    assert reader.array(before.tensor).tolist() == [1, 1]
    assert reader.array(after.tensor).tolist() == [0, 0]
    changed = [
        reader.body(reader.find(address)).changed for address in ("it0/forward/mul", "it0/forward/add")
    ]
    assert changed == [[], [1]]
    last = reader.body(reader.find("it0/backward/grad:input~2"))
    assert reader.array(last.after).tolist() == [3, 3]  # not the 7 that the script wrote later


def test_threads_one_after_the_other(watched: Watched) -> None:
    m = model("M")

    def work() -> None:
        F.sum(m(X)).backward()

    thread = threading.Thread(target=work, name="second")
    work()
    thread.start()
    thread.join()
    reader = watched.read()
    lines = [
        "forward: >M >M.l linear@M.l <M.l <M sum =loss",
        "backward: [ *sum *linear@M.l +M.l.W@M.l +M.l.b@M.l ]",
    ]
    assert [one.name for one in reader.threads] == ["MainThread", "second"]
    assert told(reader, 0) == [f"it0 {line}" for line in lines]
    assert told(reader, 1) == [f"it1 {line}" for line in lines]


def test_threads_at_the_same_time(watched: Watched) -> None:
    """Ops of two threads that take turns: what one does is in its own scopes, whatever the other is in."""
    models = [model("A"), model("B")]
    turns = [threading.Semaphore(1), threading.Semaphore(0)]

    class Turn(engine.Function):
        def __init__(self, number: int) -> None:
            self.number = number

        def forward(self, inputs: Any) -> Any:
            turns[1 - self.number].release()
            turns[self.number].acquire()
            return inputs

    def work(number: int) -> None:
        turns[number].acquire()
        link = models[number]
        with engine.no_backprop_mode():
            y = Turn(number)(link(X))
            Turn(number)(link(y))
        turns[1 - number].release()

    threads = [threading.Thread(target=work, args=(number,), name=f"t{number}") for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    reader = watched.read()
    for number, name in enumerate("AB"):
        place = [one.name for one in reader.threads].index(f"t{number}")
        call = f">{name} >{name}.l linear@{name}.l <{name}.l <{name} Turn"
        assert told(reader, place) == [f"it0 evaluation: {call} {call}"]


def test_a_forked_worker_adds_nothing(watched: Watched) -> None:
    m = model("M")
    F.sum(m(X)).backward()
    child = os.fork()
    if child == 0:  # what a worker of MultiprocessIterator is
        try:
            F.sum(m(X)).backward()
        finally:
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    F.sum(m(X)).backward()
    lines = [
        "forward: >M >M.l linear@M.l <M.l <M sum =loss",
        "backward: [ *sum *linear@M.l +M.l.W@M.l +M.l.b@M.l ]",
    ]
    assert told(watched.read()) == [f"it{i} {line}" for i in range(2) for line in lines]


def test_hooks_of_an_optimizer_and_an_update_that_computes_the_loss(watched: Watched) -> None:
    m = model("M")
    m.l.b.array[...] = 1
    optimizer = engine.optimizers.MomentumSGD(0.1).setup(m)
    optimizer.add_hook(engine.optimizer_hooks.WeightDecay(0.1))
    optimizer.add_hook(engine.optimizer_hooks.GradientClipping(1.0))
    optimizer.update(lambda x: F.sum(m(x)), X)
    assert told(watched.read()) == [
        "it0 forward: >M >M.l linear@M.l <M.l <M sum 0 =loss",
        "it0 backward: [ *sum *linear@M.l +M.l.W@M.l +M.l.b@M.l ]",
        "it0 update: [MomentumSGD ~WeightDecay:M.l.W ~WeightDecay:M.l.b ~GradientClipping:M.l.W ~GradientClipping:M.l.b"
        " !M.l.W !M.l.b ]MomentumSGD",
    ]


def test_a_walk_inside_a_backward_rule(watched: Watched) -> None:
    """`forget` computes its insides again, and walks over them, in its backward rule; that walk's root is no loss."""
    m = model("M")
    F.sum(F.forget(m, engine.Variable(X.copy()))).backward()
    assert told(watched.read()) == [
        "it0 evaluation: >M >M.l linear@M.l <M.l <M",
        "it0 forward: forget sum =loss",
        # Nobody holds the variable that forget was given, so it gets no gradient; that of its inner walk does.
        "it0 backward: [ *sum >M >M.l during:linear@M.l <M.l <M"
        " [ *during:linear@M.l +input@M.l +M.l.W@M.l +M.l.b@M.l ] *forget ]",
    ]


def test_an_op_and_a_walk_that_fail(watched: Watched) -> None:
    class Broken(engine.Function):
        def forward(self, inputs: Any) -> Any:
            return inputs

        def backward(self, inputs: Any, gys: Any) -> Any:
            raise ValueError("no gradient today")

    m = model("M")
    with pytest.raises(ValueError, match="today"):
        Broken()(F.sum(m(X))).backward()
    with pytest.raises(engine.utils.type_check.InvalidType):
        m(np.ones((1, 2), np.float32))
    F.sum(m(X))
    reader = watched.read()
    kinds = [Kind(int(kind)).name for kind in reader.index["kind"]]
    call = ["scope_entered", "scope_entered", "forward", "scope_exited", "scope_exited"]
    assert kinds == [
        *call, "forward", "forward", "reported", "backward_started", "failed", "backward_finished",
        "scope_entered", "scope_entered", "failed", "scope_exited", "scope_exited", *call, "forward",
    ]  # fmt: skip
    assert [seq for seq in range(len(reader)) if getattr(reader.body(seq), "failed", False)] == [10, 14, 15]
