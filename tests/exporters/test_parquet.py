"""Parquet: every event a row that pyarrow reads back, and the documented query runs."""

from __future__ import annotations

import io
import json
import pathlib
import re

import numpy as np
import pytest

from bpdebug.exporters import ExportOptions, jsonl
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.log.writer import LogWriter

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "exports.md"


def rows_of(data):
    return pytest.importorskip("pyarrow.parquet").read_table(io.BytesIO(data)).to_pylist()


def test_every_event_of_every_sample_is_a_row_that_says_what_jsonl_says(sample, export):
    data, report = export(sample, "parquet")
    rows = rows_of(data)
    assert (report.events, report.damaged, len(rows)) == (len(sample), 0, len(sample))
    stream = io.BytesIO()
    jsonl.write(sample, stream, ExportOptions())
    for row, line in zip(rows, map(json.loads, stream.getvalue().splitlines()), strict=True):
        for name in (
            "seq",
            "address",
            "kind",
            "phase",
            "iteration",
            "parent",
            "partner",
            "scope",
            "label",
        ):
            assert row[name] == line[name], name
        assert str(row["value"]) == str(line["value"] if line["value"] is None else float(line["value"]))
        assert row["run"] == sample.directory.name
        if row["kind"] == "backward":
            arrived = [tensor for tensor in row["tensors"] if tensor["role"] == "gy"]
            said = [slot["tensor"] for slot in line["body"]["gy"] if slot["role"] == "gy"]
            assert [tensor["l2"] for tensor in arrived] == [slot["statistics"]["l2"] for slot in said]
            assert [tensor["content"] for tensor in arrived] == [slot["content"] for slot in said]


def test_the_documented_query_runs(sample_run, export, tmp_path, monkeypatch):
    duckdb = pytest.importorskip("duckdb")
    (query,) = re.findall(
        r"^```sql\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    for name in ("digits", "xor"):
        (tmp_path / f"{name}.parquet").write_bytes(export(sample_run(name), "parquet")[0])
    monkeypatch.chdir(tmp_path)
    found = duckdb.sql(query).fetchall()
    assert {row[1].partition(".")[0] for row in found} == {"Classifier", "XorNet"}
    assert {row[2] for row in found} == {150, 101}


def test_a_hostile_log_is_readable(hostile, export):
    data, report = export(hostile, "parquet")
    rows = rows_of(data)
    assert len(rows) == report.events == len(hostile)
    assert rows[0]["tensors"][0]["nan"] == 1
    assert rows[-1]["tensors"][0]["missing"]


def test_numbers_that_no_float_holds_exactly_are_no_error(tmp_path, export):
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    tensor = log.tensor(np.array([2**63 - 1, -(2**63) + 1]))
    log.append(Kind.reported, r.ReportedBody("a", 0, tensor), label=log.text("report:a"))
    log.close()
    with LogReader(tmp_path / "run") as reader:
        (row,) = rows_of(export(reader, "parquet")[0])
    assert row["tensors"][0]["max"] == 2.0**63
