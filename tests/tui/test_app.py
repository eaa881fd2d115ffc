"""The screen as a whole: keys lead to moves, moves to panes; few presses, each waits for its frame."""

from __future__ import annotations

import json

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.widgets import Input

from bpdebug import exporters
from bpdebug.log.schema import Kind
from bpdebug.stepping import Breakpoint
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.pane_table import PANES, PLACES
from bpdebug.tui.preferences import Preferences
from bpdebug.tui.screens.help import HelpScreen
from bpdebug.tui.widgets.prompt import Prompt
from tests.support.example_run import NAN_ADDRESS, SCRIPT_PATH, line_of
from tests.support.main_screen import at, notice, press, status


async def test_keys_step_forward_and_back(app):
    async with app.run_test(size=(80, 24)) as pilot:
        assert "REPLAY" in status(app)
        assert "event 0 of" in status(app)
        await press(pilot, "s", "s", "S")
        assert app.main.navigator.seq == app.main.moment.seq == 1
        await press(pilot, "G")
        assert "finished" in at(app)
        await press(pilot, "g")
        assert at(app) == "it0/setup/run_started"


async def test_a_count_before_a_step_repeats_it_and_shows_while_it_is_typed(app, monkeypatch):
    monkeypatch.setattr("bpdebug.tui.screens.main.WAIT_S", 60)  # a busy machine takes long between two digits
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "1", "0")
        assert "10" in status(app)
        await press(pilot, "s")
        assert app.main.navigator.seq == 10


async def test_a_lone_digit_goes_to_its_pane(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "3")
        for _ in range(50):  # a lone digit waits for a step that it may count
            if app.main.workspace.current == "tensor":
                break
            await pilot.pause(0.1)
        assert app.main.workspace.current == "tensor"
        assert app.main.workspace.plan.shown == ("tensor",)


async def test_crossing_over_goes_from_a_forward_op_to_its_backward_step_and_back(app):
    async with app.run_test(size=(120, 40)) as pilot:
        app.main.go_to(app.timeline.reader.find("it1/forward/MLP.l1/linear"))
        await press(pilot, "x")
        assert at(app) == "it1/backward/MLP.l1/linear"
        await press(pilot, "x")
        assert at(app) == "it1/forward/MLP.l1/linear"


async def test_all_panes_show_the_same_event_in_a_wide_terminal(app):
    async with app.run_test(size=(200, 60)) as pilot:
        app.main.go_to(app.timeline.reader.find("it1/backward/MLP.l2/linear"))
        await pilot.pause()
        main = app.main
        assert main.workspace.plan.shown == PLACES
        panes = main.workspace.panes
        assert panes["source"].cursor + 1 == line_of("return self.l2(h)")
        assert app.timeline.rows.row(panes["timeline"].cursor).seq == main.navigator.seq
        assert "第 0 步" in panes["console"].copy_text()[1]
        assert "第 1 步" not in panes["console"].copy_text()[1]


async def test_the_focus_stays_through_every_arrangement(app):
    async with app.run_test(size=(200, 60)) as pilot:
        await press(pilot, "tab", "tab", "tab")
        assert app.main.workspace.current == "weights"
        for size, mode in (
            ((120, 40), "side"),
            ((80, 40), "stack"),
            ((80, 24), "narrow"),
            ((200, 60), "wide"),
        ):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.main.workspace.plan.mode == mode
            assert app.main.focused is app.main.workspace.panes["weights"]
            assert app.main.focused.region.area > 0


