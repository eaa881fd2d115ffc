"""What rules are told of the tensors of a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bpdebug.capture import parse_capture
from bpdebug.diagnosis.facts.values import Values
from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder, flight_recorder


@pytest.mark.parametrize("capture", ["last:2", "stats", "full"])
def test_values_are_known_where_the_reader_has_no_reason_for_their_absence(
    capture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    writer = LogWriter.create(tmp_path / "run")
    recorder = Recorder(writer, plan=parse_capture(capture))
    op = writer.op("Square", "square", ["x"], ["y"])
    recorder.run_started(["a.py"], "a.py", "/", {}, [], "")
    for i in range(5):
        x = np.arange(200.0) + 1000 * i
        recorder.phase_of_call(True)
        recorder.forward(op, "square", [recorder.new_variable()], [x], [recorder.new_variable()], [x * x])
        recorder.update_started("SGD", {}, 1)
        recorder.update_finished()
    recorder.run_finished(0, "the script ended")
    recorder.close()
    with LogReader(tmp_path / "run") as reader:
        values = Values(reader)
        known = [values.known(row) for row in range(reader.tensor_count)]
        assert known == [not reader.why_not_captured(row) for row in range(reader.tensor_count)]
        assert set(known) == {"last:2": {False, True}, "stats": {False}, "full": {True}}[capture]
        assert not any(values.known(row) for row in (None, -1, reader.tensor_count))
