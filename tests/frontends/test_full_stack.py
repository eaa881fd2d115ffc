"""A script that fills its stack: what it calls fails, as it would without us, and what it does then is recorded."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from watched import Watched

import engine
import engine.functions as F
import engine.links as L
from bpdebug import native
from bpdebug.log.schema import Kind
from bpdebug.verify import verify_run
from engine import optimizers

WAYS = ["Python"] if native.part("engine_events") is None else ["compiled", "Python"]
STARTS = 8
ROOM = 150
"""Frames that the script has."""


@pytest.fixture(params=WAYS)
def watched(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watched]:
    monkeypatch.setenv("BPDEBUG_NATIVE", str(int(request.param == "compiled")))
    watched = Watched(tmp_path / "run")
    yield watched
    watched.stop()
    watched.recorder.close()


def fill_the_stack(work: Callable[[], object]) -> int:
    """Do it at each depth up to the last, from several starts, as a call needs several frames; how often."""
    done = 0

    def deeper() -> None:
        nonlocal done
        work()
        done += 1
        deeper()

    def after(frames: int) -> None:
        if frames:
            after(frames - 1)
        else:
            deeper()

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + ROOM)
    try:
        for frames in range(STARTS):
            with pytest.raises(RecursionError):
                after(frames)
    finally:
        sys.setrecursionlimit(limit)
    return done


def test_ops_at_the_end_of_the_stack_end_no_recording(
    watched: Watched, capfd: pytest.CaptureFixture[str]
) -> None:
    x = engine.Variable(np.ones((2, 2), "f4"))
    done = fill_the_stack(lambda: F.relu(x))
    F.tanh(x)
    assert not watched.recorder.disabled
    with watched.read() as reader:
        ops = [reader.ops[reader.body(seq).op].label for seq in range(len(reader))]
        assert ops[-1] == "tanh"
        assert ROOM < done <= len(ops) - 1 <= done + STARTS
        assert verify_run(reader).lines == []
    assert capfd.readouterr().err == ""


def test_training_at_the_end_of_the_stack_ends_no_recording(
    watched: Watched, capfd: pytest.CaptureFixture[str]
) -> None:
    model = L.Linear(2, 1)
    optimizer = optimizers.SGD().setup(model)
    x = np.ones((2, 2), "f4")

    def step() -> None:
        loss = F.sum(model(x))
        model.cleargrads()
        loss.backward()
        optimizer.update()

    done = fill_the_stack(step)
    step()
    assert not watched.recorder.disabled
    with watched.read() as reader:
        kinds = reader.index["kind"].tolist()
        assert kinds[-1] == Kind.update_finished
        assert ROOM < done < kinds.count(Kind.update_finished) <= done + 1 + STARTS
        assert verify_run(reader).lines == []
    assert capfd.readouterr().err == ""
