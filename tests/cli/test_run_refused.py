"""What `bpdebug run` refuses before anything runs, and says instead."""

import os
import subprocess

import pytest
from in_terminal import in_terminal
from op_script import OPS


def test_a_syntax_error_is_shown_at_its_line_and_nothing_is_recorded(bpdebug, tmp_path):
    done = bpdebug("run", "--headless", "script.py", script="x = 3\ny = = 4\n")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].endswith('script.py", line 2')
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state").exists()


MISUSE = {
    "no script": ([], "required: SCRIPT"),
    "no such file": (["none.py"], "none.py: no such file"),
    "a directory": (["folder"], "folder: this is a directory"),
    "a dangling link": (["dangling.py"], "dangling.py: can't be read"),
    "a device": (["/dev/null"], "/dev/null: not a file"),
    "a used directory": (["--log", "used", "script.py"], "used: this directory is not empty"),
    "a recorded run": (["--log", "recorded", "script.py"], "recorded: this directory already holds a run"),
    "a file as directory": (
        ["--log", "script.py", "script.py"],
        "script.py: a run is recorded to a directory",
    ),
    "an unknown suffix": (["--export", "x.bin", "script.py"], "x.bin: which format?"),
    "an unknown format": (["--export", "x", "--format", "bin", "script.py"], "no export format 'bin'"),
    "a format for nothing": (["--format", "jsonl", "script.py"], "there is no --export"),
    "an export to nowhere": (["--export", "none/x.jsonl", "script.py"], "none/x.jsonl: can't write"),
    "an export to stdout": (["--export", "-", "--format", "jsonl", "script.py"], "name a file"),
    "no real chainer": (["--real-chainer", "script.py"], "no Chainer is installed"),
}


@pytest.mark.parametrize("name", MISUSE)
def test_misuse_is_told_in_a_line_or_two_before_anything_runs(name, bpdebug, tmp_path):
    words, said = MISUSE[name]
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling.py").symlink_to("nowhere")
    for directory, file in ("used", "x"), ("recorded", "run.json"):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / file).write_text("{}")
    done = bpdebug("run", "--headless", *words, script="open('ran', 'w')")
    assert said in done.stderr
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) <= 2
    assert done.stdout == ""
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_script_and_a_directory_that_are_not_ours_are_told(bpdebug, tmp_path):
    (tmp_path / "script.py").write_text(OPS)
    (tmp_path / "script.py").chmod(0)
    assert "can't be read: Permission denied" in bpdebug("run", "--headless", "script.py").stderr
    (tmp_path / "script.py").chmod(0o600)
    (tmp_path / "locked").mkdir(mode=0o500)
    done = bpdebug("run", "--headless", "--log", "locked/one", "script.py")
    assert "can't record there: Permission denied" in done.stderr


def test_a_run_on_the_screen_without_a_terminal_says_what_to_do(bpdebug_process, tmp_path):
    done = bpdebug_process("run", "script.py", script="open('ran', 'w')", stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "no terminal" in done.stderr
    assert "bpdebug run --headless script.py" in done.stderr
    assert not (tmp_path / "ran").exists()


def test_a_terminal_that_can_show_nothing_says_what_to_do(bpdebug_process):
    environment = {**os.environ, "TERM": "dumb"}
    status, said = in_terminal(bpdebug_process, "run", "script.py", script=OPS, env=environment)
    assert status == 2
    assert b"TERM=dumb" in said
    assert bpdebug_process("run", "--headless", "--log", "run", "script.py").returncode == 0
    status, said = in_terminal(bpdebug_process, "view", "run", env=environment)
    assert status == 2
    assert b"TERM=dumb" in said


def test_an_export_of_a_run_on_the_screen_is_refused(bpdebug_process):
    status, said = in_terminal(
        bpdebug_process,
        "run",
        "--export",
        "x.jsonl",
        "script.py",
        script=OPS,
        env={**os.environ, "TERM": "xterm"},
    )
    assert status == 2
    assert b"--headless" in said
