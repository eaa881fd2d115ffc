"""The frame of the panes: borders that can be dragged, the palette, copying, pictures, themes."""

from __future__ import annotations

import numpy as np
import pytest
from textual.command import CommandPalette

from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.commands import COMMANDS, run_command
from bpdebug.tui.copying import MOST_ELEMENTS, numpy_literal
from bpdebug.tui.layout import DEFAULT_SHARES, dragged, make_plan, valid_shares
from bpdebug.tui.palette import PaletteCommands
from bpdebug.tui.preferences import Preferences
from bpdebug.tui.widgets.prompt import Prompt


@pytest.fixture(autouse=True)
def own_directories(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def app(example):
    with LogReader(example) as reader:
        yield DebuggerApp(Timeline(reader))


@pytest.mark.parametrize(("size", "mode"), [((200, 60), "wide"), ((120, 40), "side"), ((90, 40), "stack")])
def test_a_dragged_border_comes_to_where_the_mouse_is(size, mode):
    width, height = size[0], size[1] - 2
    plan = make_plan(*size)
    assert plan.mode == mode
    for place, slot in enumerate(plan.slots):
        for x, y in ((slot.box.x + 4, -1), (-1, slot.box.y + 3)):
            moves_up = y >= 0 and slot.box.y
            if mode == "side":
                x, y = slot.box.x + 4, -1
            if not moves_up and not (x >= 0 and slot.box.x):
                continue
            shares = dragged(DEFAULT_SHARES, plan, slot, (x, y), (width, height))
            assert valid_shares(shares) == shares
            box = make_plan(*size, shares=shares).slots[place].box
            assert abs(box.x - x) <= 1 if x >= 0 else abs(box.y - y) <= 1


async def test_the_mouse_drags_borders_and_the_sizes_are_kept(app):
    async with app.run_test(size=(120, 40)) as pilot:
        workspace = app.main.workspace
        edge = workspace.plan.slots[1].box.x - 1
        await pilot.mouse_down(offset=(edge, 10))
        await pilot.hover(offset=(edge + 12, 10))
        await pilot.mouse_up(offset=(edge + 12, 10))
        await pilot.pause()
        assert abs(workspace.plan.slots[1].box.x - (edge + 12)) <= 1
        assert Preferences.load().shares == workspace.shares != DEFAULT_SHARES
        await pilot.resize_terminal(90, 40)
        await pilot.pause()
        line = workspace.plan.slots[1].box.y
        await pilot.mouse_down(offset=(60, line + 1))
        await pilot.hover(offset=(60, line - 4))
        await pilot.mouse_up(offset=(60, line - 4))
        await pilot.pause()
        assert abs(workspace.plan.slots[1].box.y - (line - 5)) <= 1


async def test_the_palette_offers_every_command_and_what_every_key_does(app):
    async with app.run_test(size=(100, 40)) as pilot:
        app.main.workspace.choose("tensor")
        await pilot.pause()
        offered = [hit async for hit in PaletteCommands(app.main).discover()]
        titles = [str(hit.display) for hit in offered]
        assert all(any(title.startswith(command.name) for title in titles) for command in COMMANDS)
        live = [one.binding for one in app.main.active_bindings.values() if one.binding.id and one.enabled]
        assert {one.description for one in live if "digit" not in one.action} <= set(titles)
        await pilot.press("ctrl+p")
        assert isinstance(app.screen, CommandPalette)
        await pilot.press("escape")
        found = [hit async for hit in PaletteCommands(app.main).search("next iteration")]
        assert "next iteration" in [str(hit.match_display) for hit in found]
        await next(hit for hit in offered if str(hit.display) == "next iteration").command()
        await pilot.pause()
        assert app.main.moment.iteration == 1


async def test_a_command_that_needs_more_is_begun_in_the_prompt(app):
    async with app.run_test(size=(100, 40)) as pilot:
        offered = [hit async for hit in PaletteCommands(app.main).discover()]
        next(hit for hit in offered if str(hit.display).startswith("goto")).command()
        await pilot.pause()
        await pilot.press(*"7", "enter")
        await pilot.pause()
        assert app.main.navigator.seq == 7
        assert not app.main.query_one(Prompt).display


async def test_values_rows_tensors_and_addresses_are_copied(app):
    async with app.run_test(size=(100, 40)) as pilot:
        app.main.go_to(app.timeline.reader.find("it0/forward/MLP.l1/linear"))
        app.main.workspace.choose("tensor")
        await pilot.pause()
        tensor = app.main.moment.tensor("y").array()
        await pilot.press("Y")
        assert np.array_equal(eval(app.clipboard, {"np": np}), tensor)
        assert run_command(app.main, "copy row") == ""
        assert np.array_equal(eval(app.clipboard, {"np": np}), tensor[0])
        run_command(app.main, "copy address")
        assert app.clipboard == "it0/forward/MLP.l1/linear"
        run_command(app.main, "copy everything")
        assert "value, row, tensor, address" in app.main.notice


@pytest.mark.parametrize(
    "array",
    [
        np.array([[0.1, np.nan], [np.inf, -0.0]], np.float32),
        np.arange(2000, dtype=np.int16).reshape(2, 1000),
        np.array(True),
        np.zeros((0, 3), np.float64),
        np.array([1 + 2j]),
        np.array([], np.float16),
    ],
)
def test_a_literal_reads_back_as_the_same_array(array):
    back = eval(numpy_literal(array), {"np": np, "array": np.array})
    assert back.dtype == array.dtype
    assert np.array_equal(back, array, equal_nan=array.dtype.kind in "fc")


def test_a_huge_array_is_not_copied():
    with pytest.raises(ValueError, match="too many"):
        numpy_literal(np.zeros(MOST_ELEMENTS + 1))


async def test_a_picture_of_the_screen_is_written(app, tmp_path):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        run_command(app.main, f"screenshot {tmp_path / 'screen.svg'}")
        assert (tmp_path / "screen.svg").read_text().startswith("<svg")
        run_command(app.main, f"screenshot {tmp_path / 'no' / 'screen.svg'}")
        assert "No such file" in app.main.notice


@pytest.mark.parametrize("theme", ["mono-dark", "mono-light"])
async def test_a_theme_without_colour_shows_signs_in_the_heat_map(app, theme):
    async with app.run_test(size=(140, 40)) as pilot:
        run_command(app.main, f"theme {theme}")
        app.main.go_to(app.timeline.reader.find("it0/forward/MLP.l1/linear"))
        app.main.workspace.choose("tensor")
        await pilot.press("v", "v")
        await pilot.pause()
        rows = [strip.text for strip in app.screen._compositor.render_strips()]
        assert any("+█" in row or "-█" in row for row in rows)
        assert Preferences.load().theme == theme
