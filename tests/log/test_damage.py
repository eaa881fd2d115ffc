"""A damaged log opens, and says what it can't tell; nothing else ever leaves the reader."""

from __future__ import annotations

import contextlib
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

from bpdebug.errors import AddressError, DamagedLog, NewerLog, NotALog, NotCaptured
from bpdebug.log.in_order import events_in_order
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind

FILES = (
    "definitions.jsonl",
    "events.idx",
    "events.jsonl",
    "tensors-0000.seg",
    "tensors.idx",
    "tensors.stats",
)
LAST_PAGE = 4096


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example_run(tmp_path_factory.mktemp("damage") / "run")


@contextmanager
def damaged_copy(whole: Path, name: str, content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as parent:
        copy = Path(parent) / "run"
        shutil.copytree(whole, copy)
        (copy / name).write_bytes(content)
        yield copy


def read_everything(reader: LogReader) -> None:
    """Ask for all that a log offers; anything else than its own errors is a failure."""
    in_order = {
        seq: body for seq, _, _, body in events_in_order(reader, len(reader), frozenset(map(int, Kind)))
    }
    for seq in range(len(reader)):
        alone = None
        with contextlib.suppress(DamagedLog):
            alone = reader.body(seq)
        assert in_order.get(seq) == alone
        # Damaged labels may be alike and damaged iterations fall, so an address may lead nowhere.
        with contextlib.suppress(DamagedLog, AddressError):
            assert reader.find(reader.address(seq)) < len(reader)
    for tensor in range(reader.tensor_count):
        with contextlib.suppress(DamagedLog, NotCaptured):
            assert reader.array(tensor).tobytes() is not None
            reader.layout_of(tensor)
    assert isinstance(reader.finished, bool)
    assert "\n" not in reader.problem


@pytest.mark.parametrize("name", FILES)
def test_a_log_cut_off_at_any_byte_of_its_last_page_opens(whole: Path, name: str) -> None:
    content = (whole / name).read_bytes()
    full = LogReader(whole)
    with damaged_copy(whole, name, content) as copy:
        for size in range(len(content) - 1, max(len(content) - LAST_PAGE, 0) - 1, -1):
            with open(copy / name, "r+b") as file:
                file.truncate(size)
            with LogReader(copy) as reader:
                if name in ("events.idx", "events.jsonl"):
                    # Whole events at the front are untouched, and the rest is gone.
                    assert len(reader) < len(full)
                    assert not reader.finished
                    if len(reader):
                        assert reader.body(len(reader) - 1) == full.body(len(reader) - 1)
                    assert (reader.problem != "") == (name == "events.jsonl" or size % 64 != 0)
                else:
                    assert len(reader) == len(full)
                    if size % 97 == 0:
                        read_everything(reader)


def test_a_log_without_some_file_opens(whole: Path, tmp_path: Path) -> None:
    for name in FILES:
        copy = tmp_path / name
        shutil.copytree(whole, copy)
        (copy / name).unlink()
        with LogReader(copy) as reader:
            read_everything(reader)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_fuzzed_bytes_are_damage_to_single_events_and_tensors(whole: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    content = bytearray((whole / name).read_bytes())
    places = st.integers(0, len(content) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=30)):
        content[place] = byte
    with damaged_copy(whole, name, bytes(content)) as copy, LogReader(copy) as reader:
        read_everything(reader)


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(FILES), noise=st.binary(max_size=3000))
def test_noise_in_place_of_a_file_never_raises_anything_else(whole: Path, name: str, noise: bytes) -> None:
    with damaged_copy(whole, name, noise) as copy, LogReader(copy) as reader:
        read_everything(reader)


@settings(max_examples=50, deadline=None)
@given(noise=st.binary(max_size=200), keep=st.integers(0, 200))
def test_noise_in_the_run_file_is_no_log(whole: Path, noise: bytes, keep: int) -> None:
    content = (whole / "run.json").read_bytes()
    spoiled = content[:keep] + noise
    with damaged_copy(whole, "run.json", spoiled) as copy:
        try:
            LogReader(copy).close()
        except (NotALog, NewerLog):
            return
    # The noise stands behind all that is needed.
    assert msgspec.json.decode(spoiled).keys() >= {"schema", "writer", "script"}


def replaced_field(whole: Path, file: str, dtype: np.dtype, row: int, field: str, value: int) -> bytes:
    records = np.frombuffer((whole / file).read_bytes(), dtype).copy()
    records[field][row] = value
    return records.tobytes()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("kind", 99, "unknown kind 99"),
        ("kind", int(Kind.output), "its body is"),
        ("phase", 9, "unknown phase"),
        ("scope", 12345, "scope is missing"),
        ("label", 12345, "label is missing"),
        ("site", 12345, "site is missing"),
        ("thread", 60000, "thread is missing"),
        ("parent", 12345, "parent is missing"),
        ("partner", 12345, "partner is missing"),
        ("length", 3, "damaged"),
        ("length", 0xFFFFFFF0, "should end at byte"),
        ("offset", 2**63, "should end at byte"),
        ("offset", 2**64 - 1, "should end at byte"),
    ],
)
def test_a_senseless_index_record_is_named(whole: Path, field: str, value: int, words: str) -> None:
    from bpdebug.log.schema import EVENT_INDEX

    content = replaced_field(whole, "events.idx", EVENT_INDEX, 5, field, value)
    with damaged_copy(whole, "events.idx", content) as copy, LogReader(copy) as reader:
        with pytest.raises(DamagedLog, match=f"event 5 .*{words}"):
            reader.body(5)
        assert reader.body(4) == LogReader(whole).body(4)
        assert len(reader) == len(LogReader(whole))


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [
        ("|O", [1]),
        ("<M8", [1]),
        ("i4,i4", [1]),
        ("<f4", [-1]),
        ("<f4", [2**40]),
        ("<f3", [1]),
        ("<f4", [1] * 65),
    ],
)
def test_a_hostile_layout_is_damage(whole: Path, dtype: str, shape: list[int]) -> None:
    lines = (whole / "definitions.jsonl").read_bytes().splitlines()
    for i, line in enumerate(lines):
        definition = msgspec.json.decode(line)
        if definition["def"] == "layout":
            lines[i] = msgspec.json.encode({**definition, "dtype": dtype, "shape": shape})
    with (
        damaged_copy(whole, "definitions.jsonl", b"\n".join(lines) + b"\n") as copy,
        LogReader(copy) as reader,
        pytest.raises(DamagedLog, match="tensor 0"),
    ):
        reader.array(0)


def test_a_damaged_definition_keeps_the_numbers_of_the_others(whole: Path) -> None:
    lines = (whole / "definitions.jsonl").read_bytes().splitlines(keepends=True)
    full = LogReader(whole)
    spoiled = next(i for i, line in enumerate(lines) if b'"text":"stdout"' in line)
    number = full.texts.index("stdout")
    content = b"".join([*lines[:spoiled], b'{"def":"text","id":"?"}\n', *lines[spoiled + 1 :]])
    with damaged_copy(whole, "definitions.jsonl", content) as copy, LogReader(copy) as reader:
        assert reader.texts[number] == f"(damaged {number})"
        assert reader.texts[number + 1 :] == full.texts[number + 1 :]
        assert "definitions.jsonl" in reader.problem
