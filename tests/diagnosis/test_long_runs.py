"""What the rules do grows with a run, not with its square: a state that is carried on ties all iterations together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from watched import Watched

import engine
import engine.functions as F
import engine.links as L
from bpdebug.diagnosis.facts import detached
from bpdebug.diagnosis.facts.history import History
from bpdebug.diagnosis.facts.records import Op
from bpdebug.diagnosis.rules import constant_data

ITERATIONS = 40
STEPS = 3


@pytest.fixture
def history(tmp_path: Path) -> History:
    watched = Watched(tmp_path / "run")
    cell, head = L.LSTM(2, 4), L.Linear(4, 3)
    model = engine.ChainList(cell, head)
    optimizer = engine.optimizers.SGD(0.1)
    optimizer.setup(model)
    rng = np.random.RandomState(0)
    for _ in range(ITERATIONS):
        loss = 0
        for _ in range(STEPS):
            x, t = rng.randn(5, 2).astype("f"), rng.randint(0, 3, 5).astype("i")
            loss += F.softmax_cross_entropy(head(cell(x)), t)
        model.cleargrads()
        loss.backward()
        loss.unchain_backward()
        optimizer.update()
    return History(watched.read())


def test_what_is_behind_a_loss_is_looked_at_once_for_its_line(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    real = constant_data.upstream
    monkeypatch.setattr(constant_data, "upstream", lambda ops: calls.append(1) or real(ops))
    assert list(constant_data.find(history)) == []
    assert 0 < len(calls) <= 4


def test_what_an_array_reaches_is_looked_for_up_to_the_walk(history: History) -> None:
    walk = history.walks[0]
    later = [op for op in history.ops if op.seq > walk.seq]
    looked_at: list[Op] = []

    class Looked(list):
        def __iter__(self):  # type: ignore[no-untyped-def]
            looked_at.append(later[0])
            return super().__iter__()

    for op in later:
        op.readers = Looked(op.readers)
    first = next(op for op in history.ops if op.label == "lstm")
    visited = detached._reaches(first, walk)
    for op in history.ops:
        op.steps = []
    found = detached._reaches(first, walk)
    assert (visited, found) == (True, False)  # not the records themselves, whose texts would be without end
    assert not looked_at
