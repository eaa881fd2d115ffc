"""What the screen says of a process that is busy for long."""

from __future__ import annotations

import pytest

from bpdebug.protocol import Activity
from bpdebug.tui.waiting import Waiting, activity_words


class BusySession:
    """Running; the test answers for it."""

    def __init__(self) -> None:
        self.state = "running"
        self.activity: Activity | None = None
        self.asked = 0

    def ask_activity(self) -> None:
        self.asked += 1


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def busy():
    return BusySession()


@pytest.fixture
def clock():
    return Clock()


@pytest.mark.parametrize(
    ("activity", "words"),
    [
        (Activity(4, 3.9, op="Slow.backward", path="/a/x.py", line=3), "Slow.backward has run for 3 s"),
        (Activity(4, 61.0, path="/a/x.py", line=3), "no event for 61 s: at x.py:3"),
        (Activity(4, 2.0), "no event for 2 s"),
        (Activity(4, 2.0, op="A\x1bB"), "A␛B has run for 2 s"),
    ],
)
def test_the_answer_of_the_process_in_words(activity, words):
    assert activity_words(activity) == words


def test_a_process_is_asked_once_a_second_and_a_short_step_is_not_told(busy, clock):
    waiting = Waiting(busy, clock)
    for _ in range(25):
        waiting.tick()
        clock.now += 0.1
    assert busy.asked == 2
    busy.activity = Activity(4, 0.4, op="Slow.backward")
    waiting.tick()
    assert waiting.words() == ""
    busy.activity = Activity(4, 1.4, op="Slow.backward")
    assert waiting.tick()
    assert waiting.words() == "Slow.backward has run for 1 s"


def test_a_process_that_does_not_answer_is_told(busy, clock):
    waiting = Waiting(busy, clock)
    for _ in range(50):
        waiting.tick()
        clock.now += 0.1
    assert waiting.words() == "no event and no answer for 3 s"


def test_a_script_that_goes_on_without_being_recorded_is_told(busy, clock):
    stopped = ""
    waiting = Waiting(busy, clock, lambda: stopped)
    busy.activity = Activity(4, 1.4, path="x.py", line=3)
    waiting.tick()
    assert waiting.words() == "no event for 1 s: at x.py:3"
    stopped = "No space left on device"
    assert waiting.words() == "recording stopped: No space left on device; the script goes on"
    busy.activity = Activity(4, 0.1)
    waiting.tick()
    assert waiting.words() == ""


def test_nothing_is_said_of_a_process_that_has_paused(busy, clock):
    waiting = Waiting(busy, clock)
    waiting.tick()
    busy.activity = Activity(4, 5.0, op="Slow.backward")
    waiting.tick()
    assert waiting.words()
    busy.state = "paused"
    assert waiting.words() == ""
    assert waiting.tick()
    assert not waiting.tick()
