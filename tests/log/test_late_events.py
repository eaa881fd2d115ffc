"""Events that are completed after they were encoded: the others stay as they are, and where the index says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bpdebug.log import pending_events, writer
from bpdebug.log.reader import LogReader
from bpdebug.log.records import OutputBody, WarnedBody
from bpdebug.log.schema import NOTHING, Kind
from bpdebug.log.writer import LogWriter


class Late:
    """Gives a warning another text, and the number of its letters as its value."""

    def __init__(self, text: str) -> None:
        self._text = text

    def complete(self, body: WarnedBody, flags: int, value: float) -> tuple[int, float]:
        body.text = self._text
        return flags | 1, float(len(self._text))


@pytest.mark.parametrize("compiled", [True, False])
def test_late_events_are_whole_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiled: bool
) -> None:
    if not compiled:
        monkeypatch.setattr(writer, "PendingEvents", pending_events.PendingEventsInPython)
        monkeypatch.setattr(pending_events, "_WRITTEN_AT_ONCE", 8)
    rng, expected = random.Random(0), []
    log = LogWriter.create(tmp_path / "run")
    tail = (
        0,
        0,
        0,
        NOTHING,
        log.text("of it"),
        NOTHING,
        NOTHING,
        1,
        log.thread("main"),
        2,
        NOTHING,
        NOTHING,
        0,
        0.5,
    )
    for i in range(300):
        if i % 60 == 50:
            log.flush()
        late = i > 100 and rng.random() < 0.4
        text = "x" * rng.randrange(90) if late else f"as it was {i}"
        with log.mutex:
            if late:
                body = WarnedBody("", "to be replaced" * rng.randrange(5))
                log.add_late(body, (int(Kind.warned), *tail), Late(text))
            else:
                log.add(OutputBody("stdout", text), (int(Kind.output), *tail))
        expected.append((text, float(len(text)) if late else 0.5, 3 if late else 2))
    log.close()
    reader = LogReader(tmp_path / "run")
    assert not reader.problem
    found = [
        (reader.body(seq).text, float(row["value"]), int(row["flags"]))
        for seq, row in enumerate(reader.index)
    ]
    assert found == expected
