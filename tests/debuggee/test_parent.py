"""What is taken for the end of the parent, and what isn't."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bpdebug.debuggee import parent as module
from bpdebug.debuggee.parent import Parent, ask_to_end


def told(monkeypatch, pid):
    """Whether the end of a parent with this pid is told when the pipe ends."""
    monkeypatch.setattr(module, "_ANY_TIME_S", 0.01)
    gone = threading.Event()
    theirs, ours = os.pipe()
    Parent(pid).watch(theirs, gone.set)
    os.close(ours)
    for thread in threading.enumerate():
        if thread.name == "bpdebug-parent":
            thread.join(30)
    os.close(theirs)
    return gone.is_set()


def test_a_parent_that_is_gone_is_told_once_the_pipe_ends(monkeypatch):
    nobody = os.getppid() + 1
    assert told(monkeypatch, nobody)


def test_a_pipe_that_ends_while_the_parent_lives_says_nothing(monkeypatch):
    assert not told(monkeypatch, os.getppid())


def test_without_a_known_parent_nothing_is_told(monkeypatch):
    assert not told(monkeypatch, 0)


@pytest.mark.parametrize("way", [signal.SIG_DFL, signal.SIG_IGN])
def test_a_script_that_has_not_said_how_it_ends_is_not_asked(monkeypatch, way):
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("it was asked"))
    before = signal.signal(signal.SIGTERM, way)
    try:
        assert not ask_to_end()
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_script_that_has_said_how_it_ends_is_asked():
    asked = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    try:
        assert ask_to_end()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert asked == [signal.SIGTERM]


_BUSY = """
import multiprocessing, os, sys, threading, time
from bpdebug.debuggee import parent
worker = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,))
worker.start()
print(os.getpid(), worker.pid, flush=True)
asked = multiprocessing.active_children
multiprocessing.active_children = lambda: (time.sleep(0.05), asked())[1]  # gives the interpreter's lock away
threading.Thread(target=parent.end_with_workers).start()
while True:
    pass
"""


def test_a_process_that_computes_all_the_time_ends_with_its_workers() -> None:
    with subprocess.Popen([sys.executable, "-c", _BUSY], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid, worker = map(int, process.stdout.readline().split())
        try:
            assert process.wait(30) == -signal.SIGKILL
            assert pid == process.pid
            deadline = time.monotonic() + 30
            while _is_there(worker):
                assert time.monotonic() < deadline
                time.sleep(0.005)
        finally:
            process.kill()
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)


def _is_there(pid: int) -> bool:
    """Whether a process that isn't ours runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
