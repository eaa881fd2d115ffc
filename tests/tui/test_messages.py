"""What the screen says can be read in full, also later."""

from __future__ import annotations

import pytest

from bpdebug.log.reader import LogReader
from bpdebug.text import cell_width, message_lines
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.screens.messages import MessageHistory, MessagesScreen
from bpdebug.tui.widgets.message_box import MessageBox
from tests.support.example_run import write_example_run
from tests.support.main_screen import notice
from tests.support.paused_script import PausedScript

LONG = (
    "started anew; recorded in /home/ada/.local/state/bpdebug/runs/train-20260101-120000, and this goes on"
    " about why that is so for longer than any line of a terminal that has only eighty columns"
)


@pytest.fixture
def app(tmp_path):
    with LogReader(write_example_run(tmp_path / "example")) as reader:
        yield DebuggerApp(Timeline(reader))


@pytest.mark.parametrize("width", [20, 33, 78])
def test_a_message_is_whole_where_there_is_room_and_never_wider(width):
    lines = message_lines(LONG, width, 100)
    assert " ".join(lines).replace(" ", "") == LONG.replace(" ", "")
    assert all(cell_width(line) <= width for line in lines)


def test_a_message_that_is_too_long_gives_up_the_beginnings_of_paths_and_then_its_end():
    assert message_lines("kept in /home/ada/state/runs/train-1 for you", 40, 1) == [
        "kept in …/ada/state/runs/train-1 for you"
    ]
    assert message_lines("kept in /home/ada/state/runs/train-1 for you", 20, 1) == ["kept in …/train-1 f…"]
    assert message_lines("中文" * 10, 10, 2) == ["中文中文中", "文中文中 …"]
    assert message_lines("", 10, 1) == [""]


async def test_a_long_message_lies_over_the_panes_until_the_next_command(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.main.say("short")
        await pilot.pause()
        box = app.main.query_one(MessageBox)
        sizes = [pane.size for pane in app.main.workspace.panes.values()]
        assert not box.display
        app.main.say(LONG)
        await pilot.pause()
        assert " ".join(box.lines) == LONG
        assert (box.size.height, box.region.bottom) == (len(box.lines), 24)
        assert [pane.size for pane in app.main.workspace.panes.values()] == sizes
        await pilot.resize_terminal(400, 24)
        await pilot.pause()
        assert not box.display
        await pilot.resize_terminal(30, 8)  # too small for any of it
        await pilot.pause()
        assert not box.display
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert box.display
        await pilot.press("colon")  # what is typed into lies there
        await pilot.pause()
        assert not box.display
        await pilot.press("escape", "s")
        await pilot.pause()
        assert (notice(app), box.display) == ("", False)


async def test_where_an_op_fails_all_lines_of_the_exception_are_told(tmp_path):
    script = PausedScript(tmp_path / "live")
    script.recorder.op_failed(
        ValueError("\nin mse\n\nExpect: a.shape == b.shape\nActual: (2,) != (3,)"), "mse", []
    )
    script.recorder.flush()
    with LogReader(tmp_path / "live") as reader:
        app = DebuggerApp(Timeline(reader), script)
        async with app.run_test(size=(80, 24)) as pilot:
            app.main.go_to(1)
            await pilot.pause()
            whole = "ValueError in mse: in mse Expect: a.shape == b.shape Actual: (2,) != (3,)"
            assert notice(app) == whole
    script.recorder.close()


async def test_messages_are_kept_and_shown_with_the_latest_first(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.main.say(LONG)
        app.main.say("")
        app.main.prompt_entered(":", "nonsense")
        await pilot.press("M")
        await pilot.pause()
        assert isinstance(app.screen, MessagesScreen)
        text = app.screen.text().plain
        assert text.index("no command is called nonsense") < text.index(LONG)
        await pilot.press("M")
        await pilot.pause()
        assert app.screen is app.main


def test_what_is_said_twice_is_kept_once_and_not_for_ever():
    history = MessageHistory()
    for text in ("a", "a", "", "b", *map(str, range(1000))):
        history.add(text)
    texts = [text for _, text in history.latest_first()]
    assert (texts[0], len(texts)) == ("999", 200)
    history = MessageHistory()
    for text in ("a", "a", "", "b"):
        history.add(text)
    assert [text for _, text in history.latest_first()] == ["b", "a"]
