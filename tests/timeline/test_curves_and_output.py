"""Curves and printed lines grow with the log; the end of a run is told in words."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest

from bpdebug.log import reader
from bpdebug.log import records as r
from bpdebug.log.ending import say_ended
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EventFlag, Kind
from bpdebug.log.writer import LogWriter
from bpdebug.timeline import Timeline


class Run:
    """A run that is written and read at the same time."""

    def __init__(self, tmp_path):
        self.log = LogWriter.create(tmp_path / "run", script="net.py")
        self.log.thread("MainThread")
        self.log.flush()
        self.timeline = Timeline(LogReader(self.log.directory))

    def report(self, name, value, iteration):
        body = r.ReportedBody(name, value if math.isfinite(value) else "NaN")
        label = self.log.text(f"report:{name}")
        self.log.append(
            Kind.reported, body, label=label, iteration=iteration, flags=EventFlag.value, value=value
        )

    def print(self, text, stream="stdout"):
        self.log.append(Kind.output, r.OutputBody(stream, text), label=self.log.text(stream))

    def refreshed(self):
        self.log.flush()
        self.timeline.refresh()
        return self.timeline


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    yield run
    run.log.close()
    run.timeline.reader.close()


def test_curves_grow_and_keep_nan(run):
    run.report("main/accuracy", 0.5, 0)
    run.report("main/loss", 2.0, 0)
    first = run.refreshed().curves()
    assert [curve.name for curve in first] == ["main/loss", "main/accuracy"]
    run.report("main/loss", math.nan, 1)
    run.report("main/loss", 1.0, 2)
    loss = run.refreshed().curves()[0]
    assert np.array_equal(loss.values, [2.0, math.nan, 1.0], equal_nan=True)
    assert (loss.iterations.tolist(), loss.seqs.tolist()) == ([0, 1, 2], [1, 2, 3])
    assert first[0].values.tolist() == [2.0]


def test_the_loss_is_that_of_the_training(run):
    run.report("main/loss", 2.0, 0)
    run.report("validation/main/loss", 9.0, 0)
    run.report("main/accuracy", 0.5, 0)
    assert run.refreshed().moment(2).loss == 2.0
    assert run.timeline.moment(2).loss_name == ""


def test_of_several_losses_the_latest_is_named(run):
    run.report("gen/loss", 2.0, 0)
    run.report("dis/loss", 3.0, 0)
    run.report("validation/main/loss", 9.0, 0)
    moment = run.refreshed().moment(2)
    assert (moment.loss, moment.loss_name) == (3.0, "dis/loss")
    assert run.timeline.moment(0).loss_name == "gen/loss"


def test_a_log_without_reports_has_no_curves_and_no_loss(run):
    run.print("hello\n")
    assert run.refreshed().curves() == []
    assert run.timeline.moment(0).loss is None


def lines(run, seq):
    return [(line.seq, line.stream, line.text) for line in run.refreshed().output_until(seq)]


def test_pieces_of_a_line_are_joined(run):
    run.print("epoch 1 ")
    run.print("warning\n", "stderr")
    run.print("loss 0.5\nepoch 2")
    assert lines(run, 0) == [(0, "stdout", "epoch 1 ")]
    assert lines(run, 2) == [
        (1, "stderr", "warning"),
        (2, "stdout", "epoch 1 loss 0.5"),
        (2, "stdout", "epoch 2"),
    ]


def test_a_progress_bar_is_one_line_and_colours_are_gone(run):
    for percent in range(3):
        run.print(f"\r\x1b[32m{percent * 50:3}%\x1b[0m")
    run.print("\n")
    assert lines(run, 3) == [(3, "stdout", "100%")]


def test_empty_lines_stay(run):
    run.print("a\n\nb\n")
    assert [text for _, _, text in lines(run, 0)] == ["a", "", "b"]


def test_only_what_was_printed_by_then_shows(run):
    for i in range(5):
        run.print(f"{i}\n")
    assert [text for _, _, text in lines(run, 2)] == ["0", "1", "2"]
    assert [line.text for line in run.timeline.output_until(4, limit=2)] == ["3", "4"]


def test_the_end_of_a_run_that_somebody_else_is_recording_is_not_taken_for_its_end(run):
    run.print("hello\n")
    timeline = run.refreshed()
    assert timeline.move(0, "step").why == "this is the latest event of a run that is being written"
    run.print("world\n")
    why = run.refreshed().move(0, "continue").why
    assert why == "no stop ahead: this is the end of the log so far, which is being written"
    run.log.close()
    assert timeline.move(1, "step").why == "this is the last event of the log"


def test_the_end_of_a_run_is_told(run, monkeypatch):
    timeline = run.timeline
    assert timeline.reason_for_end() == "being written"
    monkeypatch.setattr(
        reader, "is_being_written", lambda directory: False
    )  # as behind a process that is gone
    assert timeline.reason_for_end() == "the log holds no event"
    run.print("hello\n")
    timeline = run.refreshed()
    assert "killed" in timeline.reason_for_end()
    timeline.live = True
    assert timeline.reason_for_end() == ""
    run.log.append(
        Kind.run_finished, r.RunFinishedBody(3, "SystemExit", {}), label=run.log.text("run_finished")
    )
    assert run.refreshed().reason_for_end() == "SystemExit (exit status 3)"
    assert timeline.move(0, "step_back").why == "this is the first event"
    assert timeline.move(1, "step").goal is None


def test_at_the_end_of_a_log_without_an_end_of_its_own_it_is_told_why_that_is(run):
    run.print("hello\n")
    run.print("world\n")
    timeline = run.refreshed()
    run.log.close()
    say_ended(run.log.directory, os.getpid(), "killed by signal 9 (SIGKILL)")
    assert timeline.move(1, "step").why == "this is the last event of the log: killed by signal 9 (SIGKILL)"
    why = timeline.move(0, "continue").why
    assert why == "no stop ahead: this is the end of the log: killed by signal 9 (SIGKILL)"


def test_there_it_is_told_too_that_a_file_is_gone(run):
    run.print("hello\n")
    timeline = run.refreshed()
    run.log.close()
    (run.log.directory / "events.idx").unlink()
    why = "events.idx can't be read: No such file or directory"
    assert timeline.move(0, "step").why == f"this is the last event of the log: {why}"


def test_there_it_is_told_too_that_recording_stopped_before(run):
    run.print("hello\n")
    timeline = run.refreshed()
    run.log.say_stopped("the disk is full")
    run.log.close()
    say_ended(run.log.directory, os.getpid(), "killed by signal 9 (SIGKILL)")
    why = "recording stopped, and the script went on: the disk is full"
    assert timeline.move(0, "step").why == f"this is the last event of the log: {why}"