async def test_a_terminal_that_is_too_small_is_told_so_and_recovers(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.resize_terminal(30, 8)
        await pilot.pause()
        assert app.main.query_one("#too-small").display
        assert "30x8" in str(app.main.query_one("#too-small").render())
        assert not app.main.workspace.display
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.main.workspace.display
        assert app.main.focused is app.main.workspace.panes["source"]


async def test_zoom_and_sizes_are_answered_and_sizes_are_kept(app, example):
    async with app.run_test(size=(200, 60)) as pilot:
        before = app.main.workspace.panes["source"].size
        await press(pilot, "plus")
        after = app.main.workspace.panes["source"].size
        assert after.width > before.width
        assert after.height > before.height
        await press(pilot, "z")
        assert app.main.workspace.plan.shown == ("source",)
        await press(pilot, "z")
        assert app.main.workspace.plan.shown == PLACES
    assert Preferences.load().shares == app.main.workspace.shares


async def test_breakpoints_are_set_on_the_line_in_source_and_on_the_op_elsewhere(app):
    async with app.run_test(size=(200, 60)) as pilot:
        app.main.go_to(app.timeline.reader.find("it0/forward/MLP.l1/linear"))
        await press(pilot, "b")
        assert app.main.navigator.breakpoints == [
            Breakpoint(path=SCRIPT_PATH, line=line_of("F.sigmoid(self.l1(x))"))
        ]
        await press(pilot, "b", "tab", "b")
        assert app.main.navigator.breakpoints == [
            Breakpoint(kind=Kind.forward, scope="MLP.l1", label="linear")
        ]
        await press(pilot, "c")
        assert at(app) == "it1/forward/MLP.l1/linear"
        assert "breakpoint" in status(app)


async def test_the_prompt_goes_to_an_address_and_explains_a_wrong_one(app):
    async with app.run_test(size=(100, 35)) as pilot:
        await press(pilot, "colon", *"goto it1/update/MLP.l1.W", "enter")
        assert at(app) == "it1/update/MLP.l1.W"
        assert app.main.focused is app.main.workspace.panes["source"]
        app.main.prompt_entered(":", "goto it1/update/MLP.l9.W")
        assert "MLP.l1.W" in notice(app)
        app.main.prompt_entered(":", "dance")
        assert notice(app).startswith("no command is called dance")
        app.main.prompt_entered(":", "it1/forward/MLP.l1/linear")
        assert at(app) == "it1/forward/MLP.l1/linear"
        app.main.prompt_entered(":", " 7 ")
        assert app.main.navigator.seq == 7


def type_at_once(app: DebuggerApp, *keys: str) -> None:
    """Put keys into the application's queue, as one read from the terminal does."""
    for key in keys:
        name = _character_to_key(key) if len(key) == 1 else key
        app.post_message(events.Key(name, key if len(key) == 1 else None))


@pytest.mark.parametrize(
    ("keys", "address"),
    [
        ((":", *"goto it1/update/MLP.l1.W", "enter", "s", "S"), "it1/update/MLP.l1.W"),
        ((":", *"goto it1/upd", "tab", "enter"), "it1/update"),
        (("/", *"backward l1 linear", "enter", "."), "it1/backward/MLP.l1/linear"),
        (("?", "escape", "]"), "it1"),
        ((":", "x", "escape", "]", "]"), "it2"),
    ],
)
async def test_keys_typed_at_once_with_the_one_that_opens_something_go_into_it(app, keys, address):
    async with app.run_test(size=(100, 35)) as pilot:
        await pilot.pause()
        app.main.go_to(app.timeline.reader.find("it0/forward/MLP.l1/linear"))
        type_at_once(app, *keys)
        for _ in range(20):
            await pilot.pause()
            if at(app).startswith(address):
                break
        assert at(app).startswith(address)
        assert app.screen is app.main
        assert not app.main.query_one(Prompt).display


async def test_what_is_typed_at_once_behind_the_digit_of_a_pane_is_for_that_pane(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.main.go_to(app.timeline.reader.find("it0/forward/MLP.l1/linear"))
        await pilot.pause()
        tensor = app.main.workspace.panes["tensor"]
        type_at_once(app, "3", "right", "enter")
        for _ in range(20):
            await pilot.pause()
            if app.main.workspace.current == "explain":
                break
        assert tensor.chosen_element()[1] == (0, 1)
        assert app.main.workspace.current == "explain"


async def test_digits_before_a_step_are_a_count_and_open_no_pane(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        type_at_once(app, "3", "s", "1", "0", "s", "2", "S")
        for _ in range(10):
            await pilot.pause()
        assert app.main.navigator.seq == 11
        assert app.main.workspace.current == "source"


async def test_keys_behind_the_one_that_opens_the_palette_are_looked_for_in_it(app):
    async with app.run_test(size=(100, 35)) as pilot:
        await pilot.pause()
        type_at_once(app, "ctrl+p", *"next iteration")
        for _ in range(5):
            await pilot.pause()
        assert app.screen.query_one(Input).value == "next iteration"
        assert app.main.navigator.seq == 0


async def test_pasted_text_and_enter_behind_it_are_one_line(app):
    async with app.run_test(size=(100, 35)) as pilot:
        await pilot.pause()
        app.post_message(events.Key("colon", ":"))
        app.post_message(events.Paste("goto it1/update/MLP.l1.W\nsecond line"))
        app.post_message(events.Key("enter", "\r"))
        await pilot.pause()
        await pilot.pause()
        assert at(app) == "it1/update/MLP.l1.W"


async def test_search_goes_to_events_by_words_of_their_address(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "slash", *"backward l1 linear", "enter")
        assert at(app) == "it0/backward/MLP.l1/linear"
        await press(pilot, "full_stop", "full_stop")
        assert at(app) == "it2/backward/MLP.l1/linear"
        await press(pilot, "comma")
        assert at(app) == "it1/backward/MLP.l1/linear"
        app.main.prompt_entered("/", "nosuchop")
        assert "nosuchop" in notice(app)


@pytest.mark.parametrize("typed", ["it1", "it 1", "iteration 1", "iteration1", "goto it1"])
async def test_an_iteration_is_gone_to_however_it_is_typed(app, typed):
    async with app.run_test(size=(80, 24)):
        app.main.prompt_entered(":", typed)
        index = app.timeline.reader.index
        assert (
            index["iteration"][app.main.navigator.seq - 1],
            index["iteration"][app.main.navigator.seq],
        ) == (0, 1)
        app.main.prompt_entered(":", typed.replace("1", "99"))
        assert notice(app) == "there is no iteration 99: the log has 0 to 2"
        app.main.prompt_entered(":", "iteration")
        assert "which iteration?" in notice(app)


async def test_the_prompt_exports(app, tmp_path):
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.prompt_entered(":", f"export {tmp_path / 'events.jsonl'}")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "written" in notice(app)
        app.main.prompt_entered(":", "export events.xyz")
        assert "jsonl" in notice(app)
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(len(app.timeline)))


async def test_the_prompt_says_what_an_export_lacks(app, tmp_path, monkeypatch):
    report = exporters.ExportReport(1200, 1, ("2 tensors left out",))
    monkeypatch.setattr(exporters, "export_run", lambda *_: report)
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.prompt_entered(":", "export run.npz")
        await app.workers.wait_for_complete()
        await pilot.pause()
        said = "1,200 events written to run.npz; 1 event of 1,200 could not be read; 2 tensors left out"
        assert notice(app) == said


async def test_copy_puts_the_line_or_the_address_on_the_clipboard(app):
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.go_to(app.timeline.reader.find("it0/forward/MLP.l1/linear"))
        await press(pilot, "y")
        assert app.clipboard.strip() == "h = F.sigmoid(self.l1(x))"
        await press(pilot, "tab", "y")
        assert app.clipboard == "it0/forward/MLP.l1/linear"


@pytest.mark.parametrize("pane", PANES)
async def test_help_lists_every_live_binding(app, pane):
    from bpdebug.tui.keymap import shown_key

    async with app.run_test(size=(80, 24)) as pilot:
        app.main.workspace.choose(pane)
        await pilot.pause()
        live = {key for key, one in app.main.active_bindings.items() if one.binding.description}
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpScreen)
        words = app.screen.text().plain.split()
        for key in live - set("0123456789") - {"f23"}:
            assert shown_key(key) in words, key
        assert "0..9" in words
        assert "space" not in words  # there is no script to run
        await press(pilot, "escape")
        assert app.screen is app.main


async def test_a_nan_is_marked_without_colour(app):
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.workspace.choose("timeline")
        app.main.go_to(app.timeline.reader.find(NAN_ADDRESS) - 1)
        await pilot.pause()
        pane = app.main.workspace.panes["timeline"]
        row = app.timeline.rows.row_of(app.timeline.reader.find(NAN_ADDRESS))
        assert pane.draw_row(row, 80).text.startswith(" !")


async def test_quitting_a_recorded_run_asks_nothing(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "q")
        assert not app.is_running


async def test_explain_and_gradcheck_can_be_asked_for_from_anywhere(app):
    async with app.run_test(size=(120, 40)) as pilot:
        main = app.main
        main.go_to(app.timeline.reader.find("it1/backward/MLP.l1/linear"))
        await pilot.pause()
        main.prompt_entered(":", "explain gW[2,1]")
        await pilot.pause()
        explain = main.workspace.panes["explain"]
        assert main.workspace.current == "explain"
        for _ in range(200):
            if explain.subtitle:
                break
            await pilot.pause(0.02)
        assert explain.subtitle == "gW[2,1]"
        main.prompt_entered(":", "explain gW[99,0]")
        await pilot.pause()
        assert "is outside" in notice(app)

        main.workspace.choose("timeline")
        await press(pilot, "K")
        assert main.workspace.current == "explain"
        for _ in range(200):
            if "gradient check of linear" in explain.copy_text()[1]:
                break
            await pilot.pause(0.02)
        assert "gradient check of linear" in explain.copy_text()[1]
