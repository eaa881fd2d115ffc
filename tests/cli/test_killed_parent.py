"""kill -9 of bpdebug itself: no script goes on for ever, what it has started ends with it, and the log has its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bpdebug.cli import main
from bpdebug.log.reader import LogReader

LONG_S = 60

_STARTED = """
import os, signal, sys, time
import chainer
from chainer import functions as F
import numpy as np
def tell():
    open("ready", "w").close()
"""

_WORKERS = """
from multiprocessing import get_context
workers = get_context("fork").Pool(2)
tell()
while True:
    F.relu(np.ones(3, "f"))
"""

_BUSY_WORKER = """
from multiprocessing import get_context
get_context("fork").Process(target=time.sleep, args=(600,)).start()
tell()
while True:
    F.relu(np.ones(3, "f"))
"""

_WAITING = """
tell()
time.sleep(600)
"""

_SAVING = """
def save(*_):
    open("saved", "w").close()
    sys.exit(7)
signal.signal(signal.SIGTERM, save)
tell()
while True:
    F.relu(np.ones(3, "f"))
    time.sleep(0.001)
"""

_SESSION = """
import sys, time
from bpdebug.session import Session
from bpdebug.stepping import UntilStop
session = Session.start("script.py", [], "run")
session.wait_for("paused")
session.go(UntilStop())
time.sleep(600)
"""


def alive_in(folder: Path) -> list[int]:
    """The processes that work in this directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(process / "cwd") == str(folder):
                found.append(int(process.name))
    return found


def wait_until(what) -> None:
    deadline = time.monotonic() + LONG_S
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@contextlib.contextmanager
def started(folder: Path, script: str, command: list[str]):
    """bpdebug, running the script there, once that has said so; all processes there end with the context."""
    (folder / "script.py").write_text(_STARTED + script)
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    with (
        (folder / "told").open("w") as told,
        subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=told,
        ) as process,
    ):
        try:
            wait_until((folder / "ready").exists)
            yield process
        finally:
            process.kill()
            for pid in alive_in(folder):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


NEEDS_PROC = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs /proc to find processes")
HEADLESS = ["-m", "bpdebug", "run", "--headless", "--log", "run", "script.py"]


@NEEDS_PROC
@pytest.mark.parametrize(
    ("script", "command", "end"),
    [
        (_WORKERS, HEADLESS, "bpdebug itself was killed, and the script ended with it"),
        (_BUSY_WORKER, HEADLESS, "bpdebug itself was killed, and the script ended with it"),
        (_WAITING, HEADLESS, "bpdebug itself was killed, and the script ended with it"),
        (_SAVING, HEADLESS, "bpdebug itself was killed; the script left with status 7 (sys.exit)"),
        (_WORKERS, ["-c", _SESSION], "bpdebug itself was killed, and the script ended with it"),
    ],
    ids=[
        "training with workers",
        "training beside a busy worker",
        "waiting",
        "that saves when asked to end",
        "on the screen",
    ],
)
def test_a_script_ends_when_bpdebug_is_killed(tmp_path, capsys, script, command, end):
    with started(tmp_path, script, command) as process:
        process.kill()
        process.wait()
        wait_until(lambda: not alive_in(tmp_path))
    with LogReader(tmp_path / "run") as reader:
        assert reader.finished
        assert not reader.problem
        assert reader.body(len(reader) - 1).reason == end
    assert main(["runs", str(tmp_path)]) == 0
    assert end in capsys.readouterr().out
    assert (tmp_path / "saved").exists() == (script is _SAVING)
    told = (tmp_path / "told").read_text()
    assert ("script.py ended with it; the run is kept in" in told) == (
        command is HEADLESS and script is not _SAVING
    )


@NEEDS_PROC
def test_the_screen_behind_a_browser_ends_when_its_server_is_killed(tmp_path):
    (tmp_path / "script.py").write_text(_STARTED + _WORKERS)
    behind = {
        **os.environ,
        "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "bpdebug", "run", "--log", "run", "script.py"],
        cwd=tmp_path,
        env=behind,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            assert process.stdout.read(1)  # it draws
            process.stdin.close()
            wait_until(lambda: not alive_in(tmp_path))
        finally:
            process.kill()
    with LogReader(tmp_path / "run") as reader:
        assert reader.finished


@NEEDS_PROC
def test_a_script_that_makes_itself_a_daemon_outlives_bpdebug(tmp_path):
    script = """
if os.fork():
    os._exit(0)
os.setsid()
tell()
while not os.path.exists("go on"):
    time.sleep(0.005)
open("went on", "w").close()
"""
    with started(tmp_path, script, HEADLESS) as process:
        assert process.wait(LONG_S) == 0
        (tmp_path / "go on").touch()
        wait_until((tmp_path / "went on").exists)
