"""A step draws anew only what it changes: most events report nothing and update no parameter."""

from __future__ import annotations

import pytest

from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.panes.parameter_table import ParameterTable
from bpdebug.tui.widgets.line_plot import LinePlot
from tests.support.example_run import write_example_run


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with LogReader(write_example_run(tmp_path / "run")) as reader:
        yield DebuggerApp(Timeline(reader))


async def lines_drawn(pilot, app, kind, monkeypatch, address):
    """How many lines of the widget of this kind are drawn when the person steps to the event at `address`."""
    seq = app.timeline.reader.find(address)
    app.main.go_to(seq - 1)
    await pilot.pause(0.1)
    drawn = []
    draw = kind.render_line

    def counting(self, y):
        drawn.append(y)
        return draw(self, y)

    with monkeypatch.context() as patch:
        patch.setattr(kind, "render_line", counting)
        await pilot.press("s")
        await pilot.pause(0.1)
    assert app.main.navigator.seq == seq
    return len(drawn)


async def test_a_step_that_updates_no_parameter_leaves_their_table_alone(app, monkeypatch):
    async with app.run_test(size=(200, 60)) as pilot:
        quiet = "it1/forward/MLP/sigmoid"
        assert await lines_drawn(pilot, app, ParameterTable, monkeypatch, quiet) == 0
        updated = "it1/update/MLP.l1.b"
        assert await lines_drawn(pilot, app, ParameterTable, monkeypatch, updated) > 0


async def test_a_step_that_reports_nothing_leaves_the_curve_alone(app, monkeypatch):
    async with app.run_test(size=(200, 60)) as pilot:
        quiet = "it1/forward/MLP/sigmoid"
        assert await lines_drawn(pilot, app, LinePlot, monkeypatch, quiet) == 0
        reported = "it1/forward/report:loss"
        assert await lines_drawn(pilot, app, LinePlot, monkeypatch, reported) > 0
