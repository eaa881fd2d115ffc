"""How the compiled part takes events: at the right time, from the right line, whole, and without asking Python."""

from __future__ import annotations

import sys
import threading
import time
import weakref

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug import native
from bpdebug.frontends import engine as frontend
from bpdebug.log import writer as writer_module
from bpdebug.log.keep import FULL
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.log.tensor_store import TensorStore
from bpdebug.log.turns import TurnsInPython
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from engine import Variable, optimizers
from tests.support.late_turns import LateTurns
from tests.support.recorded_both import record
from tests.support.trainings import images, perceptron

pytestmark = pytest.mark.skipif(
    native.part("engine_events") is None, reason="the compiled parts aren't there"
)


def test_ops_wait_for_a_writer_that_is_late(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "Turns", LateTurns)
    recorder = Recorder(LogWriter.create(tmp_path / "run"))
    stop = frontend.watch(engine, recorder)
    index, x = tmp_path / "run" / "events.idx", Variable(np.ones(2, "f"))
    for _ in range(20_000):
        F.square(x)
        if index.stat().st_size:
            break
    assert index.stat().st_size
    monkeypatch.undo()
    stop()
    recorder.close()


def test_an_iteration_that_another_thread_ends_in_the_forward_phase_is_over(tmp_path, monkeypatch):
    for way, part in ("compiled", native.part), ("python", lambda _: None):
        monkeypatch.setattr(frontend, "part", part)
        progress = []

        def script(progress=progress):
            F.relu(Variable(np.ones(3, "f")))
            progress[0].update_finished()
            F.relu(Variable(np.ones(3, "f")))

        record(
            tmp_path / way, script, "full", lambda recorder, all_=progress: all_.append(recorder._progress)
        )
        with LogReader(tmp_path / way) as reader:
            forwards = reader.index[reader.index["kind"] == Kind.forward]
        assert forwards["iteration"].tolist() == [0, 1]


def test_an_op_in_the_midst_of_an_event_leaves_that_whole(tmp_path, monkeypatch):
    """As one in a finalizer: here of what is asked for the hyperparameters."""
    optimizer = optimizers.Adam()
    get_dict = type(optimizer.hyperparam).get_dict

    def asked(hyperparameter):
        F.relu(Variable(np.ones(3, "f")))
        return get_dict(hyperparameter)

    monkeypatch.setattr(type(optimizer.hyperparam), "get_dict", asked)
    record(tmp_path / "run", lambda: perceptron(optimizer), "full")
    with LogReader(tmp_path / "run") as reader:
        started = np.flatnonzero(reader.index["kind"] == Kind.update_started).tolist()
        assert len(started) == 5
        for seq in started:
            assert reader.body(seq).optimizer == "Adam"
            assert reader.index["kind"][seq - 1] == Kind.forward
            assert reader.body(seq - 1).op == reader.body(started[0] - 1).op


def test_an_event_lets_go_of_what_it_has_looked_at(tmp_path):
    def script():
        x = engine.Parameter(np.ones(3, "f"))
        for step in range(100):
            F.sum(F.square(x)).backward()
            if step == 10:
                entries.append(recorders[0].writer.store.usual.put(x.array, FULL))
                held.append(sys.getrefcount(entries[0]))
        held.append(sys.getrefcount(entries[0]))

    recorders, entries, held = [], [], []
    record(tmp_path / "run", script, "full", recorders.append)
    assert held[1] <= held[0] + 1


def test_times_are_those_of_the_clock(tmp_path):
    seen = []

    def script():
        for _ in range(3):
            before = time.perf_counter_ns()
            perceptron()
            seen.append((before, time.perf_counter_ns()))

    def prepare(recorder):
        seen.append(recorder.writer.started_ns)

    record(tmp_path / "run", script, "full", prepare)
    started, *spans = seen
    with LogReader(tmp_path / "run") as reader:
        times = reader.index["time_us"][reader.index["kind"] == Kind.forward].reshape(3, -1)
    for (before, after), those in zip(spans, times, strict=True):
        assert (before - started) // 1000 <= those.min()
        assert those.max() <= (after - started) // 1000
        assert (np.diff(those.astype(int)) >= 0).all()


@pytest.mark.parametrize("forgets", [False, True])
def test_lines_are_right_where_code_comes_and_goes(tmp_path, forgets):
    """Code objects whose places in memory are used again, at once where nothing holds them any more."""
    recorder = Recorder(LogWriter.create(tmp_path / "run"))
    stop = frontend.watch(engine, recorder)
    names = {"F": F, "x": Variable(np.ones(2, "f"))}
    for line in range(6_000):
        exec(compile("\n" * (line % 97) + "F.square(x)", str(tmp_path / "made.py"), "exec"), names)
        if forgets:
            recorder.call_sites._forget()
    stop()
    recorder.close()
    with LogReader(tmp_path / "run") as reader:
        sites = [reader.sites[site].frames[-1].line for site in reader.index["site"].tolist()]
    assert sites == [1 + line % 97 for line in range(6_000)]


