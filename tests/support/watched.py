"""The engine under a recorder, and a model small enough to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import engine
import engine.functions as F
import engine.links as L
from bpdebug.capture import parse_capture
from bpdebug.frontends.engine import watch
from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder

__all__ = ["MLP", "T", "Watched", "X", "step"]


class MLP(engine.Chain):
    def __init__(self) -> None:
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(2, 3)
            self.l2 = L.Linear(3, 1)

    def forward(self, x: Any) -> Any:
        return self.l2(F.sigmoid(self.l1(x)))


X = np.array([[0, 1], [1, 0], [1, 1]], np.float32)
T = np.array([[1], [1], [0]], np.float32)


class Watched:
    """A recorder that watches the engine; `read()` ends it and opens the log.

    `capture` says, as `--capture` does, how much of the tensors it keeps.
    """

    def __init__(self, directory: Path, capture: str = "full") -> None:
        self.directory = directory
        self.recorder = Recorder(LogWriter.create(directory), plan=parse_capture(capture))
        self.stop = watch(engine, self.recorder)

    def read(self) -> LogReader:
        self.stop()
        assert not self.recorder.disabled
        self.recorder.close()
        return LogReader(self.directory)


def step(model: Any, optimizer: Any = None) -> Any:
    loss = F.mean_squared_error(model(X), T)
    model.cleargrads()
    loss.backward()
    if optimizer is not None:
        optimizer.update()
    return loss
