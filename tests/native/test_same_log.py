"""What the compiled part takes to the log is what Python would have taken there."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from recorded_samples import record_sample

import engine
import engine.functions as F
import engine.links as L
from bpdebug import cli, native
from bpdebug.capture import parse_capture
from bpdebug.frontends import engine as frontend
from bpdebug.log import contents
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import NOT_CAPTURED, EventFlag, Kind
from bpdebug.recorder import flight_recorder
from engine import Variable, optimizers
from engine.utils import type_check
from tests.support.recorded_both import record, record_both
from tests.support.same_log import assert_same_log
from tests.support.trainings import SCRIPTS, images, large_layers

pytestmark = pytest.mark.skipif(
    native.part("engine_events") is None, reason="the compiled parts aren't there"
)


@pytest.mark.parametrize(
    "capture", ["full", "stats", "sample", "none", "last:2", "sparse", "full@*;stats", "stats@l1/*"]
)
@pytest.mark.parametrize("name", SCRIPTS)
def test_every_event(tmp_path, monkeypatch, name, capture):
    record_both(tmp_path, monkeypatch, SCRIPTS[name], capture)


@pytest.mark.parametrize(
    "name", ["not finite", "weights that overflow", "losses of every kind", "images, SGD"]
)
@pytest.mark.parametrize(
    ("shown", "nonfinite"),
    [
        ([Kind.reported], []),
        ([Kind.reported], list(Kind)),
        ([Kind.backward, Kind.param_updated], []),
        (list(Kind), []),
    ],
)
def test_who_asked_for_some_events_is_shown_these(tmp_path, monkeypatch, name, shown, nonfinite):
    seen = {"compiled": [], "python": []}
    for way, part in ("compiled", native.part), ("python", lambda _: None):

        def prepare(recorder, way=way):
            recorder.on_event = lambda header: seen[way].append(
                (header["seq"], header["kind"], header["flags"])
            )
            recorder.observer_only_reads = True
            recorder.shown = sum(1 << kind for kind in shown)
            recorder.shown_nonfinite = sum(1 << kind for kind in nonfinite)

        monkeypatch.setattr(frontend, "part", part)
        record(tmp_path / way, SCRIPTS[name], "full", prepare)
    assert seen["compiled"] == seen["python"]
    assert seen["python"]
    for _, kind, flags in seen["python"]:
        assert kind in shown or (kind in nonfinite and flags & EventFlag.nonfinite)
    with LogReader(tmp_path / "python") as reader:
        wanted = np.isin(reader.index["kind"], shown)
        wanted |= np.isin(reader.index["kind"], nonfinite) & (reader.index["flags"] & EventFlag.nonfinite > 0)
        assert [seq for seq, _, _ in seen["python"]] == np.flatnonzero(wanted).tolist()
    assert_same_log(tmp_path / "compiled", tmp_path / "python")


@pytest.mark.parametrize("shown", [Kind.forward, Kind.grad_accumulated, Kind.param_updated])
def test_who_may_write_when_shown_some_events_finds_arrays_read_before(tmp_path, monkeypatch, shown):
    def prepare(recorder):
        recorder.on_event = lambda header: None
        recorder.shown = 1 << shown

    record_both(tmp_path, monkeypatch, SCRIPTS["large layers"], "full", prepare)


def test_what_a_person_has_changed_is_no_surprise(tmp_path, monkeypatch):
    recorders = []

    def script():
        w = engine.Parameter(np.ones(2, "f"))
        F.sum(w * 2)
        before = w.array.copy()
        w.array[...] = 5
        recorders[-1].edited(w.node.watch_id.number, before, w.array, "= 5", "value")
        F.sum(w * 3)
        w.array[...] = 7
        F.sum(w * 4)

    record_both(tmp_path, monkeypatch, script, "full", recorders.append)
    with LogReader(tmp_path / "compiled") as reader:
        seqs = np.flatnonzero(reader.index["kind"] == Kind.forward).tolist()
        assert [reader.body(seq).changed for seq in seqs[::2]] == [[], [], [0]]


@pytest.mark.parametrize("capture", ["full", "stats"])
@pytest.mark.parametrize("size", [10, 80, 600])
def test_a_kept_array_of_the_script_is_read_again(tmp_path, monkeypatch, size, capture):
    def script():
        for order in (np.ascontiguousarray, np.asfortranarray):
            for changes in (False, True):
                x = Variable(order(np.linspace(1, 2, size * size, dtype="f").reshape(size, size)))
                y = F.sum(x * x)
                if changes:
                    x.array[-1, 0] = 3
                y.backward()

    record_both(tmp_path, monkeypatch, script, capture)
    with LogReader(tmp_path / "compiled") as reader:
        steps = np.flatnonzero(reader.index["kind"] == Kind.backward).tolist()
        changed = [bool(reader.body(seq).changed) for seq in steps]
    assert changed == [False, False, False, True] * 2


@pytest.mark.parametrize(
    "plan",
    [parse_capture("sparse"), parse_capture("full", iterations=(2, 4)), parse_capture("stats;last:1")],
    ids=["sparse", "two iterations", "the last one"],
)
def test_what_is_kept_changes_with_the_iterations(tmp_path, monkeypatch, plan):
    record_both(tmp_path, monkeypatch, lambda: large_layers(6), plan)
    with LogReader(tmp_path / "compiled") as reader:
        assert len({layout.why_not_captured for layout in reader.layouts}) > 1


@pytest.mark.parametrize("size", [10, 5000])
@pytest.mark.parametrize("capture", ["stats@relu", "none@relu"])
def test_what_is_there_with_its_values_is_shown_with_them(tmp_path, monkeypatch, size, capture):
    def script():
        x = np.linspace(-1, 1, size, dtype="f")
        F.tanh(Variable(x))
        F.relu(Variable(x.copy()))

    for way, part in ("compiled", native.part), ("python", lambda _: None):
        monkeypatch.setattr(frontend, "part", part)
        monkeypatch.setattr(contents, "part", part)
        record(tmp_path / way, script, capture)
        with LogReader(tmp_path / way) as reader:
            first, second = (reader.body(seq).x[0].tensor for seq in (0, 1))
        assert (first == second) == (capture != "none@relu"), way


@pytest.mark.parametrize("size", [10, 5000])
@pytest.mark.parametrize("capture", ["none@tanh;full", "none@tanh;stats", "full@tanh;none"])
@pytest.mark.parametrize("part", [native.part, lambda _: None], ids=["compiled", "python"])
def test_what_one_op_does_not_keep_has_not_changed_for_the_next_one(
    tmp_path, monkeypatch, part, capture, size
):
    monkeypatch.setattr(frontend, "part", part)
    monkeypatch.setattr(contents, "part", part)

    def script():
        F.sum(F.square(F.tanh(engine.Parameter(np.linspace(-1, 1, size, dtype="f"))))).backward()

    record(tmp_path / "run", script, capture)
    with LogReader(tmp_path / "run") as reader:
        steps = np.flatnonzero(reader.index["kind"] == Kind.backward).tolist()
        assert [reader.body(seq).changed for seq in steps] == [[], [], []]


@pytest.mark.parametrize("size", [3, 5000])
@pytest.mark.parametrize("capture", ["stats@square", "full@square;stats", "none@square;full"])
def test_a_step_and_what_it_adds_may_be_kept_in_other_ways(tmp_path, monkeypatch, size, capture):
    def script():
        x = engine.Parameter(np.linspace(0, 1, size, dtype="f"))
        for _ in range(3):
            F.sum(F.square(x) * x).backward()

    record_both(tmp_path, monkeypatch, script, capture)


def test_nobody_looks_again_at_what_is_only_read(tmp_path, monkeypatch):
    def script():
        model = L.Linear(1, 1)
        optimizer = optimizers.SGD(0.1).setup(model)
        for i in range(5):
            x = np.full((5000, 1), i, "f")
            x[0] = np.nan
            loss = F.sum(model(F.get_item(Variable(x), slice(1, None))))
            model.cleargrads()
            loss.backward()
            optimizer.update()

    record_both(tmp_path, monkeypatch, script, "sparse")
    with LogReader(tmp_path / "compiled") as reader:
        ops = np.flatnonzero((reader.index["kind"] == Kind.forward) & (reader.index["iteration"] == 4))
        read = reader.body(int(ops[0])).x[0].tensor
        assert reader.tensors["segment"][read] == NOT_CAPTURED
        assert reader.tensors["flags"][read] == 0


def test_a_step_that_passes_on_what_is_not_finite_says_so(tmp_path, monkeypatch):
    def script():
        model = L.Linear(1, 1)
        optimizer = optimizers.SGD(0.1).setup(model)
        for _ in range(5):
            x, z = (engine.Parameter(np.zeros((100, 100), "f")) for _ in range(2))
            with np.errstate(all="ignore"):
                F.sum(F.log(x + z)).backward()
            F.sum(model(np.ones((1, 1), "f"))).backward()
            optimizer.update()

    record_both(tmp_path, monkeypatch, script, "sparse")
    with LogReader(tmp_path / "compiled") as reader:
        added = reader.find("it4/backward/add")
        assert reader.index["flags"][added] & EventFlag.nonfinite
        assert all(reader.tensors["flags"][row] for row in reader.body(added).gx)


def test_an_op_that_passes_on_what_is_not_finite_says_so(tmp_path, monkeypatch):
    class Pass(engine.FunctionNode):
        def forward(self, inputs):
            return inputs

        def backward(self, indexes, gys):
            return gys

    def script():
        model = L.Linear(1, 1)
        optimizer = optimizers.SGD(0.1).setup(model)
        for _ in range(5):
            (y,) = Pass().apply((engine.Parameter(np.full((100, 100), np.nan, "f")),))
            y.grad = np.full((100, 100), np.inf, "f")
            y.backward()
            F.sum(model(np.ones((1, 1), "f"))).backward()
            optimizer.update()

    record_both(tmp_path, monkeypatch, script, "sparse")
    with LogReader(tmp_path / "compiled") as reader:
        for kind, slots in (
            (Kind.forward, lambda body: [slot.tensor for slot in body.y]),
            (Kind.backward, lambda body: body.gx),
            (Kind.grad_accumulated, lambda body: [body.after]),
        ):
            of_kind = (reader.index["kind"] == kind) & (reader.index["iteration"] == 4)
            seq = int(np.flatnonzero(of_kind)[0])
            assert reader.index["flags"][seq] & EventFlag.nonfinite, kind
            assert all(reader.tensors["flags"][row] for row in slots(reader.body(seq))), kind


def test_an_iteration_that_begins_with_a_failed_op_is_one_for_a_flight_recorder(tmp_path, monkeypatch):
    def script():
        model = L.Linear(40, 40)
        optimizer = optimizers.SGD(0.1).setup(model)
        for i in range(6):
            with contextlib.suppress(type_check.InvalidType):
                F.matmul(np.ones((2, 3), "f"), np.ones((2, 3), "f"))
            loss = F.sum(model(np.full((40, 40), i, "f")))
            model.cleargrads()
            loss.backward()
            optimizer.update()

    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    for way, part in ("compiled", native.part), ("python", lambda _: None):
        monkeypatch.setattr(frontend, "part", part)
        record(tmp_path / way, script, "last:2")
        with LogReader(tmp_path / way) as reader:
            made = [reader.body(seq) for seq in np.flatnonzero(reader.index["kind"] == Kind.forward).tolist()]
            rows = [body.y[0].tensor for body in made if len(body.x) == 3]
            assert int(reader.index["iteration"].max()) == 5
            assert [bool(reader.why_not_captured(row)) for row in rows] == [True] * 4 + [False] * 2, way
            # Not the same bytes, as what is between tensors is left from another use of a buffer.
            tensors = reader.tensors.copy()
        if way == "compiled":
            expected = tensors
    np.testing.assert_array_equal(tensors, expected)


def test_each_of_many_scopes_is_kept_in_its_way(tmp_path, monkeypatch):
    class Long(engine.ChainList):
        def forward(self, x):
            for link in self:
                x = link(x)
            return x

    def script():
        model = Long(*[L.Linear(1, 1) for _ in range(300)])
        optimizer = optimizers.SGD(0.1).setup(model)
        for i in range(3):
            loss = F.sum(model(np.full((1, 1), i, "f")))
            model.cleargrads()
            loss.backward()
            optimizer.update()

    record_both(tmp_path, monkeypatch, script, "stats@*1/*;stats@*2/*;none@*3/*;none@*4/*;full@*8/*;sample")
    with LogReader(tmp_path / "compiled") as reader:
        whys = {layout.why_not_captured for layout in reader.layouts}
    assert len(whys) == 3  # a sample of one value is all of it


def test_what_was_printed_before_an_event_stands_before_it(tmp_path, monkeypatch):
    printed = []

    def prepare(recorder):
        def settle():
            recorder.output("stdout", printed[0])
            printed.clear()

        recorder.unsettled, recorder.settle = printed, settle

    def script():
        x = Variable(np.ones(2, "f"))
        for i in range(3):
            printed.append(f"before {i}")
            F.square(x)
            F.square(x)

    record_both(tmp_path, monkeypatch, script, "full", prepare)
    with LogReader(tmp_path / "compiled") as reader:
        kinds = reader.index["kind"].tolist()
        assert kinds == [Kind.output, Kind.forward, Kind.forward] * 3
        assert [reader.body(seq).text for seq in (0, 3, 6)] == ["before 0", "before 1", "before 2"]


def test_who_listens_beside_changes_nothing(tmp_path):
    """The observer is given events then, instead of what they hold."""
    heard = []
    for way in "alone", "beside":
        stop = (
            engine.events.observe(lambda event: heard.append(type(event)))
            if way == "beside"
            else lambda: None
        )
        record(tmp_path / way, lambda: images(optimizers.Adam()), "full")
        stop()
    assert len(heard) > 300
    assert_same_log(tmp_path / "alone", tmp_path / "beside")


def test_a_whole_run_without_compiled_parts_is_the_same_run(tmp_path, monkeypatch, capsys):
    """Above, only who takes events differs; here also who keeps tensors and who encodes."""
    for way, wanted in ("compiled", "1"), ("python", "0"):
        monkeypatch.setenv("BPDEBUG_NATIVE", wanted)
        assert record_sample("digits", tmp_path / way).status == 0
    assert cli.main(["diff", str(tmp_path / "compiled"), str(tmp_path / "python")]) == 0, (
        capsys.readouterr().out
    )
    for way in "compiled", "python":
        assert cli.main(["verify", str(tmp_path / way)]) == 0
