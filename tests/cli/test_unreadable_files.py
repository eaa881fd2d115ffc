"""A run some of whose files can't be read is never called whole, and is packed whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from example_run import write_example_run

from bpdebug import cli
from bpdebug.errors import DamagedLog
from bpdebug.log.reader import LogReader

INDEXES = ("events.idx", "events.jsonl", "definitions.jsonl", "tensors.idx", "tensors.stats")
SEGMENT = "tensors-0000.seg"


@pytest.fixture
def run(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_example_run(tmp_path / "run")


@pytest.fixture
def say(capsys):
    def words(*command: str) -> tuple[int, str, str]:
        status = cli.main(command)
        return (status, *capsys.readouterr())

    return words


def take_away(file: Path) -> str:
    file.unlink()
    return "No such file or directory"


def make_a_folder_of(file: Path) -> str:
    file.unlink()
    file.mkdir()
    return "this is no regular file"


WAYS = [take_away, make_a_folder_of]


@pytest.mark.parametrize("spoil", WAYS)
@pytest.mark.parametrize("name", INDEXES)
def test_verify_and_info_name_the_file_and_the_reason(say, run, name, spoil):
    told = f"{name} can't be read: {spoil(run / name)}"
    status, out, _ = say("verify", "run")
    assert status == 1
    assert out.splitlines()[0] == told
    assert told in say("info", "run")[1]
    assert told in say("runs", "run")[1]


@pytest.mark.parametrize("spoil", WAYS)
def test_of_a_file_of_values_the_reason_is_told_too(say, run, spoil):
    why = spoil(run / SEGMENT)
    assert f"{SEGMENT}, with the values of tensors: {why}" in say("info", "run")[1]
    with LogReader(run) as reader, pytest.raises(DamagedLog, match=why):
        reader.array(0)


def test_statistics_that_end_early_are_told(say, run):
    os.truncate(run / "tensors.stats", 64 * 3)
    status, out, _ = say("verify", "run")
    assert status == 1
    with LogReader(run) as reader:
        lost = reader.tensor_count - 3
    assert f"tensors.stats is cut off: the statistics of {lost} tensors are lost" in out


@pytest.mark.parametrize("name", ["run.json", "events.jsonl", SEGMENT])
def test_a_run_with_a_link_in_it_is_read_but_not_packed_without_what_is_behind_that(say, run, name):
    shutil.move(run / name, "elsewhere")
    (run / name).symlink_to(Path("elsewhere").absolute())
    assert say("verify", "run")[0] == 0
    status, _, err = say("pack", "run")
    assert status == 1
    assert f"run: {name} in it is a link" in err
    assert not Path("run.bpd").exists()


@pytest.mark.parametrize("name", ["events.jsonl", SEGMENT])
def test_a_pipe_in_a_run_is_named_where_it_is_packed(say, run, name):
    (run / name).unlink()
    os.mkfifo(run / name)
    status, _, err = say("pack", "run")
    assert status == 1
    assert err == f"bpdebug: run.bpd: can't pack run/{name}: this is no regular file\n"
    assert not Path("run.bpd").exists()
