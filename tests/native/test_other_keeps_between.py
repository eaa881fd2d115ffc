"""Another thread, or an op in a finalizer, comes with another `Keep` while what is kept of an array is looked up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug import native
from bpdebug.capture import parse_capture
from bpdebug.frontends import engine as frontend
from bpdebug.log.keep import FULL, Keep
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import NOT_CAPTURED, Kind
from bpdebug.log.tensor_store import TensorStore
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from bpdebug.verify import verify_run
from engine import Variable

pytestmark = pytest.mark.skipif(native.part("large") is None, reason="the compiled parts aren't there")
STATS = Keep(False, True, 0, "statistics only")


def array(seed: int, size: int = 5000) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(size).astype("f4")


def when_asked_for_a_reason(store: TensorStore, monkeypatch: pytest.MonkeyPatch, other: Any) -> None:
    """Call `other` once, when the layout of what isn't kept whole is asked for."""
    asked = store.layout_of

    def layout_of(one: Any, device: str, why: str) -> int:
        if why:
            monkeypatch.undo()
            other()
        return asked(one, device, why)

    monkeypatch.setattr(store, "layout_of", layout_of)


@pytest.mark.parametrize("way", ["put", "lend"])
def test_a_large_array_is_kept_as_was_asked(tmp_path, monkeypatch, way) -> None:
    writer = LogWriter.create(tmp_path / "run")
    store = writer.store
    size = 5000 if way == "put" else 2_000_000  # so large a one is read later
    store.put(array(0, size), keep=FULL)
    others = []
    when_asked_for_a_reason(store, monkeypatch, lambda: others.append(store.lender.put(array(1), FULL)))
    one, kept = array(2, size), store.stored_bytes
    entry = getattr(store.lender, way)(one, STATS)
    assert store.stored_bytes == kept + array(1).nbytes
    assert others[0][3] != NOT_CAPTURED
    writer.close()
    with LogReader(tmp_path / "run") as reader:
        assert reader.layouts[int(reader.tensors["layout"][entry[0]])].why_not_captured == STATS.why
        assert reader.tensors["segment"][entry[0]] == NOT_CAPTURED
        np.testing.assert_array_equal(reader.array(others[0][0]), array(1))
        assert verify_run(reader).whole


def test_a_small_array_is_kept_as_was_asked(tmp_path, monkeypatch) -> None:
    recorder = Recorder(LogWriter.create(tmp_path / "run"), plan=parse_capture("stats@relu;sample@tanh"))
    stop = frontend.watch(engine, recorder)
    F.sum(Variable(array(0, 30)))
    when_asked_for_a_reason(recorder.writer.store, monkeypatch, lambda: F.tanh(Variable(array(1, 300))))
    F.relu(Variable(array(2, 30)))
    stop()
    assert not recorder.disabled
    recorder.close()
    with LogReader(tmp_path / "run") as reader:
        reasons = {}
        for seq in np.flatnonzero(reader.index["kind"] == Kind.forward).tolist():
            layout = reader.tensors["layout"][reader.body(seq).y[0].tensor]
            reasons[reader.texts[reader.index["label"][seq]]] = reader.layouts[int(layout)].why_not_captured
        assert "statistics only" in reasons["relu"]
        assert "--capture sample" in reasons["tanh"]
        assert verify_run(reader).whole


def test_an_answer_for_the_iterations_before_is_not_remembered(tmp_path, monkeypatch) -> None:
    recorder = Recorder(LogWriter.create(tmp_path / "run"), plan=parse_capture("full", iterations=(0, 1)))
    progress, hash_of = recorder._progress, Keep.__hash__
    stop = frontend.watch(engine, recorder)

    def looked_up(keep: Keep) -> int:
        if progress.iteration == 0:
            progress.iteration = 1
            F.relu(Variable(array(9, 30)))
        return hash_of(keep)

    monkeypatch.setattr(Keep, "__hash__", looked_up)
    for seed in range(3):
        F.relu(Variable(array(seed, 30)))
    assert progress.iteration == 1
    stop()
    recorder.close()
    with LogReader(tmp_path / "run") as reader:
        forwards = np.flatnonzero(reader.index["kind"] == Kind.forward).tolist()
        rows = [reader.body(seq).y[0].tensor for seq in forwards]
        assert (reader.tensors["segment"][rows[-2:]] == NOT_CAPTURED).all()
