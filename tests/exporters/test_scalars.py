"""csv and tensorboard: the numbers of each iteration."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest

import engine
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EventFlag, Kind
from bpdebug.log.writer import LogWriter
from tests.support.watched import MLP, Watched, step


def table(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def plain_numbers(reader):
    """Iteration and column to number, straight from the bodies."""
    found = {}
    for seq in range(len(reader)):
        body, iteration = reader.body(seq), int(reader.index["iteration"][seq])
        if isinstance(body, r.ReportedBody):
            found[iteration, body.name] = float(body.value)
        if isinstance(body, r.ParamUpdatedBody):
            before, after = (reader.array(tensor).astype(float) for tensor in (body.before, body.after))
            name, change = reader.variables[body.var].name, np.linalg.norm(after - before)
            found[iteration, f"{name} value"] = np.linalg.norm(after)
            found[iteration, f"{name} gradient"] = np.linalg.norm(reader.array(body.grad).astype(float))
            found[iteration, f"{name} update"] = change
            if before.any():
                found[iteration, f"{name} ratio"] = change / np.linalg.norm(before)
    return found


def test_every_number_of_every_sample_is_right(sample, export):
    data, report = export(sample, "csv")
    written = {
        (int(row["iteration"]), column): float(cell)
        for row in table(data)
        for column, cell in row.items()
        if cell and column not in ("iteration", "time_us")
    }
    assert written == pytest.approx(plain_numbers(sample), nan_ok=True)
    assert (report.damaged, report.notes) == (0, ())


def test_a_gradient_that_no_optimizer_uses_is_there(sample_run, export):
    reader = sample_run("backprop_mlp")
    data, _ = export(reader, "csv", only=("backward/*",))
    (row,) = table(data)
    gradients = [name for name in row if name.endswith(" gradient")]
    assert len(gradients) == 4
    assert all(float(row[name]) >= 0 for name in gradients)
    assert not row[gradients[0].replace("gradient", "value")]


def test_only_and_iterations_leave_columns_and_lines_out(example, export):
    rows = table(export(example, "csv", only=("reported",), iterations=(1, 3))[0])
    assert [row["iteration"] for row in rows] == ["1", "2"]
    assert list(rows[0]) == ["iteration", "time_us", "loss", "main/loss"]


def test_no_two_columns_have_one_name(tmp_path, export):
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    names = ["iteration", "W value", "time_us", "W value~2"]
    for number, name in enumerate(names):
        values = {"label": log.text(f"report:{name}"), "flags": EventFlag.value, "value": number}
        log.append(Kind.reported, r.ReportedBody(name, number), **values)
    tensor = log.tensor(np.ones(1, "f4"))
    variable = log.variable("W", parameter=True, first=tensor)
    log.append(Kind.param_updated, r.ParamUpdatedBody(variable, tensor, tensor, tensor), label=log.text("W"))
    log.close()
    with LogReader(tmp_path / "run") as reader:
        (row,) = table(export(reader, "csv")[0])
    assert next(iter(row)) == "iteration"
    del row["time_us"]
    told = {name: float(cell) for name, cell in row.items()}
    assert told == {
        "iteration": 0, "iteration~2": 0, "W value": 1, "time_us~2": 2, "W value~2": 3,
        "W value~3": 1, "W gradient": 1, "W update": 0, "W ratio": 0,
    }  # fmt: skip


@pytest.fixture
def wild(tmp_path):
    """One update from infinite values with a NaN gradient, and reports that are not finite, or beyond float32."""
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    tensors = [log.tensor(np.array(values, "f4")) for values in ([np.inf, 1], [np.nan, 1], [1, 2])]
    variable = log.variable("=W", parameter=True, first=tensors[0])
    body = r.ParamUpdatedBody(variable, tensors[0], tensors[1], tensors[2])
    log.append(Kind.param_updated, body, label=log.text("=W"), flags=EventFlag.parameter)
    for name, value in (("a", math.nan), ("b", -math.inf), ("@SUM(A1)", 1e300)):
        fields = {"label": log.text(f"report:{name}"), "flags": EventFlag.value, "value": value}
        log.append(Kind.reported, r.ReportedBody(name, str(value)), **fields)
    log.close()
    with LogReader(tmp_path / "run") as reader:
        yield reader


def test_what_is_not_finite_says_so_and_nothing_is_a_formula(wild, export):
    data, _ = export(wild, "csv")
    (row,) = table(data)
    assert [row[name] for name in ("a", "b", "'@SUM(A1)")] == ["nan", "-inf", "1e+300"]
    assert float(row["'=W value"]) == pytest.approx(math.sqrt(5))
    assert [row[f"'=W {name}"] for name in ("gradient", "update", "ratio")] == ["nan", "inf", "nan"]


def test_a_hostile_name_is_one_harmless_cell(hostile, export):
    first, *rest = csv.reader(io.StringIO(export(hostile, "csv")[0].decode("utf-8")))
    assert len(rest) == 1
    assert len(first) == len(rest[0]) == 2 + 1 + 4
    assert all(name.startswith("'=cmd") for name in first[2:])
    assert not any(set(name) & set("\x1b\n\u202e") for name in first)


@pytest.mark.parametrize(
    ("capture", "name", "notes"),
    [
        ("stats", "csv", ["4 norms"]),
        ("none", "csv", ["12 norms"]),
        ("stats", "tensorboard", ["4 norms", "8 histograms"]),
    ],
)
def test_what_the_log_has_no_values_for_is_told(tmp_path, export, capture, name, notes):
    watched = Watched(tmp_path / "run", capture)
    model = MLP()
    step(model, engine.optimizers.SGD(0.1).setup(model))
    with watched.read() as reader:
        report = export(reader, name)[1]
    assert report.notes == tuple(f"{note} left out: the log doesn't have the values" for note in notes)


def test_an_update_that_cannot_be_read_is_counted(tmp_path, export, example):
    # A copy with one byte of an update's body changed.
    for path in example.directory.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    row = example.index[example.find("it1/update/MLP.l1.W")]
    bodies = bytearray((tmp_path / "events.jsonl").read_bytes())
    bodies[int(row["offset"])] = 0xFF
    (tmp_path / "events.jsonl").write_bytes(bodies)
    with LogReader(tmp_path) as reader:
        data, report = export(reader, "csv")
    assert report.damaged == 1
    rows = table(data)
    assert [bool(row["MLP.l1.W value"]) for row in rows] == [True, False, True]
    assert all(row["MLP.l2.W value"] for row in rows)


# ---- tensorboard ----------------------------------------------------------------------------------------------


@pytest.fixture
def read_events(tmp_path):
    """Reads an event file as TensorBoard does."""
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    util = pytest.importorskip("tensorboard.util.tensor_util")

    def read(data):
        path = tmp_path / "run.tfevents"
        path.write_bytes(data)
        events = list(loader.EventFileLoader(str(path)).Load())
        found = {}
        for event in events:
            for value in event.summary.value:
                found[event.step, value.tag] = util.make_ndarray(value.tensor)
        return found, events

    return read


def test_tensorboard_reads_every_number_of_every_sample(sample, export, read_events):
    found, events = read_events(export(sample, "tensorboard")[0])
    tags = {
        "value": "value_norm",
        "gradient": "gradient_norm",
        "update": "update_norm",
        "ratio": "update_ratio",
    }
    expected = {}
    for (iteration, column), number in plain_numbers(sample).items():
        name, _, what = column.rpartition(" ")
        expected[iteration, f"{tags[what]}/{name}" if name else column] = number
    scalars = {key: float(value) for key, value in found.items() if not value.shape}
    assert scalars == pytest.approx(expected, rel=1e-6, nan_ok=True)
    assert events[0].file_version == "brain.Event:2"
    assert events[0].wall_time > 1.6e9


def test_histograms_count_every_element(sample_run, export, read_events):
    reader = sample_run("digits")
    found, _ = read_events(export(reader, "tensorboard", iterations=(7, 8))[0])
    body = reader.body(reader.find("it7/update/Classifier.predictor.l1.W"))
    for tag, tensor in (("values", body.after), ("gradients", body.grad)):
        array = reader.array(tensor)
        buckets = found[7, f"{tag}/Classifier.predictor.l1.W"]
        assert buckets[:, 2].sum() == array.size
        assert buckets[0, 0] == pytest.approx(array.min())
        assert buckets[-1, 1] == pytest.approx(array.max())
        middle = buckets[15, 0]
        assert buckets[:15, 2].sum() == (array < middle).sum()


def test_tensorboard_takes_what_is_not_finite(wild, hostile, export, read_events):
    found, _ = read_events(export(wild, "tensorboard")[0])
    assert math.isnan(found[0, "a"])
    assert found[0, "b"] == -math.inf
    assert found[0, "@SUM(A1)"] == math.inf  # its scalars are float32
    assert found[0, "gradients/=W"][:, 2].sum() == 1
    assert read_events(export(hostile, "tensorboard")[0])[0]


def test_a_missing_extra_says_what_to_type(monkeypatch):
    import importlib.util

    from bpdebug.errors import ExportError
    from bpdebug.exporters import exporter_for

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r"pip install 'bpdebug\[tensorboard\]'"):
        exporter_for("", "logs/run.tfevents")
