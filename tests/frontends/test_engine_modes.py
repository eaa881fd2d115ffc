"""In which mode an op ran, as its event says: that of the configuration at that op, in both ways to record it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from watched import Watched

import engine
import engine.functions as F
import engine.links as L
from bpdebug import native
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.schema import Kind, Phase
from tests.support.truth import check_log

WAYS = ["Python"] if native.part("engine_events") is None else ["compiled", "Python"]


@pytest.fixture(params=WAYS)
def watched(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watched]:
    monkeypatch.setenv("BPDEBUG_NATIVE", str(int(request.param == "compiled")))
    watched = Watched(tmp_path / "run")
    yield watched
    watched.stop()
    watched.recorder.close()


class Net(engine.Chain):
    """Batch normalization and dropout are other ops, or none, where nothing is trained."""

    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(3, 4)
            self.norm = L.BatchNormalization(4)
            self.l2 = L.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        return self.l2(F.dropout(F.relu(self.norm(self.l1(x))), 0.3))


class Modes(engine.FunctionHook):
    """Notes before each op whether the configuration says to train, and to make a graph."""

    def __init__(self) -> None:
        self.seen: list[tuple[bool, bool]] = []

    def forward_preprocess(self, function: Any, in_data: Any) -> None:
        self.seen.append((bool(engine.config.train), bool(engine.config.enable_backprop)))


@pytest.mark.parametrize("noted", [False, True])
def test_each_op_has_the_mode_and_the_phase_that_the_configuration_gave_it(
    watched: Watched, noted: bool
) -> None:
    np.random.seed(0)
    x, t = np.random.rand(5, 3).astype("f"), np.array([0, 1, 0, 1, 1], "i")
    model, modes = Net(), Modes()
    optimizer = engine.optimizers.SGD(0.1).setup(model)
    expected: list[tuple[bool, bool]] = []
    with ExitStack() as stack:
        if noted:
            stack.enter_context(modes)
        for train, graph in ((True, True), (False, False), (False, True), (True, False), (True, True)):
            with engine.using_config("train", train), engine.using_config("enable_backprop", graph):
                loss = F.softmax_cross_entropy(model(x), t)
            # Linear, batch normalization, ReLU, dropout where it trains, linear, loss.
            expected += [(train, graph)] * (6 if train else 5)
            if train and graph:
                with engine.using_config("train", False):
                    F.tanh(loss)  # between two ops of one iteration
                expected.append((False, True))
                model.cleargrads()
                loss.backward()
                optimizer.update()
    with watched.read() as reader:
        seqs = np.flatnonzero(reader.index["kind"] == Kind.forward).tolist()
        bodies = [reader.body(seq) for seq in seqs]
        assert [(body.train, body.grad) for body in bodies] == expected
        phases = [Phase(reader.index["phase"][seq]) for seq in seqs]
        assert phases == [Phase.forward if all(mode) else Phase.evaluation for mode in expected]
        if noted:
            assert modes.seen == expected
        assert check_log(reader, EngineOps(engine))[0] == len(expected)
