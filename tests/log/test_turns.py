"""When the thread that writes has its turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpdebug.log import run_files, segment_writer
from bpdebug.log import writer as writer_module
from bpdebug.log.contents import Taken
from bpdebug.log.records import OutputBody
from bpdebug.log.schema import Kind
from bpdebug.log.turns import Turns, TurnsInPython
from bpdebug.log.writer import LogWriter

compiled_only = pytest.mark.skipif(Turns is TurnsInPython, reason="the compiled parts aren't there")
WAYS = [TurnsInPython] if Turns is TurnsInPython else [TurnsInPython, Turns]


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def turns(request: pytest.FixtureRequest) -> Any:
    return request.param()


def in_a_thread(work: Callable[[], object]) -> tuple[threading.Thread, threading.Event]:
    """Start it; the event says that it is done."""
    done = threading.Event()
    thread = threading.Thread(target=lambda: (work(), done.set()), daemon=True)
    thread.start()
    return thread, done


def test_who_sleeps_is_woken_once(turns):
    _, done = in_a_thread(turns.sleep)
    assert not done.wait(0.05)
    turns.wake()
    turns.wake()
    assert done.wait(30)
    turns.begin()
    _, done = in_a_thread(turns.sleep)
    assert not done.wait(0.05)
    turns.wake()
    assert done.wait(30)


def test_a_hurry_ends_a_rest_and_a_sleep(turns):
    _, done = in_a_thread(lambda: turns.rest(60.0))
    assert not done.wait(0.05)
    turns.hurry()
    assert done.wait(30)
    turns.sleep()  # which returns


def test_a_rest_ends_in_time_and_one_of_no_time_at_once(turns):
    began = time.monotonic()
    turns.rest(0.05)
    assert 0.04 < time.monotonic() - began < 20
    turns.rest(0.0)
    turns.rest(-1.0)


def test_what_was_said_before_the_begin_is_heard(turns):
    turns.hurry()
    turns.begin()
    _, done = in_a_thread(lambda: turns.rest(60.0))
    assert not done.wait(0.05)
    turns.hurry()
    assert done.wait(30)


def test_a_turn_is_offered_to_nobody_in_vain(turns):
    began = time.monotonic()
    for _ in range(1000):
        turns.offer()
    assert time.monotonic() - began < 3.0


@compiled_only
def test_who_offers_a_turn_goes_on_when_it_is_taken():
    turns, told = Turns(), []

    def write():
        turns.rest(60.0)
        told.append("turn")
        turns.taken()

    _, done = in_a_thread(write)
    until(lambda: turns.offer() or told)
    assert told == ["turn"]
    assert done.wait(30)


@compiled_only
def test_who_offers_a_turn_does_not_wait_for_ever():
    turns, has_turn, go_on = Turns(), threading.Event(), threading.Event()
    _, done = in_a_thread(lambda: (turns.rest(60.0), has_turn.set(), go_on.wait(60)))
    until(lambda: turns.offer() or has_turn.is_set())
    assert not done.is_set()
    go_on.set()
    assert done.wait(30)


@compiled_only
def test_after_a_turn_that_was_not_taken_none_is_offered_for_some_rounds():
    """A third thread, which runs Python all the time, would have the interpreter instead, each time."""
    turns, has_turn, rested = Turns(), threading.Event(), []

    def write():
        turns.rest(60.0)
        has_turn.set()
        time.sleep(0.1)  # as if it waited for the interpreter meanwhile
        for seconds in (0.2, 60.0):
            turns.begin()
            began = time.monotonic()
            turns.rest(seconds)
            rested.append(time.monotonic() - began)
            for _ in range(50):
                turns.begin()
            turns.taken()

    _, done = in_a_thread(write)
    until(lambda: turns.offer() or has_turn.is_set())
    until(lambda: turns.offer() or done.is_set())
    assert rested[0] > 0.1
    assert rested[1] < 30


@compiled_only
def test_who_has_appended_rests_until_the_next_turn(tmp_path: Path):
    turns, path = Turns(), tmp_path / "a"
    with path.open("wb", buffering=0) as file:
        parts = [(file.fileno(), b"one"), (file.fileno(), b" two")]
        _, done = in_a_thread(lambda: segment_writer.append_all(parts, turns, 60.0))
        until(lambda: path.read_bytes() == b"one two")
        assert not done.wait(0.05)
        turns.offer()
        assert done.wait(30)
        began = time.monotonic()
        turns.rest(60.0)  # that was this one's turn
        assert time.monotonic() - began < 30


def test_who_has_appended_rests_no_longer_than_what_came_meanwhile_may_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk may have taken longer than that for the tensors of a round."""
    rests: list[float] = []
    real_append = run_files.append_all

    def append_all(
        parts: list[tuple[int, bytes]],
        turns: TurnsInPython,
        rest_s: float,
        before: segment_writer.Place | None,
    ) -> None:
        real_append(parts, before=before)
        rests.append(rest_s)

    monkeypatch.setattr(run_files, "append_all", append_all)
    writer = LogWriter.create(tmp_path / "run", flush_after_s=60.0)
    label, real_write = writer.text("stdout"), writer._contents.write

    def write(taken: Taken) -> OSError | None:
        if not rests:
            writer.append(Kind.output, OutputBody("stdout", "meanwhile"), label=label)
            time.sleep(0.1)
        return real_write(taken)

    monkeypatch.setattr(writer._contents, "write", write)
    writer.append(Kind.output, OutputBody("stdout", "before"), label=label)
    writer.hurry()
    until(lambda: rests)
    writer.close()
    assert 0 < rests[0] < 59.95


def test_what_has_a_later_time_is_written_no_later(tmp_path: Path):
    writer = LogWriter.create(tmp_path / "run")
    hour_us = 3600 * 10**6
    writer.append(Kind.output, OutputBody("stdout", "a"), label=writer.text("stdout"), time_us=hour_us)
    until(lambda: writer.written[0])
    writer.close()


def test_what_a_training_adds_is_written_while_it_goes_on(tmp_path: Path):
    """It calls BLAS all the time, and never waits."""
    writer = LogWriter.create(tmp_path / "run")
    label, matrix, ages = writer.text("stdout"), np.ones((40, 40)), []
    added: list[float] = []
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        matrix @ matrix
        writer.append(Kind.output, OutputBody("stdout", "a"), label=label)
        added.append(time.monotonic())
        ages.append(added[-1] - added[min(writer.written[0], len(added) - 1)])
    writer.close()
    assert sorted(ages)[len(ages) // 2] < 0.5  # of the oldest event that isn't known to be written


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_whoever_appends_offers_a_turn_when_one_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers: list[int] = []

    class Offered(TurnsInPython):
        def offer(self) -> None:
            offers.append(1)

    monkeypatch.setattr(writer_module, "Turns", Offered)
    writer = LogWriter.create(tmp_path / "run", flush_after_s=60.0)
    for at_us, wanted in ((0, 0), (59_000_000, 0), (60_000_001, 1), (60_009_000, 2)):
        writer.append(Kind.output, OutputBody("stdout", "a"), label=writer.text("stdout"), time_us=at_us)
        assert len(offers) == wanted
    writer.close()
