"""The Console pane over a recorded run."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from bpdebug.timeline import Timeline
from bpdebug.tui.panes import console
from bpdebug.tui.panes.console import ConsolePane
from bpdebug.tui.panes.console_answers import row_starts

WRITES = [
    ("stdout", "one\n"),
    ("stderr", "\x1b[31mbad\x1b[0m thing\n"),
    ("stdout", "\r 10%"),
    ("stdout", "\r 90%"),
    ("stdout", "\n宽字符\n"),
    ("stdout", "x" * 100 + "\n"),
]


class PaneApp(App[None]):
    CSS_PATH = "../../bpdebug/tui/bpdebug.tcss"

    def compose(self) -> ComposeResult:
        yield ConsolePane()


@pytest.fixture
def timeline(tmp_path):
    recorder = Recorder(LogWriter.create(tmp_path / "run", script="a.py"))
    recorder.run_started(["a.py"], "a.py", "/", {"python": "3"}, ["cpu"], "0")
    for stream, text in WRITES:
        recorder.output(stream, text)
    recorder.close()
    with LogReader(tmp_path / "run") as reader:
        yield Timeline(reader)


def shown(pane: ConsolePane) -> list[str]:
    """The rows that aren't empty, without the hint below them."""
    lines = [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]
    return [line for line in lines if line and not line.startswith("  >>> Enter types")]


async def show(pilot, timeline, seq: int) -> ConsolePane:
    pane = pilot.app.query_one(ConsolePane)
    pane.show(timeline.moment(seq), timeline)
    await pilot.pause()
    return pane


async def test_at_the_head_all_output_is_there_and_stderr_has_a_mark(timeline):
    async with PaneApp().run_test(size=(60, 12)) as pilot:
        pane = await show(pilot, timeline, len(timeline) - 1)
        assert shown(pane) == ["  one", "! bad thing", "   90%", "  宽字符", "  " + "x" * 58, "  " + "x" * 42]


async def test_in_history_there_is_what_was_printed_by_then_and_a_word_about_the_rest(timeline):
    async with PaneApp().run_test(size=(60, 12)) as pilot:
        pane = await show(pilot, timeline, 3)
        assert shown(pane) == ["  one", "! bad thing", "   10%", "  3 later writes not shown"]
        await show(pilot, timeline, len(timeline) - 1)
        pane = await show(pilot, timeline, 0)
        assert shown(pane) == ["  Nothing was printed up to this event.", "  6 later writes not shown"]
        assert pane.subtitle == "6 writes later"


async def test_going_back_and_forth_gives_the_same_lines(timeline):
    async with PaneApp().run_test(size=(60, 12)) as pilot:
        there = []
        for seq in range(len(timeline)):
            pane = await show(pilot, timeline, seq)
            there.append(shown(pane))
        for seq in reversed(range(len(timeline))):
            pane = await show(pilot, timeline, seq)
            assert shown(pane) == there[seq]


async def test_raw_output_is_marked_and_may_be_cut_inside_a_character(timeline):
    async with PaneApp().run_test(size=(60, 12)) as pilot:
        pane = await show(pilot, timeline, len(timeline) - 1)
        data = "段错误\n".encode()
        pane.raw(data[:4], timeline)
        pane.raw(data[4:], timeline)
        assert shown(pane)[-1] == "| 段错误"


async def test_of_a_flood_the_end_is_kept_and_the_pane_says_so(timeline, monkeypatch):
    monkeypatch.setattr(console, "_WINDOW", 100)
    async with PaneApp().run_test(size=(60, 40)) as pilot:
        pane = await show(pilot, timeline, len(timeline) - 1)
        for number in range(200):
            pane.raw(b"line %d\n" % number, timeline)
        lines = shown(pane)
        assert "| line 199" in lines
        assert "earlier output is left out here" in pane.render_line(0).text or pane.scroll_offset.y > 0
        assert len(pane.copy_text()[1]) < 400
        pane = await show(pilot, timeline, 2)
        assert shown(pane)[:2] == ["  one", "! bad thing"]


@pytest.mark.parametrize(
    ("text", "width", "starts"),
    [("", 10, [0]), ("abc", 3, [0]), ("abcd", 3, [0, 3]), ("你你你", 5, [0, 4]), ("你a你b你", 3, [0, 3, 6])],
)
def test_long_lines_fold_between_characters(text, width, starts):
    assert row_starts(text, width) == starts


async def test_a_hint_says_how_to_type_and_goes_while_one_does(timeline):
    async with PaneApp().run_test(size=(60, 12)) as pilot:
        pane = await show(pilot, timeline, len(timeline) - 1)
        rows = [pane.render_line(y).text for y in range(12)]
        assert rows[6].startswith("  >>> Enter types an expression")
        assert rows[6].endswith("…")
        pane.show_typing(True)
        assert not pane.render_line(6).text.strip()


async def test_answers_stand_behind_the_output_that_was_there_and_mistakes_have_a_mark(timeline):
    async with PaneApp().run_test(size=(60, 12)) as pilot:
        pane = await show(pilot, timeline, 2)  # two writes
        pane.answer(">>> 6 * 7", "typed")
        pane.answer("42")
        await show(pilot, timeline, len(timeline) - 1)
        pane.answer("ValueError: no\nnot at all", "error")
        expected = ["  one", "! bad thing", "  >>> 6 * 7", "› 42", "   90%"]
        assert shown(pane)[:5] == expected
        assert shown(pane)[-2:] == ["! ValueError: no", "! not at all"]
        await show(pilot, timeline, 1)
        assert shown(pane)[:3] == ["  one", "  5 later writes not shown", "  >>> 6 * 7"]
