"""A run is for the user who recorded it: tensors can be private data."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from example_run import write_example_run

from bpdebug.cli.run_directory import choose_directory


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
