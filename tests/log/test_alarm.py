"""What wakes the writer's thread."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from bpdebug.log.alarm import Alarm
from bpdebug.log.records import OutputBody
from bpdebug.log.schema import Kind
from bpdebug.log.writer import LogWriter


def test_it_wakes_who_waits() -> None:
    alarm, woken = Alarm(), threading.Event()
    waiter = threading.Thread(target=lambda: (alarm.wait(), woken.set()))
    waiter.start()
    assert not woken.wait(0.05)
    alarm.set()
    assert woken.wait(30)
    waiter.join()
    assert not alarm.wait(0)


def test_it_waits_for_whoever_comes_but_once_however_often_it_was_set() -> None:
    alarm = Alarm()
    for _ in range(3):
        alarm.set()
    assert alarm.wait(30)
    assert not alarm.wait(0)


def test_it_gives_up_in_time() -> None:
    began = time.monotonic()
    assert not Alarm().wait(0.05)
    assert 0.04 < time.monotonic() - began < 20


def test_what_was_cleared_wakes_nobody() -> None:
    alarm = Alarm()
    alarm.clear()
    alarm.set()
    alarm.clear()
    assert not alarm.wait(0)
    alarm.set()
    assert alarm.wait(0)


def test_threads_that_set_it_at_the_same_time() -> None:
    alarm, rounds = Alarm(), 2_000
    setters = [threading.Thread(target=lambda: [alarm.set() for _ in range(rounds)]) for _ in range(4)]
    for setter in setters:
        setter.start()
    woken = 0
    while any(setter.is_alive() for setter in setters):
        woken += alarm.wait(0.01)
    woken += alarm.wait(0)
    assert 1 <= woken <= 4 * rounds
    assert not alarm.wait(0)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_a_signal_handler_may_flush_the_log_whatever_it_interrupts(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    label, handled, done = writer.text("stdout"), 0, time.monotonic() + 1.0

    def handle(*_: object) -> None:
        nonlocal handled
        handled += 1
        writer.append(Kind.output, OutputBody("stdout", "interrupted"), label=label)
        writer.hurry()

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)
    try:
        while time.monotonic() < done:
            writer.hurry()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    writer.close()
    assert handled
    assert writer.written[0] == handled
