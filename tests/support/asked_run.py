"""A small training under a recorder whose events can be asked while they happen, and its log afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import engine
import engine.functions as F
from bpdebug.frontends.engine import watch
from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from tests.support.watched import MLP, T, X

__all__ = ["record_training"]


def record_training(
    directory: Path, ask: Callable[[LogWriter], Callable[[dict[str, Any]], Any]]
) -> LogReader:
    """Four iterations of a 2-3-1 perceptron with Adam and weight decay; the last one is fed NaN.

    Args:
        ask: given the log's writer, what is to be called with the header of each event, as the recorder has it.
    """
    writer = LogWriter.create(directory)
    recorder = Recorder(writer, ask(writer))
    recorder.look_before(True)
    stop = watch(engine, recorder)
    _train()
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
