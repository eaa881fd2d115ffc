"""A step draws anew only what it changes: most events report nothing and update no parameter."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet
from textual.widget import Widget

from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.panes.parameter_table import ParameterTable
from bpdebug.tui.widgets.line_plot import LinePlot
from bpdebug.tui.widgets.value_grid import ValueGrid
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


async def refreshed_by_a_step(pilot, app, monkeypatch, address):
    """(widget, whether it asks for a layout) of all refreshes by a step to the event at `address`, seen before."""
    seq = app.timeline.reader.find(address)
    for place in (seq, seq - 1):
        app.main.go_to(place)
        await pilot.pause(0.1)
    asked = []
    refresh = Widget.refresh

    def noting(self, *regions, layout=False, **options):
        asked.append((self, layout))
        return refresh(self, *regions, layout=layout, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Widget, "refresh", noting)
        await pilot.press("s")
        await pilot.pause(0.1)
    assert app.main.navigator.seq == seq
    return asked


@pytest.mark.parametrize("address", ["it1/forward/MLP.l2/linear", "it1/forward/MLP.l2/exit"])
async def test_a_step_from_tensors_to_none_or_back_lays_out_nothing(app, monkeypatch, address):
    async with app.run_test(size=(200, 60)) as pilot:
        asked = await refreshed_by_a_step(pilot, app, monkeypatch, address)
        assert asked
        assert not [widget for widget, layout in asked if layout]


async def test_numbers_that_are_gone_are_not_cleared_again(app, monkeypatch):
    async with app.run_test(size=(200, 60)) as pilot:
        asked = await refreshed_by_a_step(pilot, app, monkeypatch, "it1/forward/MLP.l1/enter")
        assert not [widget for widget, _ in asked if isinstance(widget, ValueGrid)]


FIRST_FRAME = """
import asyncio, sys
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp

async def draw():
    with LogReader(sys.argv[1]) as reader:
        app = DebuggerApp(Timeline(reader))
        async with app.run_test(size=(200, 60)) as pilot:
            await pilot.pause()
            print(*sys.modules)

asyncio.run(draw())
"""


def test_the_first_frame_waits_for_nothing_that_it_does_not_show(tmp_path, monkeypatch):
    """What explains, compares, exports, finds faults or reads conditions is imported when it is asked for."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    run = str(write_example_run(tmp_path / "run"))
    loaded = subprocess.check_output([sys.executable, "-c", FIRST_FRAME, run], text=True).split()
    assert "bpdebug.tui.panes.explain" in loaded
    later = ("conditions", "diagnosis", "diff", "explain", "exporters", "formula", "gradcheck", "packing")
    names = {f"bpdebug.{name}" for name in later} | {"numpy.ma"}
    assert not names & set(loaded)


async def test_each_widget_is_styled_once_until_the_first_frame(app, monkeypatch):
    styled = Counter()
    apply = Stylesheet.apply

    def counting(self, node, **options):
        styled[node] += 1
        return apply(self, node, **options)

    monkeypatch.setattr(Stylesheet, "apply", counting)
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        grid = app.main.query_one(ValueGrid)
        table = app.main.query_one(ParameterTable)
        assert styled[grid] == styled[table] == 1


async def test_the_focus_goes_from_pane_to_pane_without_drawing_the_whole_screen(app, monkeypatch):
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause(0.1)
        asked = []
        refresh = Widget.refresh

        def noting(self, *regions, **options):
            asked.append(self)
            return refresh(self, *regions, **options)

        monkeypatch.setattr(Widget, "refresh", noting)
        await pilot.press("tab")
        await pilot.pause(0.1)
        assert app.main.workspace.current_pane in asked
        assert app.main not in asked


async def test_zooming_lays_the_screen_out_once(app, monkeypatch):
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause(0.1)
        laid_out = []
        reflow = Compositor.reflow

        def counting(self, *args):
            laid_out.append(args)
            return reflow(self, *args)

        monkeypatch.setattr(Compositor, "reflow", counting)
        for _ in range(2):
            laid_out.clear()
            await pilot.press("z")
            await pilot.pause(0.1)
            assert len(laid_out) == 1
