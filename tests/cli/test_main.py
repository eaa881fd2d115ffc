"""The command line as a whole: dispatch, help, statuses, streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from bpdebug import __version__, cli, errors, native
from tests.support.example_run import write_example_run


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return str(write_example_run(tmp_path_factory.mktemp("example") / "run"))


def test_without_a_command_the_help_is_on_stderr(capsys):
    assert cli.main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage: bpdebug COMMAND" in err


def test_help_lists_every_command(capsys):
    assert cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    for command in cli.COMMANDS.values():
        assert f"  {command.name}" in out
        assert command.summary in out


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_has_help_of_its_own(capsys, name):
    assert cli.main([name, "--help"]) == 0
    assert f"usage: bpdebug {name}" in capsys.readouterr().out


def test_the_version_is_told(capsys):
    assert cli.main(["--version"]) == 0
    parts = "without" if native.part("engine_events") is None else "with"
    assert capsys.readouterr().out == f"bpdebug {__version__}, {parts} compiled parts\n"


def test_the_version_says_where_compiled_parts_are_left_unused(capsys, monkeypatch):
    monkeypatch.setenv("BPDEBUG_NATIVE", "0")
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"bpdebug {__version__}, without compiled parts\n"


def test_an_unknown_command_or_option_is_misuse(capsys, recorded):
    assert cli.main(["inform", recorded]) == 2
    assert "invalid choice: 'inform'" in capsys.readouterr().err
    assert cli.main(["info", recorded, "--colour"]) == 2
    assert "--colour" in capsys.readouterr().err


def test_an_option_is_not_guessed_from_its_beginning(capsys, recorded):
    assert cli.main(["show", recorded, "--vie", "loss"]) == 2
    assert "--vie" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["info", "show", "view", "export"])
def test_what_is_no_run_is_told_in_words(capsys, tmp_path, command):
    for directory in (tmp_path, tmp_path / "nowhere"):
        assert cli.main([command, str(directory)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"bpdebug: {directory}: ")
        assert len(err.splitlines()) <= 2


def test_a_run_of_a_newer_version_is_told_so(capsys, tmp_path):
    path = write_example_run(tmp_path / "run") / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 99}))
    assert cli.main(["info", str(path.parent)]) == 2
    assert "99" in capsys.readouterr().err


def test_any_error_of_ours_becomes_its_message_and_status(capsys, monkeypatch, recorded):
    from bpdebug.cli import info

    def fail(options):
        raise errors.SessionError("first line\nsecond line")

    monkeypatch.setattr(info, "execute", fail)
    assert cli.main(["info", recorded]) == 1
    assert capsys.readouterr().err == "bpdebug: first line\nsecond line\n"


def test_an_interrupt_is_no_traceback(capsys, monkeypatch, recorded):
    from bpdebug.cli import info

    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(info, "execute", interrupted)
    assert cli.main(["info", recorded]) == 130
    assert capsys.readouterr().err == "bpdebug: interrupted\n"


def test_a_reader_that_goes_away_is_no_traceback(recorded):
    first = [sys.executable, "-m", "bpdebug", "export", recorded, "--tensors"]
    process = subprocess.Popen(first, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), err) == (141, b"")


def test_a_full_disk_is_told_in_one_line(recorded):
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    with open("/dev/full", "wb") as full:
        run = subprocess.run(
            [sys.executable, "-m", "bpdebug", "info", recorded],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert run.returncode == 1
    assert run.stderr == "bpdebug: writing the output: No space left on device\n"


def test_an_ascii_terminal_gets_readable_text(recorded):
    run = subprocess.run(
        [sys.executable, "-m", "bpdebug", "show", recorded, "--view", "console"],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"\\u5f00\\u59cb" in run.stdout
