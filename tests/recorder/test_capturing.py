"""What a run keeps of its tensors under each policy, as a reader finds it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpdebug.capture import CapturePlan, parse_capture, plan_of
from bpdebug.errors import NotCaptured
from bpdebug.launch import CaptureOptions
from bpdebug.log import recent
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EventFlag, Kind, TensorFlag
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder, capturing, flight_recorder
from bpdebug.timeline import Timeline
from bpdebug.verify import verify_run


class Run:
    """A loop of one op and one update, recorded under a plan."""

    def __init__(self, directory: Path, plan: CapturePlan) -> None:
        self.directory = directory
        self.writer = LogWriter.create(directory)
        self.recorder = Recorder(self.writer, plan=plan)
        self.recorder.run_started(["a.py"], "a.py", "/", {}, [], "")
        self.op = self.writer.op("Square", "square", ["x"], ["y"])
        self.W = np.zeros(200)
        self.parameter = self.recorder.new_variable("Net.W", parameter=True, array=self.W)

    def step(self, x: Any) -> None:
        recorder = self.recorder
        y = x * 2
        recorder.phase_of_call(True)
        recorder.forward(self.op, "square", [recorder.new_variable()], [x], [recorder.new_variable()], [y])
        recorder.update_started("SGD", {}, 1)
        before = recorder.param_before(self.parameter, self.W, x, {})
        self.W += 1
        recorder.param_updated(self.parameter, before, self.W, {})
        recorder.update_finished()

    def read(self) -> LogReader:
        self.recorder.run_finished(0, "the script ended")
        self.recorder.close()
        return LogReader(self.directory)


def run(tmp_path: Path, text: str, steps: int = 3, **plan: Any) -> LogReader:
    recorded = Run(tmp_path / "run", parse_capture(text, **plan))
    for i in range(steps):
        recorded.step(np.arange(200.0) + 1000 * i)
    return recorded.read()


def forwards(reader: LogReader) -> list[int]:
    seqs = np.flatnonzero(reader.index["kind"] == Kind.forward).tolist()
    return [reader.body(seq).x[0].tensor for seq in seqs]


@pytest.mark.parametrize("text", ["full", "sample", "stats", "none", "last:1", "none@square;stats"])
def test_a_log_is_whole_under_any_policy(tmp_path: Path, text: str) -> None:
    reader = run(tmp_path, text)
    assert verify_run(reader).lines == []
    assert reader.body(0).capture == text


def test_statistics_are_kept_without_the_values(tmp_path: Path) -> None:
    reader = run(tmp_path, "stats")
    first, second, _ = forwards(reader)
    assert (reader.measured(second).min, reader.measured(second).max) == (1000, 1199)
    with pytest.raises(NotCaptured, match="the run kept statistics only"):
        reader.array(first)
    assert reader.tensors["content"][first] != reader.tensors["content"][second]
    assert sum(path.stat().st_size for path in reader.directory.glob("*.seg")) == 0


def test_the_same_content_is_one_row_without_values_too(tmp_path: Path) -> None:
    recorded = Run(tmp_path / "run", parse_capture("stats"))
    for _ in range(2):
        recorded.step(np.ones(200))
    first, second = forwards(recorded.read())
    assert first == second


def test_a_sample_is_kept_of_what_is_large(tmp_path: Path) -> None:
    recorded = Run(tmp_path / "run", parse_capture("sample"))
    recorded.step(np.arange(200.0))
    reader = recorded.read()
    (row,) = forwards(reader)
    sample = reader.sample(row)
    assert sample is not None
    assert sample.tolist() == list(range(0, 200, 4))
    assert reader.why_not_captured(row).startswith("the run kept statistics and 64 values only")


def test_what_is_not_finite_is_seen_even_where_nothing_is_kept(tmp_path: Path) -> None:
    recorded = Run(tmp_path / "run", parse_capture("none"))
    recorded.step(np.array([1.0, np.nan]).repeat(100))
    reader = recorded.read()
    (row,) = forwards(reader)
    assert int(reader.tensors["flags"][row]) == TensorFlag.nan
    assert reader.recorded_statistics(row) is None
    seq = int(np.flatnonzero(reader.index["kind"] == Kind.forward)[0])
    assert int(reader.index["flags"][seq]) & EventFlag.nonfinite


def test_an_op_can_be_kept_in_another_way_than_the_rest(tmp_path: Path) -> None:
    reader = run(tmp_path, "full@square;none")
    assert reader.array(forwards(reader)[1])[0] == 1000
    seq = int(np.flatnonzero(reader.index["kind"] == Kind.param_updated)[1])
    assert "kept no values" in reader.why_not_captured(reader.body(seq).after)


def test_values_are_kept_in_some_iterations(tmp_path: Path) -> None:
    reader = run(tmp_path, "full", iterations=(1, 2))
    assert [bool(reader.why_not_captured(row)) for row in forwards(reader)] == [True, False, True]


def test_a_flight_recorder_drops_the_values_of_older_iterations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    recorded = Run(tmp_path / "run", parse_capture("last:3"))
    constant = np.full(300, 7.0)
    for i in range(10):
        recorded.step(np.arange(200.0) + 1000 * i)
        recorded.recorder.reported("constant", constant)
    reader = recorded.read()
    rows = forwards(reader)
    assert [not reader.why_not_captured(row) for row in rows] == [False] * 7 + [True] * 3
    for row, i in zip(rows[-3:], (7, 8, 9), strict=True):
        assert reader.array(row)[0] == 1000 * i
    with pytest.raises(NotCaptured, match="only the last 3 iterations keep their values"):
        reader.array(rows[0])
    assert reader.measured(rows[0]).max == 199
    reports = np.flatnonzero(reader.index["kind"] == Kind.reported).tolist()
    assert reader.array(reader.body(reports[-1]).tensor)[0] == 7
    assert len(list(reader.directory.glob("*.seg"))) == 3
    assert verify_run(reader).lines == []


def test_a_flight_recorder_drops_the_samples_of_older_iterations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    reader = run(tmp_path, "sample@square;last:2", steps=5)
    samples = [reader.sample(row) for row in forwards(reader)]
    assert [sample is None for sample in samples] == [True] * 3 + [False] * 2
    assert samples[-1] is not None
    assert samples[-1].tolist() == list(range(4000, 4200, 4))


@pytest.mark.parametrize(
    ("conditions", "asked_by"),
    [
        ({}, "--capture last:2"),
        ({"keep_when": "loss > 1"}, "--keep-when"),
        ({"policy": "last:2", "keep_when": "loss > 1", "until": "nan"}, "--keep-when and --until"),
    ],
)
def test_dropped_values_name_an_option_that_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, conditions: dict[str, str], asked_by: str
) -> None:
    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    recorded = Run(tmp_path / "run", plan_of(CaptureOptions(**(conditions or {"policy": "last:2"}))))
    for i in range(20):
        recorded.step(np.arange(200.0) + 1000 * i)
    reader = recorded.read()
    assert f"iterations keep their values ({asked_by})" in reader.why_not_captured(forwards(reader)[0])


def test_iterations_share_a_file_until_there_is_enough_in_it(tmp_path: Path) -> None:
    reader = run(tmp_path, "last:2", steps=8)
    assert not any(reader.why_not_captured(row) for row in forwards(reader))
    assert len(list(reader.directory.glob("*.seg"))) == 1


def test_a_flight_recorder_puts_a_quarter_of_its_iterations_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    reader = run(tmp_path, "last:12", steps=100)
    kept = [i for i, row in enumerate(forwards(reader)) if not reader.why_not_captured(row)]
    assert kept == list(range(100 - len(kept), 100))
    assert 12 <= len(kept) < 12 + 12 // 4
    assert len(list(reader.directory.glob("*.seg"))) == -(-len(kept) // 3)
    assert verify_run(reader).lines == []


def test_a_budget_that_is_used_up_steps_down_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capturing, "_LOOKED_EVERY", 1)
    reader = run(tmp_path, "full", steps=60, max_bytes=60_000)
    timeline = Timeline(reader)
    told = [seq for seq in range(len(reader)) if reader.index["kind"][seq] == Kind.warned]
    assert [reader.address(seq).partition("/")[2].partition("/")[2] for seq in told] == [
        "warning:capture stats",
        "warning:capture none",
    ]
    assert timeline.captures.at(told[0] - 1) == "full"
    assert timeline.captures.at(told[0]) == "stats"
    assert timeline.captures.at(len(reader) - 1) == "none"
    assert "the budget of" in timeline.captures.said()[0]
    rows = forwards(reader)
    assert reader.array(rows[0])[0] == 0
    assert "was used up (--max-bytes)" in reader.why_not_captured(rows[-1])
    kept_bytes = sum(path.stat().st_size for path in reader.directory.glob("*.seg"))
    assert kept_bytes < 60_000


def test_large_tensors_do_not_run_far_over_the_budget(tmp_path: Path) -> None:
    """Fewer events than lie between two looks at the size of the log."""
    event_bytes = 1 << 18
    recorded = Run(tmp_path / "run", parse_capture("full", max_bytes=4 * event_bytes))
    recorder = recorded.recorder
    for i in range(20):
        x = np.full(event_bytes // 8, i, np.float64)
        recorder.forward(
            recorded.op, "square", [recorder.new_variable()], [x], [recorder.new_variable()], [x]
        )
    reader = recorded.read()
    kept_bytes = sum(path.stat().st_size for path in reader.directory.glob("*.seg"))
    assert 4 * event_bytes <= kept_bytes <= 5 * event_bytes + 4096


def test_what_a_flight_recorder_drops_does_not_count_for_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    monkeypatch.setattr(capturing, "_LOOKED_EVERY", 1)
    unbounded = run(tmp_path / "a", "last:3", steps=60)
    kept_bytes = sum(path.stat().st_size for path in unbounded.directory.glob("*.seg"))
    stored_bytes = unbounded.body(len(unbounded) - 1).totals["tensor_bytes"]
    budget = 2 * kept_bytes + 60_000
    assert stored_bytes > budget
    reader = run(tmp_path / "b", "last:3", steps=60, max_bytes=budget)
    assert not (reader.index["kind"] == Kind.warned).any()
    assert not any(reader.why_not_captured(row) for row in forwards(reader)[-3:])


def test_a_flight_recorder_keeps_what_it_has_when_the_budget_is_used_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    monkeypatch.setattr(capturing, "_LOOKED_EVERY", 1)
    reader = run(tmp_path, "last:3", steps=60, max_bytes=40_000)
    rows = forwards(reader)
    without = [bool(reader.why_not_captured(row)) for row in rows]
    last_kept = len(without) - 1 - without[::-1].index(False)
    assert 3 < last_kept < 40
    assert without[last_kept - 2 : last_kept + 2] == [False, False, False, True]


def test_a_parameter_written_by_the_script_is_marked_at_the_next_op(tmp_path: Path) -> None:
    recorded = Run(tmp_path / "run", parse_capture("full"))
    recorder = recorded.recorder
    for _ in range(2):
        recorder.forward(
            recorded.op,
            "square",
            [recorded.parameter],
            [recorded.W],
            [recorder.new_variable()],
            [recorded.W * 2],
        )
        recorded.W[3] = 5
    reader = recorded.read()
    seqs = np.flatnonzero(reader.index["kind"] == Kind.forward).tolist()
    assert [reader.body(seq).changed for seq in seqs] == [[], [0]]
    # The old event still shows the old bytes.
    assert [reader.array(reader.body(seq).x[0].tensor)[3] for seq in seqs] == [0, 5]
    assert "Changed outside any op since an event last showed it: x" in Timeline(reader).moment(seqs[1]).facts


def test_what_the_person_edited_is_not_taken_for_the_script_s_doing(tmp_path: Path) -> None:
    recorded = Run(tmp_path / "run", parse_capture("full"))
    recorder, parameter, W = recorded.recorder, recorded.parameter, recorded.W
    for _ in range(2):
        recorder.forward(recorded.op, "square", [parameter], [W], [recorder.new_variable()], [W * 2])
        before = W.copy()
        W[3] = 5
        recorder.edited(parameter.number, before, W, "[3] = 5", "value")
    reader = recorded.read()
    seqs = np.flatnonzero(reader.index["kind"] == Kind.forward).tolist()
    assert [reader.body(seq).changed for seq in seqs] == [[], []]


def test_a_long_run_in_little_memory_still_marks_no_false_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "REMEMBERED", 2)
    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    recorded = Run(tmp_path / "run", parse_capture("none@nothing;last:1"))
    recorder = recorded.recorder
    for i in range(6):
        recorded.step(np.arange(200.0) + i)
        recorder.forward(
            recorded.op,
            "square",
            [recorded.parameter],
            [recorded.W],
            [recorder.new_variable()],
            [recorded.W * 2],
        )
    reader = recorded.read()
    seqs = np.flatnonzero(reader.index["kind"] == Kind.forward).tolist()
    assert not any(reader.body(seq).changed for seq in seqs)
