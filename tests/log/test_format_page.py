"""`docs/log-format.md` says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from example_run import write_example_run

from bpdebug.log.definition_records import Definition
from bpdebug.log.reader import LogReader
from bpdebug.log.records import Event
from bpdebug.log.schema import EVENT_INDEX, TENSOR_INDEX, TENSOR_STATISTICS, Kind

PAGE = (Path(__file__).parents[2] / "docs" / "log-format.md").read_text(encoding="utf-8")


def table_under(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


@pytest.mark.parametrize(
    ("heading", "dtype"),
    [("events.idx", EVENT_INDEX), ("tensors.idx", TENSOR_INDEX), ("tensors.stats", TENSOR_STATISTICS)],
)
def test_the_index_records_are_as_written(heading: str, dtype: np.dtype) -> None:
    types = {"u64": "<u8", "u32": "<u4", "u16": "<u2", "u8": "|u1", "f64": "<f8", "16 bytes": "|V16"}
    told = [(field.strip("`"), types[kind], int(offset)) for offset, kind, field, *_ in table_under(heading)]
    assert dtype.fields is not None
    assert told == [(name, dtype.fields[name][0].str, dtype.fields[name][1]) for name in dtype.names or ()]


def named_fields(text: str) -> list[str]:
    """The code words of a cell, without those in parentheses and after a colon."""
    parts = re.sub(r"\([^)]*\)|:[^,]*(, [^`]*)?$", "", text)
    return re.findall(r"`([a-z_]+)`", parts)


def test_the_bodies_are_as_written() -> None:
    rows = table_under("events.jsonl")
    assert [(int(number), kind.strip("`")) for number, kind, _ in rows] == [(k.value, k.name) for k in Kind]
    fields = {body.__struct_config__.tag: list(body.__struct_fields__) for body in get_args(Event)}
    assert {kind.strip("`"): named_fields(cell) for _, kind, cell in rows} == fields


def test_the_definitions_are_as_written() -> None:
    told = {name.strip("`"): ["id", *named_fields(cell)] for name, cell in table_under("definitions.jsonl")}
    assert told == {d.__struct_config__.tag: list(d.__struct_fields__) for d in get_args(Definition)}


def test_the_example_of_the_page_reads_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = write_example_run(tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    code = (
        PAGE.split("```python\n", 1)[1]
        .split("```", 1)[0]
        .replace('open("run/events.jsonl", encoding="utf-8")', "lines")
    )
    names: dict = {"lines": (directory / "events.jsonl").read_text(encoding="utf-8").splitlines()}
    exec(code, names)
    reader = LogReader(directory)
    reported = np.flatnonzero(reader.index["kind"] == Kind.reported)
    assert names["losses"] == [
        (int(reader.index["iteration"][seq]), float(reader.index["value"][seq])) for seq in reported
    ]
