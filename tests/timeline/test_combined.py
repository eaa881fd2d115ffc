"""What is made of tensors element by element, for many events at once."""

from __future__ import annotations

import numpy as np
import pytest

from bpdebug.conditions.parser import parse
from bpdebug.log.schema import Kind
from bpdebug.timeline import combined
from bpdebug.timeline.bulk import NONE
from bpdebug.timeline.combined import is_of_contents
from bpdebug.timeline.recorded import RecordedEvents
from tests.support.asked_run import record_training


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abs(W.delta) > 3", True),
        ("-gx * gx", True),
        ("gx > loss", False),
        ("gx > 3 * std(gx)", False),
        ("gx * iteration", False),
    ],
)
def test_only_what_depends_on_contents_alone_is_remembered_by_them(text: str, expected: bool) -> None:
    assert is_of_contents(parse(text)) is expected


def test_each_combination_of_contents_is_measured_once(tmp_path, monkeypatch) -> None:
    reader = record_training(tmp_path / "run", lambda writer: lambda header: None)
    recorded = RecordedEvents(reader)
    measured: list[str] = []

    def counted(arrays, name):
        measured.append(name)
        return float(np.abs(arrays[0]).max())

    monkeypatch.setattr(combined, "measure", counted)
    seq = int(np.flatnonzero(reader.index["kind"] == Kind.param_updated)[0])
    body = reader.body(seq)
    node = parse("abs(W.delta)")
    rows = np.array([[body.after, body.after, body.after, 10**9], [body.before, NONE, body.before, NONE]])
    for _ in range(2):
        data, known = recorded.combined.measured(recorded, node, "max", {node.argument: rows})
        assert known.tolist() == [True, True, True, False]
        assert (
            data[0]
            == data[2]
            == pytest.approx(np.abs(reader.array(body.after).astype(float) - reader.array(body.before)).max())
        )
        assert data[1] == pytest.approx(np.abs(reader.array(body.after)).max())
    assert measured == ["max", "max"]
