"""What a recorded run may be called on the command line."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bpdebug import cli
from bpdebug.cli import run
from bpdebug.cli.run_names import find_run
from tests.support.example_run import write_example_run


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "state" / "bpdebug" / "runs"


def recorded(directory, began):
    """A run whose script began at this time (seconds)."""
    write_example_run(directory)
    os.utime(directory / "run.json", (began, began))
    return directory


def test_a_name_its_start_and_last_find_the_newest_run(runs, tmp_path):
    old = recorded(runs / "xor-1", 100)
    new = recorded(runs / "xor-2", 200)
    here = recorded(tmp_path / "bpdebug-runs" / "mlp", 300)
    assert find_run("xor-1") == old
    assert find_run("xor") == find_run("xor-") == new
    assert (tmp_path / find_run("mlp")).samefile(here)
    assert find_run("last") == find_run("mlp")
    assert find_run("lenet") is None
    assert find_run("") is None


def test_the_whole_name_comes_before_a_longer_and_newer_one(runs):
    whole = recorded(runs / "xor", 100)
    recorded(runs / "xor-2", 200)
    assert find_run("xor") == whole


def test_a_path_comes_before_a_name(runs, tmp_path):
    recorded(runs / "xor", 100)
    here = write_example_run(tmp_path / "xor")
    assert find_run("xor").samefile(here)
    assert find_run("nowhere/xor") is None


@pytest.mark.parametrize(
    "command",
    [
        "info {}",
        "show {} --view loss",
        "verify {}",
        "check {}",
        "export {} --format jsonl -o -",
    ],
)
def test_commands_that_read_take_names(runs, capsys, command):
    run = recorded(runs / "perceptron-20260101-120000", 100)
    cli.main(command.format(run).split())
    by_path = capsys.readouterr().out
    cli.main(command.format("perceptron").split())
    assert capsys.readouterr().out == by_path != ""
    assert cli.main(["diff", "perceptron", str(run)]) == 0


def test_runs_lists_names_that_can_be_typed(runs, capsys):
    recorded(runs / "perceptron-20260101-120000", 100)
    assert cli.main(["runs"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith("perceptron-20260101-120000 ")
    assert cli.main(["info", line.split()[0]]) == 0


def test_rm_wants_the_whole_name(runs, capsys):
    run = recorded(runs / "xor-1", 100)
    for name in ("xor", "last"):
        assert cli.main(["rm", name, "--yes"]) == 2
        assert "; the newest one that is meant so is xor-" in capsys.readouterr().err
    assert run.is_dir()
    assert cli.main(["rm", "xor-1", "--yes"]) == 0
    assert not run.exists()


def test_what_is_no_run_says_what_to_do(runs, capsys):
    assert cli.main(["info", "last"]) == 2
    assert "no run has been recorded yet" in capsys.readouterr().err
    assert cli.main(["info", "xor"]) == 2
    assert "bpdebug runs lists them" in capsys.readouterr().err


def test_a_script_is_no_run_even_where_one_has_its_name(runs, tmp_path, capsys):
    shutil.copytree(recorded(tmp_path / "example", 100), runs / "train.py-1")
    assert cli.main(["check", "train.py"]) == 2
    assert "no such file" in capsys.readouterr().err


def test_a_run_behind_the_screen_is_named_as_view_takes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    kept = tmp_path / "bpdebug" / "runs" / "train-20261127-192518"
    run._tell_kept([kept])
    told = f"bpdebug: the run is kept in {kept}; to look at it again: bpdebug view train-20261127-192518\n"
    assert capsys.readouterr().err == told
    run._tell_kept([Path("my runs/one")])
    assert capsys.readouterr().err.endswith(": bpdebug view 'my runs/one'\n")
