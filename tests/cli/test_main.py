"""The command line as a whole: dispatch, help, statuses, streams."""

from __future__ import annotations

import json
import os
import shlex
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


@pytest.mark.parametrize("command", ["show {run} --at ''", "export {run} --at ' '", "explain {run} '' y"])
def test_an_empty_address_is_misuse_and_not_the_last_event(capsys, recorded, command):
    assert cli.main(shlex.split(command.format(run=recorded))) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "it is empty" in err


def in_shell(line, *arguments):
    command = ["bash", "-c", f'exec "$@" {line}', "-", sys.executable, "-m", "bpdebug", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", ["export", "info", "show"])
def test_output_that_has_nowhere_to_go_is_told(recorded, command):
    done = in_shell(">&-", command, recorded)
    assert (done.returncode, done.stderr) == (1, "bpdebug: writing the output: Bad file descriptor\n")


def test_a_command_that_only_talks_does_without_its_closed_streams(recorded, tmp_path):
    for line in ">&-", "2>&-", ">&- 2>&- <&-":
        target = tmp_path / f"{len(line)}.bpd"
        assert in_shell(line, "pack", recorded, "-o", str(target)).returncode == 0
        assert target.is_file()


@pytest.mark.parametrize("line", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_what_a_script_writes_to_closed_descriptors_goes_nowhere(tmp_path, line):
    script = tmp_path / "model.py"
    script.write_text(
        "import os, subprocess\n"
        "import chainer\n"
        "import chainer.functions as F\n"
        "import numpy\n"
        "for i in range(3):\n"
        "    F.sum(chainer.Variable(numpy.full(9000, i, 'f')))\n"
        "    os.write(1, b'to one')\n"
        "    os.write(2, b'to two')\n"
        "    subprocess.run(['echo', 'to one'], check=True)\n"
        "    print('printed')\n"
    )
    run = str(tmp_path / "run")
    assert in_shell(line, "run", "--headless", "--log", run, str(script)).returncode == 0
    assert in_shell("", "verify", run).stdout.startswith("8 events")
