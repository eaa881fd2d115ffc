"""A run that is being written is packed as it is at a moment, whatever becomes of its files meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpdebug.errors import ExportError
from bpdebug.log.reader import LogReader
from bpdebug.log.records import ReportedBody
from bpdebug.log.schema import Kind, segment_file
from bpdebug.log.writer import LogWriter
from bpdebug.packing import pack, pack_run, unpacked
from bpdebug.verify import verify_run


class Growing:
    """A run whose tensors go to a new segment each time."""

    def __init__(self, directory: Path) -> None:
        self.writer = LogWriter.create(directory)
        self.where = {"thread": self.writer.thread("MainThread"), "label": self.writer.text("a")}
        self.count = 0
        self.segments: list[int] = []

    def grow(self) -> None:
        self.segments.append(self.writer.store.staging.begin_segment())
        row = self.writer.tensor(np.full(50, self.count))
        self.count += 1
        self.writer.append(Kind.reported, ReportedBody("a", 1, row), ordinal=self.count, **self.where)
        self.writer.flush()

    def drop(self) -> None:
        path = self.writer.directory / segment_file(self.segments[0])
        assert path.exists()
        self.writer.drop_segments(self.segments[:1], "only the last ones are kept")
        self.writer.flush()
        assert not path.exists()


@pytest.fixture
def growing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run = Growing(tmp_path / "run")
    run.grow()
    run.grow()
    yield run
    run.writer.close()


def events_in(packed: Path) -> int:
    with unpacked(packed) as directory, LogReader(directory) as reader:
        found = verify_run(reader)
        assert found.whole, found.lines
        return len(reader)


def test_a_segment_may_go_while_another_file_is_packed(growing, tmp_path) -> None:
    dropped = []

    def tell(done: int, total: int) -> None:
        if not dropped:
            dropped.append(done)
            growing.drop()

    pack_run(tmp_path / "run", tmp_path / "run.bpd", tell=tell)
    assert events_in(tmp_path / "run.bpd") == 2


@pytest.mark.parametrize("step", ["drop", "grow"])
def test_a_segment_may_go_or_come_once_all_are_listed(growing, tmp_path, monkeypatch, step) -> None:
    real, steps = pack.open_regular, []

    def open_regular(path: Any) -> int:
        if not steps:
            steps.append(step)
            getattr(growing, step)()
        return real(path)

    monkeypatch.setattr(pack, "open_regular", open_regular)
    pack_run(tmp_path / "run", tmp_path / "run.bpd")
    assert events_in(tmp_path / "run.bpd") == growing.count


def test_another_file_that_goes_is_told(growing, tmp_path, monkeypatch) -> None:
    def removed(path: Any) -> int:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(pack, "open_regular", removed)
    with pytest.raises(ExportError, match="No such file"):
        pack_run(tmp_path / "run", tmp_path / "run.bpd")
    assert not (tmp_path / "run.bpd").exists()
