"""What the writer was told, the reader tells: events, definitions, addresses; live and after the end."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from example_run import ITERATIONS, NAN_ADDRESS, SCRIPT, SCRIPT_PATH, write_example_run

from bpdebug.errors import AddressError, LogError, NewerLog, NotALog, RunDirectoryExists
from bpdebug.log import interning, run_files
from bpdebug.log.reader import LogReader
from bpdebug.log.records import ForwardBody, OutputBody, ReportedBody, Slot
from bpdebug.log.run_file import RunFile
from bpdebug.log.run_files import RunFiles
from bpdebug.log.schema import (
    EVENT_INDEX,
    FIRST_UNNAMED_VARIABLE,
    NOTHING,
    SCHEMA_VERSION,
    EventFlag,
    Kind,
    Phase,
)
from bpdebug.log.writer import LogWriter


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> LogReader:
    return LogReader(write_example_run(tmp_path_factory.mktemp("example") / "run"))


def test_every_index_field_comes_back(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    header = {
        "phase": 3,
        "depth": 4,
        "iteration": 5,
        "scope": 6,
        "label": 7,
        "site": 8,
        "node": 9,
        "ordinal": 10,
        "thread": 11,
        "flags": 12,
        "partner": 13,
        "parent": 14,
        "time_us": 15,
        "value": 16.5,
    }
    body = OutputBody("stdout", "one")
    assert writer.append(Kind.output, body) == 0
    assert writer.append(Kind.output, OutputBody("stdout", "two, longer"), **header) == 1
    writer.close()
    reader = LogReader(tmp_path / "run")
    row = reader.index[1]
    assert {name: row[name].item() for name in header} == header
    assert int(row["kind"]) == Kind.output
    assert int(reader.index["length"][0]) == int(row["offset"])
    assert set(header) | {"kind", "offset", "length"} == set(EVENT_INDEX.names or ())


def test_a_body_comes_back(tmp_path: Path) -> None:
    body = ForwardBody(0, [Slot(1, 2)], [Slot(3, None)], {"axis": [1, 2], "名": "值"}, False, True, "rng", 12)
    writer = LogWriter.create(tmp_path / "run")
    header = {"label": writer.text("linear"), "thread": writer.thread("MainThread")}
    writer.append(Kind.forward, body, **header)
    writer.close()
    assert LogReader(tmp_path / "run").body(0) == body


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"nan": float("nan"), "big": 2**80}, {"nan": "NaN", "big": float(2**80)}),
        ({"text": "lone \udc80"}, {"text": "lone \\udc80"}),
        ({"what": object()}, {"what": "<object>"}),
        ({"slice": (slice(1, None), Ellipsis)}, {"slice": ["slice(1, None, None)", "<ellipsis>"]}),
        ({"dtype": np.dtype("f4"), 3: np.float32(0.5)}, {"dtype": "float32", "3": 0.5}),
    ],
)
def test_what_json_cannot_say_is_told_in_the_nearest_words(tmp_path: Path, value: dict, told: dict) -> None:
    from bpdebug.log.plain import json_value

    writer = LogWriter.create(tmp_path / "run")
    header = {"label": writer.text("x"), "thread": writer.thread("MainThread")}
    writer.append(Kind.forward, ForwardBody(0, [], [], json_value(value)), **header)
    writer.append(Kind.output, OutputBody("stdout", "\ud800"), **header)
    writer.close()
    reader = LogReader(tmp_path / "run")
    assert reader.body(0).attrs == told
    assert reader.body(1).text == "\\ud800"


def test_the_lists_of_writer_and_reader_are_equal(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    writer.text("linear")
    writer.text("linear")
    writer.scope("MLP.l1", "Linear")
    writer.op("Linear", "linear", ["x"], ["y"], "gx = gy W")
    writer.source("/a.py", "π = 3\n")
    site = writer.site([(0, 1, "<module>"), (0, 2, "f")])
    assert writer.site([(0, 1, "<module>"), (0, 2, "f")]) == site
    writer.variable("MLP.l1.W", True, 4)
    assert writer.variable() == FIRST_UNNAMED_VARIABLE
    assert writer.variable() == FIRST_UNNAMED_VARIABLE + 1
    assert writer.variable("x") == 1
    writer.thread("MainThread")
    writer.layout("<f4", (2, 3))
    writer.close()
    reader = LogReader(tmp_path / "run")
    for name in ("texts", "scopes", "ops", "layouts", "sources", "sites", "variables", "threads"):
        assert getattr(reader, name) == getattr(writer, name), name
        assert getattr(reader, name), name


def test_what_a_finalizer_names_meanwhile_has_its_own_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The garbage collector may run it, and the op in it, while a definition is being made."""
    writer = LogWriter.create(tmp_path / "run")
    encode_line = interning.encode_line

    def interrupted(definition: msgspec.Struct) -> bytes:
        monkeypatch.setattr(interning, "encode_line", encode_line)
        for shape in ((4,), (2, 3)):
            writer.layout("<f4", shape)
        return encode_line(definition)

    monkeypatch.setattr(interning, "encode_line", interrupted)
    numbers = [writer.layout("<f4", shape) for shape in ((2, 3), (4,), (5,))]
    writer.close()
    reader = LogReader(tmp_path / "run")
    assert reader.problem == ""
    assert [reader.layouts[number].shape for number in numbers] == [[2, 3], [4], [5]]