def test_lines_are_right_where_another_thread_comes_while_code_is_forgotten(tmp_path):
    recorder = Recorder(LogWriter.create(tmp_path / "run"))
    stop = frontend.watch(engine, recorder)
    names = {"F": F, "x": Variable(np.ones(2, "f"))}
    call_sites = recorder.call_sites
    here = call_sites.here

    def interrupted(up=1):
        found = here(up + 1)
        call_sites._forget()
        other = threading.Thread(target=F.square, args=(names["x"],))
        other.start()
        other.join()
        return found

    call_sites.here = interrupted
    for line in range(300):
        exec(compile("\n" * (line % 97) + "F.square(x)", str(tmp_path / "made.py"), "exec"), names)
    stop()
    recorder.close()
    with LogReader(tmp_path / "run") as reader:
        own = reader.index["site"][reader.index["thread"] == reader.index["thread"][-1]]
        sites = [reader.sites[site].frames[-1].line for site in own.tolist()]
    assert sites == [1 + line % 97 for line in range(300)]


def test_a_small_perceptron_takes_the_short_way(tmp_path, monkeypatch):
    """Else the test above would compare Python with itself."""
    left = []
    python = frontend._Watcher.__call__

    def note(self, event):
        left.append(type(event).__name__)
        python(self, event)

    monkeypatch.setattr(frontend._Watcher, "__call__", note)
    record(tmp_path / "run", perceptron, "full")
    most = {"ForwardFinished", "BackwardStepped", "GradAccumulated", "ParameterUpdating", "ParameterUpdated"}
    assert not most & set(left)


@pytest.mark.parametrize(
    "capture", ["full", "stats", "sample", "none", "sparse", "last:4", "none@relu;stats"]
)
def test_no_policy_leaves_arrays_to_python(tmp_path, monkeypatch, capture):
    """What a policy keeps was met in the first steps; of what comes after nothing is unusual."""
    left, steps = [], []
    put = TensorStore._put

    def note(self, array, device, keep):
        if array.dtype != np.uint32:  # the random state of an op that draws, which isn't usual
            left.append(len(steps))
        return put(self, array, device, keep)

    class Noted(optimizers.SGD):
        def update(self, *args, **kwargs):
            super().update(*args, **kwargs)
            steps.append(len(steps))

    monkeypatch.setattr(TensorStore, "_put", note)
    record(tmp_path / "run", lambda: images(Noted(0.01), steps=12, batch=50), capture)
    assert len(steps) == 12
    assert left
    assert max(left) < 6


def test_gradients_that_are_numbers_arrive_as_they_are(tmp_path):
    """The arrays that the event of a step has of them are gone when the next event comes."""

    def script():
        for k in range(20):
            one, other = (Variable(np.array(value, "d")) for value in (3.0 + k, 5.5 + k))
            (one * other).backward()
            script.grads += [float(one.grad), float(other.grad)]

    script.grads = []
    record(tmp_path / "run", script, "full")
    with LogReader(tmp_path / "run") as reader:
        seqs = np.flatnonzero(reader.index["kind"] == Kind.grad_accumulated).tolist()
        assert [float(reader.array(reader.body(seq).add)) for seq in seqs] == script.grads


def test_a_turn_is_offered_to_the_thread_that_writes_when_one_is_due(tmp_path, monkeypatch):
    offers = []

    class Offered(TurnsInPython):
        are_offered = True

        def offer(self):
            offers.append(time.monotonic())

    monkeypatch.setattr(writer_module, "Turns", Offered)
    monkeypatch.setattr(writer_module, "GRACE_S", 60.0)
    monkeypatch.setattr(writer_module, "LATE_S", 60.0)
    recorder = Recorder(LogWriter.create(tmp_path / "run"))
    stop = frontend.watch(engine, recorder)
    began, x = time.monotonic(), Variable(np.ones(2, "f"))
    while not offers and time.monotonic() < began + 30:
        F.square(x)
    stop()
    recorder.close()
    assert 0.9 * writer_module.FLUSH_AFTER_S < offers[0] - began < 30


def test_a_gradient_is_let_go_when_the_walk_lets_go_of_it(tmp_path):
    """Whoever held it longer would have the next one made in memory that is in no cache."""
    alive = []

    class Passing(engine.FunctionNode):
        def forward(self, inputs):
            return (inputs[0] + 1,)

        def backward(self, indexes, gys):
            alive.append([reference() is not None for reference in script.seen])
            script.seen.append(weakref.ref(gys[0].array))
            return (gys[0] * 2,)

    def script():
        y = x = Variable(np.ones(300, "f"))
        for _ in range(5):
            (y,) = Passing().apply((y,))
        F.sum(y).backward()
        del x

    script.seen = []
    record(tmp_path / "run", script, "stats")
    assert [any(before) for before in alive] == [False] * 5
    assert len(script.seen) == 5
