"""The JSON Lines export: complete, valid by its schema, exact in its numbers, streamed, whole or not there."""

from __future__ import annotations

import io
import json
import math
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import engine
from bpdebug.errors import ExportError, NotCaptured, UsageError
from bpdebug.exporters import EXPORTERS, ExportOptions, export_run, exporter_for, jsonl
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.log.writer import LogWriter
from tests.support.example_run import SCRIPT_PATH, line_of, write_example_run
from tests.support.synthetic_log import header, write_headers, write_training
from tests.support.watched import MLP, Watched, step

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "event.schema.json"


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("example") / "run")) as reader:
        yield reader


def lines_of(reader, tensors=False):
    stream = io.BytesIO()
    report = jsonl.write(reader, stream, ExportOptions(tensors=tensors))
    lines = [json.loads(line, parse_constant=pytest.fail) for line in stream.getvalue().splitlines()]
    assert report.events == len(lines) == len(reader)
    return lines


@pytest.fixture(scope="module")
def valid():
    validators = pytest.importorskip("jsonschema")
    validator = validators.Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))

    def check(line):
        errors = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(line)]
        assert not errors

    return check


@pytest.mark.parametrize("tensors", [False, True])
def test_every_line_of_the_example_is_valid(reader, valid, tensors):
    for line in lines_of(reader, tensors):
        valid(line)


def test_what_was_reported_and_is_no_number_of_json_is_valid_text(tmp_path, valid):
    watched = Watched(tmp_path / "run")
    engine.report(
        {"z": 3 + 4j, "word": "good", "none": None, "several": np.ones(3), "far": -(10**400), "wild": np.nan}
    )
    with watched.read() as reader:
        lines = lines_of(reader)
    told = {line["body"]["name"]: (line["value"], line["body"]["value"]) for line in lines}
    for line in lines:
        valid(line)
    assert told == {
        "z": (None, "(3+4j)"),
        "word": (None, "good"),
        "none": (None, "None"),
        "several": (None, "array of shape (3,)"),
        "far": (-sys.float_info.max, "-1e+400"),
        "wild": ("NaN", "NaN"),
    }


@pytest.mark.parametrize("kind", list(Kind))
def test_a_line_of_every_kind_is_valid_and_its_body_is_checked(tmp_path, valid, kind):
    with LogReader(write_headers(tmp_path / "run", [header(kind)])) as reader:
        (line,) = lines_of(reader)
    assert line["kind"] == kind.name
    valid(line)
    with pytest.raises(AssertionError, match=r"\$\.body"):
        valid({**line, "body": {**line["body"], "surprise": 1}})


def test_a_line_says_everything_of_its_event(reader):
    line = next(line for line in lines_of(reader, True) if line["address"] == "it0/backward/MLP.l1/linear")
    forward = reader.find("it0/forward/MLP.l1/linear")
    assert line["partner"] == line["body"]["forward"] == forward
    assert line["source"][-1] == {
        "path": SCRIPT_PATH,
        "line": line_of("F.sigmoid(self.l1(x))"),
        "function": "MLP.forward",
    }
    assert line["body"]["caller"][0]["line"] == line_of("loss.backward()")
    gx, gW, gb = line["body"]["gx"]
    assert (gx["role"], gx["tensor"], "needs no gradient" in gx["why_none"]) == ("gx", None, True)
    assert (gW["role"], gW["variable"]["name"], gW["why_none"]) == ("gW", "MLP.l1.W", None)
    recorded = reader.array(gW["tensor"]["tensor"])
    assert np.array_equal(np.array(gW["tensor"]["values"], "f4"), recorded)
    assert gW["tensor"]["statistics"]["l2"] == pytest.approx(float(np.linalg.norm(recorded)))
    assert gb["tensor"]["shape"] == [3]


def test_values_are_left_out_unless_asked_for(reader):
    text = json.dumps(lines_of(reader))
    assert '"values"' not in text
    assert '"statistics"' in text


