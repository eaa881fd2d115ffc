"""The progress line: what it says, and that it makes way for the script's output."""

import os

import pytest

from bpdebug.debuggee import progress as module
from bpdebug.debuggee.progress import Progress
from bpdebug.debuggee.streams import Output
from bpdebug.log.records import OutputBody
from bpdebug.log.schema import EventFlag, Kind
from bpdebug.log.writer import LogWriter

LOSS, OTHER = 0, 1


@pytest.fixture
def drawn(monkeypatch):
    """Everything that is written to stderr, which is 40 columns wide."""
    written = []
    monkeypatch.setattr(module.os, "write", lambda descriptor, data: written.append(data))
    monkeypatch.setattr(module.os, "get_terminal_size", lambda descriptor: os.terminal_size((40, 24)))
    return written


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def make(clock, count=0, iteration=0):
    output = Output(lambda stream, text: None, pass_on=True)
    return output, Progress(output, lambda label: label == LOSS, lambda: (count, iteration), clock)


def report(label, value, seq=0):
    flags = int(EventFlag.value)
    return {"kind": int(Kind.reported), "label": label, "flags": flags, "value": value, "seq": seq}


def test_it_says_events_iteration_loss_and_speed():
    clock = Clock()
    _, progress = make(clock, 2000, 7)
    progress(report(LOSS, 0.25))
    progress(report(OTHER, 0.9))
    clock.now += 2
    assert progress.line() == "2,000 events · iteration 7 · loss 0.25 · 1,000 events/s"


def test_events_iteration_and_loss_are_those_of_one_moment(tmp_path):
    log = LogWriter.create(tmp_path / "run", flush_after_s=60)
    progress = Progress(Output(lambda stream, text: None, pass_on=True), lambda _: True, lambda: log.written)
    for iteration, loss in enumerate((0.5, 0.25)):
        body = OutputBody("stdout", "x")
        seq = log.append(Kind.output, body, iteration=iteration)
        progress(report(LOSS, loss, seq))
        assert progress.line().startswith(f"{seq} events · iteration 0")
        assert ("loss" in progress.line()) == (seq > 0)
        log.flush()
        assert progress.line().startswith(f"{seq + 1} events · iteration {iteration} · loss {loss}")
    log.close()


def test_it_is_cut_to_the_width_of_the_terminal(drawn):
    _, progress = make(Clock(), 10**9 + 1)
    progress._draw()
    (line,) = drawn
    assert line.startswith(b"\r\x1b[K1,000,000,001 events")
    assert len(line.removeprefix(b"\r\x1b[K").decode()) == 39


def test_it_makes_way_once_for_output_and_at_the_end(drawn):
    output, progress = make(Clock(), 1)
    progress._draw()
    output.before_passing_on()
    output.before_passing_on()
    progress._draw()
    progress.stop()
    assert [data.startswith(b"\r\x1b[K1 events") for data in drawn] == [True, False, True, False]
    assert drawn[1] == drawn[3] == b"\r\x1b[K"
