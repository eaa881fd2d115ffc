"""What happened to a gradient on its way to an update, and the latest updates of each parameter."""

from __future__ import annotations

import numpy as np
import pytest

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.timeline import Timeline
from bpdebug.timeline.updates import hooks_before
from tests.support.example_run import ITERATIONS, write_example_run
from tests.support.recorded import Run


@pytest.fixture(scope="module")
def timeline(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("updates") / "run")) as reader:
        yield Timeline(reader)


def test_the_gradients_of_the_latest_updates_come_oldest_first(timeline):
    last = len(timeline) - 1
    used = [
        timeline.moment(timeline.reader.find(f"it{i}/update/MLP.l1.W")).tensor("gradient").tensor
        for i in range(ITERATIONS)
    ]
    assert timeline.updates.gradients("MLP.l1.W", last) == used
    second = timeline.reader.find("it1/update/MLP.l1.W")
    assert timeline.updates.gradients("MLP.l1.W", second) == used[:2]
    assert timeline.updates.gradients("MLP.l1.W", second - 1) == used[:1]
    assert timeline.updates.gradients("no such parameter", last) == []


def test_an_update_without_hooks_has_none(timeline):
    assert hooks_before(timeline.names, timeline.reader.find("it1/update/MLP.l1.W")) == []
    assert hooks_before(timeline.names, 0) == []


def test_hooks_of_the_parameter_are_found_in_their_order(tmp_path):
    import engine
    from bpdebug.frontends.engine import watch
    from engine import links, optimizer_hooks, optimizers

    run = Run(tmp_path / "run")
    stop = watch(engine, run.recorder)
    model = links.Linear(2, 1)
    optimizer = optimizers.SGD(0.1)
    optimizer.setup(model)
    optimizer.add_hook(optimizer_hooks.WeightDecay(0.5))
    optimizer.add_hook(optimizer_hooks.GradientClipping(0.01))
    loss = engine.functions.sum(model(np.ones((1, 2), "f4")))
    model.cleargrads()
    loss.backward()
    optimizer.update()
    stop()
    with run.read() as reader:
        timeline = Timeline(reader)
        updates = [seq for seq in range(len(reader)) if reader.index["kind"][seq] == Kind.param_updated]
        weights = [seq for seq in updates if reader.texts[reader.index["label"][seq]].endswith("W")]
        assert weights
        for seq in weights:  # the bias is 0: decay leaves its gradient as it is
            steps = hooks_before(timeline.names, seq)
            assert [step.hook for step in steps] == ["WeightDecay", "GradientClipping"]
            assert steps[0].after == steps[1].before
            assert steps[1].after == timeline.moment(seq).tensor("gradient").tensor