def test_numbers_that_json_lacks_are_strings(tmp_path, valid):
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    array = np.array([[np.nan, np.inf], [-np.inf, 0.1]], "f4")
    body = r.ReportedBody("loss", "NaN", log.tensor(array))
    log.append(Kind.reported, body, label=log.text("report:loss"), flags=4, value=math.nan)
    log.close()
    with LogReader(tmp_path / "run") as reader:
        (line,) = lines_of(reader, True)
    valid(line)
    assert (line["value"], line["body"]["value"]) == ("NaN", "NaN")
    assert line["body"]["tensor"]["values"] == [["NaN", "Infinity"], ["-Infinity", float(np.float32(0.1))]]
    assert line["body"]["tensor"]["statistics"]["min"] == float(np.float32(0.1))


@pytest.mark.parametrize(
    "array",
    [
        np.array(True),
        np.array([2**63 - 1, -(2**63)], "i8"),
        np.empty((0, 3), "f2"),
        np.zeros((1, 2, 1, 2, 1), "f8"),
        np.array(1e-310),
    ],
)
def test_tensors_of_any_dtype_and_shape_come_back_exactly(tmp_path, valid, array):
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    log.append(Kind.reported, r.ReportedBody("a", 0, log.tensor(array)), label=log.text("report:a"))
    log.close()
    with LogReader(tmp_path / "run") as reader:
        (line,) = lines_of(reader, True)
    valid(line)
    found = line["body"]["tensor"]
    back = np.array(found["values"], found["dtype"]).reshape(found["shape"])
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)


def test_long_doubles_are_written_with_all_of_their_digits(tmp_path):
    array = np.array([1, 2, np.nan, -np.inf], np.longdouble) / 3
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    for several in array, array.astype(np.clongdouble), array[0]:
        log.append(Kind.reported, r.ReportedBody("a", 0, log.tensor(several)), label=log.text("report:a"))
    log.close()
    stream = io.BytesIO()
    with LogReader(tmp_path / "run") as reader:
        jsonl.write(reader, stream, ExportOptions(tensors=True))
    flat, pairs, alone = (
        json.loads(line, parse_float=np.longdouble)["body"]["tensor"]["values"]
        for line in stream.getvalue().splitlines()
    )
    assert flat == [*array[:2], "NaN", "-Infinity"]
    assert pairs[0] == [array[0], 0]
    assert alone == array[0]


def test_a_damaged_event_is_one_line_that_says_why(tmp_path, valid):
    directory = write_headers(tmp_path / "run", [header(Kind.output), header(Kind.warned)])
    path = directory / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"printed', b'"\xff\xffinted'))
    with LogReader(directory) as reader:
        stream = io.BytesIO()
        report = jsonl.write(reader, stream, ExportOptions())
    first, second = map(json.loads, stream.getvalue().splitlines())
    valid(first)
    assert report.damaged == 1
    assert first["body"] is None
    assert "damaged" in first["problem"]
    assert second["body"]["text"] == "careful"


def test_values_that_a_live_run_drops_meanwhile_are_missing(tmp_path, monkeypatch, valid):
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    row = log.tensor(np.arange(3.0))
    for _ in range(3):
        log.append(Kind.reported, r.ReportedBody("a", 0, row), label=log.text("report:a"))
    log.close()
    asked = []
    with LogReader(tmp_path / "run") as reader:
        kept = reader.array

        def array(tensor):
            asked.append(tensor)
            if len(asked) > 1:
                raise NotCaptured("not captured, because only the last iteration keeps its values")
            return kept(tensor)

        monkeypatch.setattr(reader, "array", array)
        lines = lines_of(reader, True)
    for line in lines:
        valid(line)
    tensors = [line["body"]["tensor"] for line in lines]
    assert ["values" in tensor for tensor in tensors] == [True, False, False]
    assert tensors[2]["missing"].startswith("not captured")


