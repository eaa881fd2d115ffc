"""A run is for the user who recorded it: tensors can be private data."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from example_run import write_example_run

from bpdebug import native
from bpdebug.cli.run_directory import choose_directory
from bpdebug.log import contents
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import segment_file
from bpdebug.log.writer import LogWriter

WAYS = ["Python"] if native.part("tensors") is None else ["Python", "compiled"]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_a_run_is_readable_by_its_user_alone(tmp_path: Path) -> None:
    run = write_example_run(tmp_path / "run")
    assert mode(run) == 0o700
    names = {path.name: mode(path) for path in run.iterdir()}
    assert len(names) >= 6
    assert set(names.values()) == {0o600}, names


@pytest.mark.usefixtures("open_umask")
def test_the_directory_that_the_command_line_makes_is_private(tmp_path: Path) -> None:
    assert mode(choose_directory("net.py", str(tmp_path / "runs" / "run"))) == 0o700


@pytest.mark.usefixtures("open_umask")
def test_the_place_of_all_runs_is_private_where_we_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    run = choose_directory("net.py", None)
    made = [run, *run.parents[:3]]
    assert [path.name for path in made[1:]] == ["runs", "bpdebug", "state"]
    assert {mode(path) for path in made} == {0o700}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_other_tensors_is_between_those_of_a_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """A flight recorder's values are gone once they are dropped, though buffers are used again."""
    if way == "Python":
        monkeypatch.setattr(contents, "part", lambda name: None)
    writer = LogWriter.create(tmp_path / "run")
    for turn in range(8):
        writer.store.begin_segment()
        for size in (30, 60, 1001, 9001, 70_003, (5 << 20) + 50):
            private = np.full(size - turn, 0xAA, "u1")
            private[0] = turn
            (writer.store.put if size < 20_000 else writer.store.lend)(private)
        writer.flush()
    writer.close()
    with LogReader(writer.directory) as reader:
        for segment in np.unique(reader.tensors["segment"]).tolist():
            between = np.fromfile(writer.directory / segment_file(segment), "u1")
            for row in np.flatnonzero(reader.tensors["segment"] == segment).tolist():
                begin = int(reader.tensors["offset"][row])
                between[begin : begin + reader.array(row).nbytes] = 0
            assert not between.any()
