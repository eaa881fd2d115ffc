"""Watching begins anywhere, ends cleanly, keeps nothing alive, and does no harm."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from recorded import addresses
from watched import MLP, T, Watched, X, step

import engine
import engine.functions as F


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "run")
    yield watched
    watched.stop()
    watched.recorder.close()


def test_a_graph_built_before_watching_is_walked(tmp_path: Path) -> None:
    model = MLP()
    loss = F.mean_squared_error(model(X), T)
    watched = Watched(tmp_path / "run")
    loss.backward()
    reader = watched.read()
    body = reader.body(reader.find("it0/backward/linear"))
    assert body.forward is None
    assert [reader.variables[number].name for number in body.x[1:]] == ["MLP.l2.W", "MLP.l2.b"]


def test_a_second_recorder_does_not_trust_the_marks_of_the_first(tmp_path: Path) -> None:
    model = MLP()
    logs = []
    for name in ("one", "two"):
        watched = Watched(tmp_path / name)
        step(model)
        logs.append(watched.read())
    assert addresses(logs[0]) == addresses(logs[1])
    assert logs[0].variables == logs[1].variables


def test_a_graph_of_an_earlier_recorder_is_not_taken_for_ones_own(tmp_path: Path) -> None:
    first = Watched(tmp_path / "one")
    F.sigmoid(engine.Variable(X))
    loss = F.mean_squared_error(MLP()(X), T)
    first.read()
    second = Watched(tmp_path / "two")
    loss.backward()
    reader = second.read()
    body = reader.body(reader.find("it0/backward/mean_squared_error"))
    assert body.forward is None
    assert reader.ops[body.op].label == "mean_squared_error"


def test_stop_ends_the_watching_and_may_be_called_twice(watched: Watched) -> None:
    F.sigmoid(engine.Variable(X))
    watched.stop()
    watched.stop()
    F.sigmoid(engine.Variable(X))
    assert not engine.events.observers
    assert len(watched.read()) == 1


def test_our_own_fault_does_not_stop_the_training(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "__stderr__", sys.stderr)
    monkeypatch.setattr(watched.recorder, "phase_of_call", lambda training: 1 // 0)
    model = MLP()
    assert step(model).array.shape == ()
    assert model.l1.W.grad is not None
    assert watched.recorder.disabled
    assert capfd.readouterr().err.count("bpdebug: recording stopped") == 1


def test_watching_keeps_no_graph_alive(watched: Watched) -> None:
    def one() -> weakref.ref[Any]:
        loss = step(MLP())
        return weakref.ref(loss.creator_node)

    gc.collect()
    node = one()
    gc.collect()
    assert node() is None