def test_memory_doesnt_grow_with_the_run(tmp_path):
    class Nowhere(io.RawIOBase):
        def write(self, data):
            return len(data)

    def peak(events):
        with LogReader(write_training(tmp_path / str(events), events)) as reader:
            tracemalloc.start()
            jsonl.write(reader, Nowhere(), ExportOptions(tensors=True))
            try:
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    peak(300)  # what is imported or cached once
    assert peak(1500) < peak(300) + 50_000


# ---- the table and the file -----------------------------------------------------------------------------------


def test_an_unknown_format_names_those_that_there_are():
    with pytest.raises(UsageError, match=r"no export format 'xml'\nFormats: jsonl"):
        exporter_for("xml")
    with pytest.raises(UsageError, match="which format"):
        exporter_for("", "events.txt")


def test_the_suffix_chooses_the_format():
    assert exporter_for("", "Events.JSONL") is EXPORTERS["jsonl"]
    assert exporter_for("jsonl", "events.txt") is EXPORTERS["jsonl"]


def test_a_file_appears_whole_and_replaces_an_older_one(reader, tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text("old")
    report = export_run(reader, path, EXPORTERS["jsonl"])
    assert report.events == len(path.read_text(encoding="utf-8").splitlines()) == len(reader)
    assert [entry.name for entry in tmp_path.iterdir()] == ["events.jsonl"]


@pytest.mark.parametrize("name", ["events.jsonl", "run.json", "tensors-0007.seg", "mine.jsonl"])
def test_no_export_takes_the_place_of_a_file_of_a_run(tmp_path, monkeypatch, name):
    run = write_example_run(tmp_path / "run")
    before = {file.name: file.read_bytes() for file in run.iterdir()}
    monkeypatch.chdir(run)
    with LogReader(run) as reader:
        for path in run / name, name, tmp_path / "run" / ".." / "run" / name:
            with pytest.raises(UsageError, match="elsewhere"):
                export_run(reader, path, EXPORTERS["jsonl"])
        export_run(reader, run / "Graph.dot", EXPORTERS["dot"])
    (run / "Graph.dot").unlink()
    assert {file.name: file.read_bytes() for file in run.iterdir()} == before


def test_a_failed_export_leaves_the_older_file(reader, tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jsonl, "event_object", full)
    with pytest.raises(ExportError, match="No space left on device"):
        export_run(reader, path, EXPORTERS["jsonl"])
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["events.jsonl"]


def test_a_place_that_cannot_be_written_is_told(reader, tmp_path):
    with pytest.raises(ExportError, match="can't write the export"):
        export_run(reader, tmp_path / "nowhere" / "events.jsonl", EXPORTERS["jsonl"])
    with pytest.raises(ExportError, match="can't write the export"):
        export_run(reader, tmp_path, EXPORTERS["jsonl"])


def test_what_diagnosis_reads_is_there_for_others_too(tmp_path, valid):
    watched = Watched(tmp_path / "run")
    model = MLP()
    optimizer = engine.optimizers.SGD(lr=0.25).setup(model)
    optimizer.add_hook(engine.optimizer_hooks.WeightDecay(0.5))
    model.l1.b.update_rule.enabled = False
    step(model, optimizer)
    with watched.read() as reader:
        lines = lines_of(reader)
    for line in lines:
        valid(line)
    first = next(line["body"] for line in lines if line["kind"] == "forward")
    (fed,) = first["fed"]
    assert (fed["role"], fed["rows"]) == ("x", 0)
    update = next(line["body"] for line in lines if line["kind"] == "update_started")
    names = [variable["name"] for variable in update["takes"]]
    assert sorted(names) == ["MLP.l1.W", "MLP.l1.b", "MLP.l2.W", "MLP.l2.b"]
    assert [variable["name"] for variable in update["frozen"]] == ["MLP.l1.b"]
    assert update["hooks"] == {"WeightDecay": {"rate": 0.5}}
