"""The Explain pane: what it says of an event and an element, where it leads, and the check of a step."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug.errors import CannotRerun
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.panes.explain import ExplainPane
from engine import Variable
from tests.support.pane_host import PaneHost, screen_text
from tests.support.watched import MLP, Watched, step

STEP = "it0/backward/MLP.l1/linear"


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    watched = Watched(tmp_path_factory.mktemp("explain-pane") / "run")
    step(MLP())
    watched.read().close()
    return watched.directory


@pytest.fixture
def timeline(directory):
    with LogReader(directory) as reader:
        timeline = Timeline(reader)
        timeline.runner = EngineOps(engine)
        yield timeline


def moment_at(timeline, address):
    return timeline.moment(timeline.reader.find(address))


async def shows(pilot, *texts):
    """Wait until all of the texts stand on the screen; bounded."""
    for _ in range(400):
        await pilot.pause()
        if all(text in screen_text(pilot.app) for text in texts):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{texts} not in\n{screen_text(pilot.app)}")


async def test_it_explains_the_largest_element_of_what_the_event_made(timeline):
    pane = ExplainPane()
    async with PaneHost(pane).run_test(size=(80, 40)) as pilot:
        pane.show(moment_at(timeline, STEP), timeline)
        await shows(pilot, "gW[", "Σ gy[n,", "recorded", "from here to the loss", "MLP/sigmoid")
        assert pane.subtitle.startswith("gW[")
        assert "Σ gy[n," in pane.copy_text()[1]


async def test_an_element_that_was_asked_for_stays_chosen_while_stepping(timeline):
    pane = ExplainPane()
    async with PaneHost(pane).run_test(size=(80, 40)) as pilot:
        pane.show(moment_at(timeline, STEP), timeline)
        pane.ask("gW", (2, 1))
        await shows(pilot, "gW[2,1] =")
        pane.show(moment_at(timeline, "it0/forward/MLP/sigmoid"), timeline)  # has no gW
        await shows(pilot, "y[")
        pane.show(moment_at(timeline, STEP), timeline)
        await shows(pilot, "gW[2,1] =")


async def test_enter_follows_the_gradient_towards_the_loss(timeline):
    pane = ExplainPane()
    async with PaneHost(pane).run_test(size=(80, 40)) as pilot:
        pane.show(moment_at(timeline, STEP), timeline)
        pane.ask("gW", (1, 0))
        await shows(pilot, "gW[1,0] =", "from here to the loss")
        followed = pane.answer().explanation.followed
        await pilot.press("enter")
        assert pilot.app.asked == [timeline.reader.find("it0/backward/MLP/sigmoid")]
        pane.show(moment_at(timeline, "it0/backward/MLP/sigmoid"), timeline)
        await shows(pilot, followed.replace("gy", "gx") + " =")


async def test_at_the_end_of_the_way_enter_says_so(timeline):
    pane = ExplainPane()
    async with PaneHost(pane).run_test(size=(80, 40)) as pilot:
        pane.show(moment_at(timeline, "it0/backward/mean_squared_error"), timeline)
        await shows(pilot, "ga[")
        await pilot.press("enter")
        assert pilot.app.asked == []
        assert "end of the way" in pilot.app.notices[0]


async def test_k_checks_the_gradients_of_the_step(timeline):
    pane = ExplainPane()
    async with PaneHost(pane).run_test(size=(80, 40)) as pilot:
        pane.show(moment_at(timeline, STEP), timeline)
        await pilot.press("k")
        await shows(pilot, "gradient check of linear", "gW: right", "gb: right")
        pane.show(timeline.moment(0), timeline)
        await pilot.press("k")
        assert "only a backward step" in pilot.app.notices[0]


async def test_the_events_tensors_are_gone_through(timeline):
    pane = ExplainPane()
    async with PaneHost(pane).run_test(size=(80, 40)) as pilot:
        pane.show(moment_at(timeline, STEP), timeline)
        await shows(pilot, "gW[")
        await pilot.press("greater_than_sign")
        await shows(pilot, "gb[")


async def test_what_cannot_be_explained_is_said(timeline, tmp_path):
    watched = Watched(tmp_path / "sums")
    F.cumsum(Variable(np.ones(3, "f")), axis=0)
    pane = ExplainPane()
    async with PaneHost(pane).run_test(size=(80, 20)) as pilot:
        pane.show(timeline.moment(0), timeline)
        await shows(pilot, "this event made nothing that could be explained")
        other = ExplainPane()
        await pilot.app.mount(other)
        pane.display = False
        with watched.read() as reader:
            sums = Timeline(reader)  # without a runner
            other.show(sums.moment(0), sums)
            await shows(pilot, "Cumsum has no rule of its own")


async def test_of_values_that_were_not_kept_it_says_why(tmp_path):
    watched = Watched(tmp_path / "run", "stats")
    step(MLP())
    pane = ExplainPane()
    async with PaneHost(pane).run_test(size=(80, 20)) as pilot:
        with watched.read() as reader:
            timeline = Timeline(reader)
            pane.show(moment_at(timeline, STEP), timeline)
            await shows(pilot, "not captured, because the run kept statistics only (--capture stats)")


async def test_enter_in_the_tensor_pane_explains_the_element_under_the_cursor(timeline):
    app = DebuggerApp(timeline)
    async with app.run_test(size=(120, 40)) as pilot:
        app.main.go_to(timeline.reader.find(STEP))
        await pilot.pause()
        app.main.workspace.choose("tensor")
        await shows(pilot, "gradient out")
        await pilot.press("down", "right", "enter")
        await shows(pilot, "gW[1,1] =")
        assert app.main.workspace.current == "explain"


async def test_what_a_running_script_refuses_is_asked_again_when_it_is_paused(tmp_path):
    watched = Watched(tmp_path / "sums")
    F.cumsum(Variable(np.ones(3, "f")), axis=0)

    class Refusing:
        """Refuses once, as a script does that isn't paused."""

        def __init__(self):
            self.refused = 0

        def run(self, call, dtype=None, x=None):
            if not self.refused:
                self.refused += 1
                raise CannotRerun("it is not paused")
            return EngineOps(engine).run(call, dtype, x)

    with watched.read() as reader:
        timeline = Timeline(reader)
        timeline.runner, timeline.live = Refusing(), True
        pane = ExplainPane()
        async with PaneHost(pane).run_test(size=(80, 20)) as pilot:
            pane.show(timeline.moment(0), timeline)
            await shows(pilot, "it is not paused")
            pane.show(timeline.moment(0), timeline)
            await shows(pilot, "y[2] = 3")
