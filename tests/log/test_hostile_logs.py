"""A log may come from anyone: whatever is in it, a command answers in words, and writes nothing."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import pytest
from example_run import write_example_run
from hypothesis import given, settings
from hypothesis import strategies as st

from bpdebug import cli
from bpdebug.log import definitions
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EVENT_INDEX, TENSOR_INDEX, TENSOR_STATISTICS
from bpdebug.timeline import Timeline

FILES = (
    "definitions.jsonl",
    "events.idx",
    "events.jsonl",
    "tensors-0000.seg",
    "tensors.idx",
    "tensors.stats",
)
INDEXES = {"events.idx": EVENT_INDEX, "tensors.idx": TENSOR_INDEX, "tensors.stats": TENSOR_STATISTICS}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example_run(tmp_path_factory.mktemp("hostile") / "run")


@contextmanager
def copy_with(whole: Path, name: str, content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as parent:
        copy = Path(parent) / "run"
        shutil.copytree(whole, copy)
        (copy / name).write_bytes(content)
        yield copy


def answers(*words: str) -> tuple[int, str]:
    """Status, and stdout and stderr together, of a command; a traceback is a failure."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = cli.main(words)
    return status, said.getvalue()


def look_everywhere(copy: Path, whole: Path, seqs: list[int]) -> None:
    """Ask all that read a log; each must answer with a status, and with nothing that moves a cursor."""
    before = sorted(os.listdir(copy.parent)), sorted(os.listdir(copy))
    run = str(copy)
    commands = [
        ["info", run],
        ["verify", run],
        ["diff", run, str(whole)],
        ["diff", "--json", str(whole), run],
    ]
    commands += [["show", run, "--view", "all", "--at", str(seq)] for seq in seqs]
    for command in commands:
        status, text = answers(*command)
        assert status in (0, 1, 2), command
        assert text, command
        assert not set(text) & set("\x1b\x07\x9b\x00\r"), command
        if status == 2:
            assert text.startswith("bpdebug: "), text
            assert len(text.splitlines()) <= 3, text
    with contextlib.suppress(cli.BpdebugError), LogReader(copy) as reader:
        timeline = Timeline(reader)
        for seq in seqs:
            if seq < len(timeline):
                timeline.moment(seq)
                timeline.parameters(seq)
                timeline.output_until(seq)
        rows = timeline.rows
        assert all(set(rows.row(i).text).isdisjoint("\x1b\x07\x9b\r") for i in range(min(len(rows), 50)))
    assert (sorted(os.listdir(copy.parent)), sorted(os.listdir(copy))) == before


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_flipped_bytes(whole: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    content = bytearray((whole / name).read_bytes())
    places = st.integers(0, len(content) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=20)):
        content[place] = byte
    with copy_with(whole, name, bytes(content)) as copy:
        look_everywhere(copy, whole, data.draw(st.lists(st.integers(0, 95), min_size=2, max_size=4)))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_number_in_any_field_of_an_index(whole: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(INDEXES)))
    records = np.fromfile(whole / name, INDEXES[name])
    field = data.draw(
        st.sampled_from([field for field in records.dtype.names or () if field not in ("content", "value")])
    )
    row = data.draw(st.integers(0, len(records) - 1))
    if records.dtype[field].kind == "f":
        records[field][row] = data.draw(st.floats())
    else:
        top = int(np.iinfo(records.dtype[field]).max)
        records[field][row] = data.draw(st.sampled_from([0, 1, top // 2, top - 1, top]) | st.integers(0, top))
    with copy_with(whole, name, records.tobytes()) as copy:
        look_everywhere(copy, whole, [min(row, 95), 95])


def changed_definitions(whole: Path, kind: str, **fields: object) -> bytes:
    """The definitions, with these fields in all of one kind."""
    lines = (whole / "definitions.jsonl").read_bytes().splitlines()
    for i, line in enumerate(lines):
        definition = msgspec.json.decode(line)
        if definition["def"] == kind:
            lines[i] = msgspec.json.encode({**definition, **fields})
    return b"\n".join(lines) + b"\n"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("layout", {"shape": [2**40]}),
        ("layout", {"shape": [2**62, 2**62]}),
        ("layout", {"shape": [0, 2**62]}),
        ("layout", {"shape": [1] * 40}),
        ("layout", {"dtype": "|O"}),
        ("layout", {"dtype": "<c16"}),
        ("layout", {"dtype": "<f16"}),
        ("source", {"path": "../../../../etc/passwd"}),
        ("source", {"path": "/etc/\x1b]0;title\x07passwd", "text": "\x1b[2J\r" * 40}),
        ("scope", {"path": "../\x1b[31m", "cls": "\x9b"}),
        ("text", {"text": "\x1b[2J\x07\r\nx"}),
        ("variable", {"name": "\x1b[2J"}),
        ("variable", {"name": "W" * 100_000}),
        ("variable", {"first": -5}),
        ("variable", {"first": 2**62}),
        ("op", {"label": "\x1b", "x_roles": ["\x1b[2J"] * 3, "formula": "\x07"}),
        ("site", {"frames": [[0, 2**62, "\x1b[2J"]]}),
        ("site", {"frames": [[0, -1, "f"], [99, 1, "g"]]}),
        ("thread", {"name": "\x1b[2J"}),
    ],
)
def test_definitions_that_mean_harm(whole: Path, kind: str, fields: dict[str, object]) -> None:
    with copy_with(whole, "definitions.jsonl", changed_definitions(whole, kind, **fields)) as copy:
        look_everywhere(copy, whole, [0, 4, 17, 25, 60, 95])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"argv":[', b'"argv":["\\u001b[2J",'),
        (b'"text":"', b'"text":"\\u001b]52;c;x\\u0007'),
        (b'"tensor":', b'"tensor":-'),
        (b'"x":[[', b'"x":[[-'),
        (b'"op":', b'"op":-1'),
        (b'"op":', b'"op":9999999999'),
        (b'"before":', b'"before":999999999'),
        (b'"after":', b'"after":-'),
        (b'"var":', b'"var":-1'),
        (b'"gy":[', b'"gy":[null,null,-7,'),
        (b'"value":', b'"value":-'),
        (b'"lr":', b'"lr":1'),
        (b'"attrs":{', b'"attrs":{"\\u001b[2J":"\\u001b[2J",'),
    ],
)
def test_bodies_that_mean_harm(whole: Path, old: bytes, new: bytes) -> None:
    """Bodies get longer, so the index is made anew."""
    lines = [
        line.replace(old, new) for line in (whole / "events.jsonl").read_bytes().splitlines(keepends=True)
    ]
    records = np.fromfile(whole / "events.idx", EVENT_INDEX)
    records["length"] = [len(line) for line in lines]
    records["offset"] = np.cumsum(records["length"]) - records["length"]
    with copy_with(whole, "events.jsonl", b"".join(lines)) as copy:
        records.tofile(copy / "events.idx")
        look_everywhere(copy, whole, [0, 4, 13, 17, 25, 60, 95])


def test_a_link_out_of_the_directory_is_not_written_through(whole: Path, tmp_path: Path) -> None:
    """Reading follows no name from the log, and removing touches the link alone."""
    precious = tmp_path / "precious.txt"
    precious.write_text("dear")
    copy = tmp_path / "run"
    shutil.copytree(whole, copy)
    (copy / "tensors-0001.seg").symlink_to(precious)
    assert answers("rm", "--yes", str(copy))[0] == 2
    assert precious.read_text() == "dear"
    assert copy.exists()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["run.json", *FILES])
