"""The Findings pane: what the rules say, on the screen."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pane_host import PaneHost, screen_text
from watched import MLP, T, Watched, X

import engine.functions as F
from bpdebug.diagnosis import apart, diagnose
from bpdebug.errors import BpdebugError
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui import findings_worker
from bpdebug.tui.panes.findings import FindingsPane
from engine import optimizers


def record(directory: Path, clears: bool) -> LogReader:
    """A few steps of a training that clears its gradients, or forgets to."""
    watched = Watched(directory)
    np.random.seed(0)
    model = MLP()
    optimizer = optimizers.SGD(lr=0.1).setup(model)
    model.cleargrads()
    for _ in range(5):
        loss = F.mean_squared_error(model(X), T)
        if clears:
            model.cleargrads()
        loss.backward()
        optimizer.update()
    return watched.read()


async def look(pane: FindingsPane) -> None:
    """Wait until the rules have looked at the run."""
    for _ in range(6000):
        if pane._worker.findings is not None and not pane._worker.busy:
            break
        await asyncio.sleep(0.02)


@pytest.fixture
def faulty(tmp_path: Path) -> LogReader:
    return record(tmp_path / "run", clears=False)


async def test_a_fault_is_listed_with_its_line_and_what_to_try(faulty: LogReader) -> None:
    timeline = Timeline(faulty)
    pane = FindingsPane()
    app = PaneHost(pane)
    async with app.run_test(size=(100, 24)) as pilot:
        pane.show(timeline.moment(len(timeline) - 1), timeline)
        await look(pane)
        await pilot.pause()
        text = screen_text(app)
        assert "1 finding" in text
        assert "missing-cleargrads" in text
        assert "where: MLP" in text
        assert "try: Call model.cleargrads()" in text
        await pilot.press("enter")
        finding = pane._worker.findings[0]
        assert app.asked == [finding.seq]


async def test_a_sound_run_says_so(tmp_path: Path) -> None:
    timeline = Timeline(record(tmp_path / "run", clears=True))
    pane = FindingsPane()
    app = PaneHost(pane)
    async with app.run_test(size=(80, 12)) as pilot:
        pane.show(timeline.moment(0), timeline)
        await look(pane)
        await pilot.pause()
        assert "nothing found" in screen_text(app)


async def test_a_log_that_grows_is_looked_at_again(faulty: LogReader) -> None:
    timeline = Timeline(faulty)
    timeline.live = True
    pane = FindingsPane()
    async with PaneHost(pane).run_test(size=(80, 12)):
        pane.show(timeline.moment(0), timeline)
        await look(pane)
        pane._worker.looked_at = 3
        pane._worker._ended_at = -1e9
        pane.grown()
        await look(pane)
        assert pane._worker.looked_at == len(timeline)


async def test_a_look_that_stops_short_says_so(faulty: LogReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_worker, "MAX_EVENTS", 12)
    timeline = Timeline(faulty)
    pane = FindingsPane()
    app = PaneHost(pane)
    async with app.run_test(size=(100, 12)) as pilot:
        pane.show(timeline.moment(0), timeline)
        await look(pane)
        await pilot.pause()
        assert f"first 12 of {len(timeline)} events only; bpdebug check RUN looks further" in screen_text(app)


async def test_a_pane_that_is_closed_ends_the_process_of_the_rules(
    faulty: LogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[apart.DiagnosisApart] = []
    begin = apart.DiagnosisApart.__init__

    def noted(self: apart.DiagnosisApart, *args: Any) -> None:
        begin(self, *args)
        started.append(self)

    monkeypatch.setattr(apart.DiagnosisApart, "__init__", noted)
    timeline = Timeline(faulty)
    pane = FindingsPane()
    async with PaneHost(pane).run_test(size=(80, 12)):
        pane.show(timeline.moment(0), timeline)
        while not started:
            await asyncio.sleep(0.01)
    assert started[0]._process.wait(60) != 0


def test_the_rules_in_a_process_of_their_own_say_the_same(faulty: LogReader) -> None:
    found, looked_at = apart.DiagnosisApart(faulty.directory, 1000).result()
    assert found == diagnose(faulty, max_events=1000)
    assert found
    assert looked_at == len(faulty)


def test_a_log_that_cannot_be_looked_at_is_told(tmp_path: Path) -> None:
    with pytest.raises(BpdebugError, match="nowhere"):
        apart.DiagnosisApart(tmp_path / "nowhere", 1000).result()


def test_the_process_of_the_rules_ends_when_nobody_waits_for_it(faulty: LogReader) -> None:
    running = apart.DiagnosisApart(faulty.directory, 1000)
    assert running._process.stdin is not None
    running._process.stdin.close()
    assert running._process.wait(60) == 1
    with pytest.raises(BpdebugError, match="without an answer"):
        running.result()
