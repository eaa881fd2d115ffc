"""Typing in the Console: the line stays open until Escape, blocks take several lines, Tab asks the script."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input, Label

from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.screens.console_actions import indent_after, is_unfinished
from bpdebug.tui.widgets.prompt import Prompt
from tests.support.example_run import write_example_run
from tests.support.main_screen import notice, press
from tests.support.paused_script import PausedScript


@pytest.fixture
def live(tmp_path):
    script = PausedScript(tmp_path / "live")
    with LogReader(tmp_path / "live") as reader:
        yield script, DebuggerApp(Timeline(reader), script)
    script.recorder.close()


def rows(app):
    pane = app.main.workspace.panes["console"]
    return [row for y in range(pane.size.height) if (row := pane.render_line(y).text.rstrip())]


def line(app):
    mark = str(app.main.query_one("#prompt-mark", Label).content)
    return mark + app.main.query_one("#prompt-input", Input).value


async def test_the_line_stays_open_until_escape_so_that_letters_are_no_keys(live):
    script, app = live
    app.restart_script = lambda: pytest.fail("R restarted the script")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "o", "enter", *"R", "enter", "backspace", *"q", "enter")
        assert script.evaluated == ["R", "q"]
        script.on_answer(1, "7")
        await pilot.pause()
        assert rows(app)[-3:] == ["  >>> R", "  >>> q", "› 7"]
        assert line(app) == ">>> "
        await press(pilot, "up", "up")
        assert line(app) == ">>> R"
        await press(pilot, "escape")
        assert not app.main.query_one(Prompt).display
        assert app.main.workspace.current == "console"


async def test_who_looks_at_the_past_is_told_where_the_script_is(live):
    script, app = live
    for number in range(3):
        script.recorder.output("stdout", f"{number}\n")
    script.recorder.flush()
    script.paused_at = 3
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "o", "enter")
        assert "not at the one shown" not in app.main.query_one("#prompt-input", Input).placeholder
        await press(pilot, "escape", "S", "enter")
        assert (
            "runs at event 3, not at the one shown" in app.main.query_one("#prompt-input", Input).placeholder
        )


async def test_a_block_goes_on_until_an_empty_line_with_its_indentation(live):
    script, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "o", "enter", *"for i in x:", "enter")
        assert line(app) == "...     "
        await press(pilot, *"f(i)", "enter", "enter")
        assert script.evaluated == ["for i in x:\n    f(i)\n"]
        assert line(app) == ">>> "
        await press(pilot, *"if x:", "enter", "ctrl+c", "ctrl+c", *"y", "enter")
        assert script.evaluated[1:] == ["y"]
        assert script.pauses > 0


async def test_what_is_pasted_is_evaluated_as_a_whole(live):
    script, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "o", "enter")
        app.post_message(events.Paste("a = 1\r\nfor i in x:\n    a += i\na"))
        await pilot.pause()
        await pilot.pause()
        assert [row[:9] for row in rows(app)[-4:]] == ["  >>> a =", "  ... for", "  ...    ", "  ... a"]
        assert script.evaluated == ["a = 1\nfor i in x:\n    a += i\na\n"]


async def test_tab_asks_the_script_and_takes_what_all_names_have_in_common(live):
    script, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "o", "enter", *"model.l", "tab")
        assert script.completed == ["model.l"]
        script.on_answer(1001, "model.layer1\nmodel.layer2")
        await pilot.pause()
        assert line(app) == ">>> model.layer"
        assert "model.layer1 model.layer2" in notice(app)
        await press(pilot, "tab", "tab")
        assert line(app) == ">>> model.layer2"
        assert not script.evaluated


async def test_the_answer_to_a_line_that_was_changed_meanwhile_is_not_put_in(live):
    script, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "o", "enter", *"mod", "tab", "x")
        script.on_answer(1001, "model")
        await pilot.pause()
        assert line(app) == ">>> modx"


async def test_the_last_line_of_a_traceback_stands_out(live):
    script, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "o", "enter", *"1/0", "enter")
        script.on_answer(1, 'Traceback (most recent call last):\n  File "<console>"\nZeroDivisionError: no')
        await pilot.pause()
        assert rows(app)[-3:] == [
            "› Traceback (most recent call last):", '›   File "<console>"', "! ZeroDivisionError: no",
        ]  # fmt: skip


async def test_over_a_recording_expressions_are_completed_and_evaluated(tmp_path):
    with LogReader(write_example_run(tmp_path / "run")) as reader:
        app = DebuggerApp(Timeline(reader))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            app.main.go_to(reader.find("it0/backward/MLP.l1/linear"))
            await press(pilot, "o", "enter", *"norm(MLP.l1", "tab")
            assert line(app) == ">>> norm(MLP.l1.W"
            await press(pilot, "ctrl+u", *"q(x)", "enter", *"3>2", "enter")
            assert any(row.startswith("! ") and "norm(gx)" in row for row in rows(app))
            assert rows(app)[-1] == "› True"


@pytest.mark.parametrize(
    ("source", "unfinished"),
    [("1 + 1", False), ("for i in x:", True), ("for i in x:\n    i", True), ("f(1,", True), ("for", False)],
)
def test_a_statement_is_unfinished_as_in_the_interactive_python(source, unfinished):
    assert is_unfinished(source) is unfinished


def test_the_next_line_is_indented_as_the_last_and_more_behind_a_colon():
    assert [indent_after(text) for text in ("x", "for i in y:", "    a", "    if b: ")] == [
        "", "    ", "    ", "        ",
    ]  # fmt: skip