def test_the_example_run_is_complete(example: LogReader) -> None:
    assert example.finished
    assert example.problem == ""
    assert example.sources[0].path == SCRIPT_PATH
    assert example.sources[0].text == SCRIPT
    kinds = set(example.index["kind"].tolist())
    rare = {Kind.gradient_hooked, Kind.failed, Kind.edited}
    assert kinds == set(map(int, Kind)) - rare
    assert int(example.index["iteration"].max()) == ITERATIONS - 1
    assert not np.diff(example.index["iteration"].astype(int)).min() < 0


def test_every_address_is_found_again(example: LogReader) -> None:
    addresses = [example.address(seq) for seq in range(len(example))]
    assert len(set(addresses)) == len(addresses)
    assert [example.find(address) for address in addresses] == list(range(len(example)))
    assert "it1/backward/MLP.l1/linear" in addresses
    assert "it2/update/MLP.l2.b" in addresses


def test_only_the_nan_is_flagged(example: LogReader) -> None:
    flagged = np.flatnonzero(example.index["flags"] & EventFlag.nonfinite)
    assert [example.address(int(seq)) for seq in flagged] == [NAN_ADDRESS]
    assert np.isnan(example.array(example.body(int(flagged[0])).y[0].tensor)).all()


def test_closing_events_have_the_depth_of_their_opener(example: LogReader) -> None:
    opened: list[int] = []
    for seq in range(len(example)):
        row = example.index[seq]
        kind = Kind(int(row["kind"]))
        if kind.closes:
            opener = opened.pop()
            assert int(row["partner"]) == opener
            assert int(example.index["depth"][opener]) == int(row["depth"])
        assert int(row["depth"]) == len(opened)
        assert int(row["parent"]) == (opened[-1] if opened else NOTHING)
        if kind.opens:
            opened.append(seq)


def test_an_update_changes_what_it_says(example: LogReader) -> None:
    body = example.body(example.find("it0/update/MLP.l1.W"))
    before, after = example.array(body.before), example.array(body.after)
    np.testing.assert_array_equal(after, before + example.array(body.state_after["v"]))
    assert example.body(example.find("it1/forward/MLP.l1/linear")).x[1].tensor == body.after


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nonsense", "an address looks like"),
        ("it0/nowhere/linear", "an address looks like"),
        ("it7/forward/linear", "iterations 0 to 2"),
        ("it0/forward/MLP.l1/liner", "it0/forward/MLP.l1/linear"),
        ("it0/forward/MLP.l1/linear~2", "no event has this address"),
        ("it0/forward/MLP.l9/linear", "it0/forward/MLP.l1/linear"),
    ],
)
def test_a_wrong_address_names_near_ones(example: LogReader, address: str, words: str) -> None:
    with pytest.raises(AddressError, match="(?s)" + words):
        example.find(address)


