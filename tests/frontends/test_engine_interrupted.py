"""A script that catches an interrupt goes on, and what it does then is recorded as if nothing had happened."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from watched import MLP, Watched, step

import engine
from engine import optimizers


@pytest.mark.parametrize("told", ["ScopeExited", "BackwardFinished", "UpdateFinished"])
def test_a_step_after_one_whose_end_was_not_told_is_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    watched = Watched(tmp_path / "run")
    model = MLP()
    optimizer = optimizers.SGD(0.1).setup(model)
    step(model, optimizer)
    first = watched.recorder.writer.event_count

    def interrupt(*fields: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(engine.events.tell, told, interrupt)
        with pytest.raises(KeyboardInterrupt):
            step(model, optimizer)
    begun = watched.recorder.writer.event_count
    step(model, optimizer)  # what is a call of a link alone shows only when a walk begins
    last = watched.recorder.writer.event_count
    step(model, optimizer)
    with watched.read() as reader:
        fields = ["kind", "phase", "depth", "scope", "label"]
        usual, after = (reader.index[fields][begin : begin + first] for begin in (0, last))
        assert len(reader) == last + first
        np.testing.assert_array_equal(after, usual)
        if told != "ScopeExited":
            np.testing.assert_array_equal(reader.index[fields][begun:last], usual)


def test_a_walk_in_a_call_of_a_link_stays_in_it(tmp_path: Path) -> None:
    class Trains(MLP):
        def forward(self, x: Any) -> Any:
            loss = engine.functions.sum(super().forward(x))
            self.cleargrads()
            loss.backward()
            optimizer.update()
            return self.l1(x)

    watched = Watched(tmp_path / "run")
    model = Trains()
    optimizer = optimizers.SGD(0.1).setup(model)
    for _ in range(2):
        model(np.ones((1, 2), np.float32))
    with watched.read() as reader:
        depths = reader.index["depth"].tolist()
        half = len(depths) // 2
        assert depths[:half] == depths[half:]
        assert depths.count(0) == 4
        assert max(depths) == 2


def test_a_link_that_was_left_by_an_interrupt_gives_no_names_to_what_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(tmp_path / "run")
    first, model = MLP(), MLP()
    # It goes by its attribute of the link that calls it, or else of the first one that holds it.
    first.beside = model.l1.other = shared = engine.links.Linear(2, 3)

    def interrupt(*fields: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(engine.events.tell, "ScopeExited", interrupt)
        with pytest.raises(KeyboardInterrupt):
            model(np.ones((1, 2), np.float32))
    step(MLP())
    shared(np.ones((1, 2), np.float32))
    with watched.read() as reader:
        assert [scope.path for scope in reader.scopes][-1] == "MLP~3.beside"


@pytest.mark.parametrize("told", ["was_said", "reported"])
def test_what_a_handler_of_a_signal_raises_while_an_event_is_recorded_is_the_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    watched = Watched(tmp_path / "run")
    loss = step(MLP())
    happens = loss.backward if told == "was_said" else lambda: engine.report({"loss": 1.0})

    def too_late(number: int, frame: Any) -> None:
        raise TimeoutError("too late")

    before = signal.signal(signal.SIGUSR1, too_late)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(type(watched.recorder), told, lambda *args: signal.raise_signal(signal.SIGUSR1))
            with pytest.raises(TimeoutError, match="too late"):
                happens()
    finally:
        signal.signal(signal.SIGUSR1, before)
    recorded = watched.recorder.writer.event_count
    step(MLP())
    with watched.read() as reader:  # which sees that the recorder goes on
        assert len(reader) > recorded


def test_an_update_after_a_walk_whose_end_was_not_told_is_not_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(tmp_path / "run")
    model = MLP()
    optimizer = optimizers.SGD(0.1).setup(model)

    def interrupt(*fields: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(engine.events.tell, "BackwardFinished", interrupt)
        with pytest.raises(KeyboardInterrupt):
            step(model)
    begun = watched.recorder.writer.event_count
    optimizer.update()
    with watched.read() as reader:
        assert [reader.index["depth"][begun], reader.index["depth"][-1]] == [0, 0]
