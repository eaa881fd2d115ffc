"""The Graph pane: nodes and their state, strips of gradient, and where Enter leads."""

from __future__ import annotations

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.panes.graph import GraphPane
from bpdebug.tui.panes.graph_ops import AHEAD, CURRENT, DONE, VISITED
from engine import optimizers
from tests.support.example_run import write_example_run
from tests.support.pane_host import PaneHost, screen_lines, screen_text
from tests.support.watched import MLP, Watched, X, step


@pytest.fixture(scope="module")
def timeline(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("runs") / "example")) as reader:
        yield Timeline(reader)


async def test_nodes_show_where_the_pass_is_in_both_directions(timeline):
    host = PaneHost(GraphPane())
    async with host.run_test(size=(90, 20)) as pilot:
        host.pane.show(timeline.moment(timeline.reader.find("it0/forward/MLP/sigmoid")), timeline)
        await pilot.pause()
        nodes = [line[1] for line in screen_lines(host) if line[1:2] in (AHEAD, CURRENT, DONE, VISITED)]
        assert nodes == [DONE, CURRENT, AHEAD, AHEAD]
        assert "values flow down" in screen_text(host)
        host.pane.show(timeline.moment(timeline.reader.find("it0/backward/MLP.l2/linear")), timeline)
        await pilot.pause()
        nodes = [line[1] for line in screen_lines(host) if line[1:2] in (AHEAD, CURRENT, DONE, VISITED)]
        assert nodes == [DONE, DONE, CURRENT, VISITED]
        assert "2 of 4 visited" in screen_text(host)


async def test_a_visited_op_shows_the_norm_of_the_gradient_that_left_it(timeline):
    host = PaneHost(GraphPane())
    step = timeline.reader.find("it0/backward/MLP.l2/linear")
    async with host.run_test(size=(90, 20)) as pilot:
        host.pane.show(timeline.moment(step), timeline)
        await pilot.pause()
        norm = timeline.moment(step).tensor("gx").statistics().l2
        line = next(line for line in screen_lines(host) if CURRENT in line)
        assert float(line.split()[-1]) == pytest.approx(norm, rel=1e-3)
        assert "█" in line
        heading = next(at for at, line in enumerate(screen_lines(host)) if "arrived |gy|" in line)
        layers = screen_lines(host)[heading + 1 : heading + 5]
        assert float(layers[2].split()[-1]) == pytest.approx(norm, rel=1e-3)
        assert "no gradient yet" in layers[0]


@pytest.mark.parametrize("width", [30, 40, 54, 62, 80, 120, 198])
async def test_at_every_width_a_layer_has_a_bar_for_what_arrived_and_one_for_what_left(timeline, width):
    host = PaneHost(GraphPane())
    async with host.run_test(size=(width, 30)) as pilot:
        host.pane.show(timeline.moment(timeline.reader.find("it1/update/MLP.l1.W")), timeline)
        await pilot.press("v", "v")
        await pilot.pause()
        heading, _, *layers = screen_lines(host)[1:6]
        bars = [[part for part in line.split(" ") if "█" in part] for line in layers]
        assert [len(found) for found in bars] == [2, 2, 2], layers
        assert "linear" in layers[1], "the end of a path is what tells layers apart"
        assert len(heading.split()) >= 3
        assert all(len(line.rstrip()) <= width for line in layers)


async def test_a_layer_that_the_walk_is_still_in_is_not_said_to_need_no_gradient(tmp_path):
    watched = Watched(tmp_path / "run")
    x = engine.Variable(np.ones(2, np.float32))
    F.sum(F.exp(F.relu(x))).backward()
    timeline = Timeline(watched.read())
    host = PaneHost(GraphPane())
    async with host.run_test(size=(90, 20)) as pilot:
        for address, said in (("exp", "not yet"), ("relu", "█")):
            host.pane.show(timeline.moment(timeline.reader.find(f"it0/backward/{address}")), timeline)
            await pilot.pause()
            row = next(line for line in screen_lines(host) if "relu exp sum" in line)
            assert said in row.rpartition("1.0")[2] if said == "not yet" else "not yet" not in row


async def test_an_op_without_a_gradient_says_why(tmp_path):
    watched = Watched(tmp_path / "run")
    model = MLP()
    optimizer = optimizers.SGD().setup(model)
    F.exp(model(X))  # in the graph, but of no loss
    step(model, optimizer)
    timeline = Timeline(watched.read())
    host = PaneHost(GraphPane())
    async with host.run_test(size=(90, 20)) as pilot:
        host.pane.show(timeline.moment(len(timeline) - 1), timeline)
        await pilot.pause()
        assert timeline.moment(len(timeline) - 1).phase.name == "update"
        rows = [line for line in screen_lines(host) if line[1:2] in (DONE, VISITED)]
        assert [row for row in rows if "not reached" in row] == rows[:4]


@pytest.mark.parametrize("theme", ["textual-dark", "ansi-dark"])
async def test_lanes_are_as_strong_as_the_gradients_in_them(tmp_path, theme):
    watched = Watched(tmp_path / "run")
    x = engine.Variable(np.ones(2, np.float32))
    weak, strong, ordinary = x * 1e-7, x * 1e4, x * 1.0
    F.sum((weak * 1e-7 + strong * 1e4) + ordinary).backward()
    timeline = Timeline(watched.read())
    host = PaneHost(GraphPane(), theme)
    async with host.run_test(size=(90, 30)) as pilot:
        backward = timeline.moment(len(timeline) - 1)
        host.pane.show(timeline.moment(0), timeline)
        await pilot.pause()
        assert not set("┃┆") & set("".join(line[:10] for line in screen_lines(host)))
        host.pane.show(backward, timeline)
        await pilot.pause()
        lanes = [line[:10] for line in screen_lines(host) if "mul" in line or "add" in line]
        assert any("┃" in line for line in lanes), lanes
        assert any("┆" in line for line in lanes), lanes
        assert any("│" in line for line in lanes), lanes


async def test_enter_goes_to_the_op_and_where_it_was_visited_to_its_backward_step(timeline):
    host = PaneHost(GraphPane())
    async with host.run_test(size=(80, 24)) as pilot:
        host.pane.show(timeline.moment(timeline.reader.find("it0/backward/MLP.l2/linear")), timeline)
        await pilot.press("home", "enter", "end", "enter")
        await pilot.pause()
        assert [timeline.reader.address(seq) for seq in host.asked] == [
            "it0/forward/MLP.l1/linear",
            "it0/backward/mean_squared_error",
        ]
        assert host.pane.copy_text() == ("address", "it0/forward/mean_squared_error")


@pytest.mark.parametrize("size", [(40, 8), (80, 22), (200, 60)])
@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
async def test_every_size_and_view_draws(timeline, size, theme):
    host = PaneHost(GraphPane(), theme)
    async with host.run_test(size=size) as pilot:
        host.pane.show(timeline.moment(timeline.reader.find("it0/backward/MLP.l1/linear")), timeline)
        for _ in range(3):
            await pilot.press("v")
            await pilot.pause()
            assert "MLP" in screen_text(host)


async def test_a_run_without_ops_is_told_so(timeline):
    host = PaneHost(GraphPane())
    async with host.run_test(size=(80, 24)) as pilot:
        host.pane.show(timeline.moment(0), timeline)
        await pilot.pause()
        host.pane._page = type(host.pane._page)(0, 0, 0, [], [], 0)
        host.pane._update()
        await pilot.press("enter")
        await pilot.pause()
        assert "No op in this iteration yet" in screen_text(host)
        assert host.notices