def test_labels_may_hold_slashes_and_tildes(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    scope, thread = writer.scope("a", "A"), writer.thread("MainThread")
    for ordinal, label in ((1, "report:a/b"), (2, "report:a/b"), (1, "x~3")):
        writer.append(
            Kind.reported, ReportedBody(label, 1), label=writer.text(label), scope=scope, ordinal=ordinal,
            thread=thread, phase=Phase.forward,
        )  # fmt: skip
    writer.append(Kind.reported, ReportedBody("a/x", 1), label=writer.text("a/x"), thread=thread)
    writer.close()
    reader = LogReader(tmp_path / "run")
    assert [reader.find(reader.address(seq)) for seq in range(4)] == [0, 1, 2, 3]


def test_each_event_has_an_address_of_its_own(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    thread = writer.thread("MainThread")
    several = [
        ("x", 1),
        ("x", 2),
        ("x~2", 1),
        ("x~2", 2),
        ("x~1", 1),
        ("x~02", 1),
        ("x~2~1", 1),
        ("x ", 1),
        ("x\n", 1),
    ]
    for label, ordinal in several:
        writer.append(
            Kind.reported, ReportedBody(label, 1), label=writer.text(label), ordinal=ordinal, thread=thread
        )
    writer.close()
    reader = LogReader(tmp_path / "run")
    addresses = [reader.address(seq) for seq in range(len(several))]
    assert len(set(addresses)) == len(several)
    assert [reader.find(address) for address in addresses] == list(range(len(several)))
    assert reader.find(" it0/setup/x~1 ") == 0


def test_a_reader_follows_a_growing_run(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    reader = LogReader(tmp_path / "run")
    assert (len(reader), reader.finished, reader.problem) == (0, False, "")
    assert not reader.refresh()
    for i in range(5):
        label, thread = writer.text(f"label {i}"), writer.thread("MainThread")
        row = writer.tensor(np.full(3, i))
        writer.append(Kind.reported, ReportedBody("a", i, row), label=label, thread=thread)
        writer.flush()
        assert reader.refresh()
        assert len(reader) == i + 1
        body = reader.body(i)
        assert reader.array(body.tensor).tolist() == [i] * 3
        assert reader.address(i) == f"it0/setup/label {i}"
    writer.close()


def test_events_can_be_read_soon_without_a_flush(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    reader = LogReader(tmp_path / "run")
    writer.append(Kind.output, OutputBody("stdout", "a"))
    deadline = time.monotonic() + 10
    while not reader.refresh() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert len(reader) == 1
    writer.close()


def test_a_run_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("mine")
    with pytest.raises(RunDirectoryExists, match="--log"):
        LogWriter.create(tmp_path / "run")
    with pytest.raises(RunDirectoryExists):
        LogWriter.create(tmp_path / "run" / "thesis.txt")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("moment", range(5))
def test_of_two_runs_that_begin_in_one_directory_at_once_one_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    make, made = run_files.open_new, []

    def slowly(path: Path) -> int:
        if len(made) == moment:
            made.append("other")
            with contextlib.suppress(RunDirectoryExists):
                made.append(LogWriter.create(tmp_path / "run", "other.py"))
        else:
            made.append("file")
        return make(path)

    monkeypatch.setattr(run_files, "open_new", slowly)
    try:
        made.append(LogWriter.create(tmp_path / "run", "one.py"))
    except RunDirectoryExists as error:
        assert "isn't empty" in str(error)  # noqa: PT017
    (writer,) = (one for one in made if isinstance(one, LogWriter))
    writer.append(Kind.output, OutputBody("stdout", "a"), thread=writer.thread("MainThread"))
    writer.close()
    with LogReader(tmp_path / "run") as reader:
        assert len(reader) == 1
        assert not reader.problem
        assert reader.run.script == ("other.py" if moment == 0 else "one.py")


def test_an_unwritable_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(LogError, match="Permission denied"):
        LogWriter.create(tmp_path / "run")


def test_what_is_no_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    for name, words in (("gone", "no such directory"), ("file", "a file"), ("empty", "no recorded run")):
        with pytest.raises(NotALog, match=words):
            LogReader(tmp_path / name)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "1"}', '{"schema": 0}', '{"schema": 1}', "\xff"])
def test_a_strange_run_file_is_no_log(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text, encoding="latin-1")
    with pytest.raises(NotALog, match=r"run\.json"):
        LogReader(tmp_path)


def test_a_newer_log_says_so(tmp_path: Path) -> None:
    newer = {"schema": SCHEMA_VERSION + 1, "writer": "bpdebug 9.0", "made of": "other fields"}
    (tmp_path / "run.json").write_bytes(msgspec.json.encode(newer))
    with pytest.raises(NewerLog, match=r"bpdebug 9\.0.*\nUpdate bpdebug"):
        LogReader(tmp_path)


def test_a_read_only_run_opens(tmp_path: Path) -> None:
    directory = write_example_run(tmp_path / "run")
    for path in directory.iterdir():
        path.chmod(0o444)
    directory.chmod(0o555)
    try:
        with LogReader(directory) as reader:
            assert reader.finished
            assert reader.array(0).size
    finally:
        directory.chmod(0o755)


def test_what_has_no_room_in_the_index_is_the_nearest_that_has(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    thread = writer.thread("MainThread")
    for depth, node, time_us in ((3, 4, 5), (1 << 20, 1 << 40, 1 << 40)):
        writer.append(
            Kind.output, OutputBody("stdout", "a"), depth=depth, node=node, time_us=time_us, thread=thread
        )
    writer.close()
    index = LogReader(tmp_path / "run").index
    assert index["depth"].tolist() == [3, 0xFFFF]
    assert index["node"].tolist() == [4, NOTHING]
    assert index["time_us"].tolist() == [5, 0xFFFFFFFF]


def test_a_run_that_can_not_begin_leaves_no_file_behind_and_none_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, script: str) -> RunFile:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(run_files, "_write_run_file", refuse)
    open_files = set(os.listdir("/proc/self/fd"))
    with pytest.raises(LogError, match="No space left"):
        RunFiles.create(tmp_path / "run", "a.py")
    assert set(os.listdir("/proc/self/fd")) == open_files
    assert not list((tmp_path / "run").iterdir())