def test_a_pipe_in_the_place_of_a_file_keeps_nobody_waiting(whole: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "run"
    shutil.copytree(whole, copy)
    (copy / name).unlink()
    os.mkfifo(copy / name)
    look_everywhere(copy, whole, [60])
    assert answers("rm", "--yes", str(copy))[0] == 2
    packed = answers("pack", str(copy), "-o", str(tmp_path / "run.bpd"))
    assert packed[0] == (2 if name == "run.json" else 1)
    assert not (tmp_path / "run.bpd").exists()


def test_a_run_file_without_end_is_not_read_to_its_end(whole: Path) -> None:
    text = (whole / "run.json").read_bytes()
    with copy_with(whole, "run.json", text.rstrip() + b" " * (1 << 20)) as copy:
        assert answers("info", str(copy)) == (
            2,
            f"bpdebug: {copy}: run.json isn't one of ours: it has more than 1,048,576 bytes\n",
        )


def test_a_line_of_definitions_without_end_is_damage(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "_PIECE_BYTES", 1000)
    monkeypatch.setattr(definitions, "_LINE_BYTES", 10_000)
    lines = (whole / "definitions.jsonl").read_bytes()
    with copy_with(whole, "definitions.jsonl", lines + b"{" * 100_000) as copy, LogReader(copy) as reader:
        assert reader.problem.endswith(": a line doesn't end")
        assert reader.address(60)


def test_a_dtype_that_is_none(whole: Path) -> None:
    content = (whole / "definitions.jsonl").read_bytes()
    with copy_with(whole, "definitions.jsonl", content.replace(b'"<f4"', b'" f4"')) as copy:
        look_everywhere(copy, whole, [0, 8, 30, 95])
