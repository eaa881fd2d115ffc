"""What is taken for the end of the parent, and what isn't."""

import os
import signal
import threading

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
