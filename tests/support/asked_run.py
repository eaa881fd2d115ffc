"""A small training under a recorder whose events can be asked while they happen, and its log afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import engine
import engine.functions as F
import engine.links as L
from bpdebug.frontends.engine import watch
from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from tests.support.watched import MLP, T, X

__all__ = ["record_training", "train_with_many_roles"]


def record_training(
    directory: Path,
    ask: Callable[[LogWriter], Callable[[dict[str, Any]], Any]],
    train: Callable[[], None] | None = None,
) -> LogReader:
    """Four iterations of a 2-3-1 perceptron with Adam and weight decay; the last one is fed NaN.

    Args:
        ask: given the log's writer, what is to be called with the header of each event, as the recorder has it.
        train: what is recorded in place of that.
    """
    writer = LogWriter.create(directory)
    recorder = Recorder(writer, ask(writer))
    recorder.look_before(True)
    stop = watch(engine, recorder)
    (train or _train)()
    stop()
    assert not recorder.disabled
    recorder.close()
    return LogReader(directory)


def _train() -> None:
    np.random.seed(0)
    model = MLP()
    optimizer = engine.optimizers.Adam(0.1)
    optimizer.setup(model)
    optimizer.add_hook(engine.optimizer_hooks.WeightDecay(0.01))
    for iteration in range(4):
        x = X * np.float32(np.nan) if iteration == 3 else X
        loss = F.mean_squared_error(model(x), T)
        engine.report({"loss": loss}, model)
        model.cleargrads()
        loss.backward()
        optimizer.update()


class _Normalized(engine.Chain):
    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.norm = L.BatchNormalization(8)

    def forward(self, cell: Any, x: Any) -> Any:
        return F.lstm(cell, self.norm(x))


def train_with_many_roles() -> None:
    """Two iterations with ops that call their inputs and outputs by words: an LSTM, a normalization, losses."""
    random = np.random.RandomState(0)
    model = _Normalized()
    optimizer = engine.optimizers.SGD(0.1).setup(model)
    x, cell = (random.randn(3, size).astype(np.float32) for size in (8, 2))
    target = np.array([0, 1, 1], np.int32)
    for _ in range(2):
        after, hidden = model(engine.Variable(cell), x)
        loss = F.softmax_cross_entropy(hidden, target) + F.mean_squared_error(after, cell)
        engine.report({"loss": loss, "precision": 0.25}, model)
        model.cleargrads()
        loss.backward()
        optimizer.update()
    F.classification_summary(hidden, target, 2)
    F.fixed_batch_normalization(x, model.norm.gamma, model.norm.beta, np.ones(8, "f"), np.ones(8, "f"))
    F.where(hidden.array > 0, hidden, after)
    F.tree_lstm(after, after * 2, np.ones((3, 10), np.float32))
