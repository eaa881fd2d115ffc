"""The Timeline pane over a recorded run, and the list that it is made from."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.strip import Strip

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.stepping import Breakpoint
from bpdebug.timeline import Timeline
from bpdebug.tui.messages import GoTo, Notice, ToggleBreakpoint
from bpdebug.tui.panes.timeline import TimelinePane, breakpoint_on
from bpdebug.tui.widgets.virtual_list import VirtualList, strip_of
from tests.support.example_run import NAN_ADDRESS


class PaneApp(App[None]):
    CSS_PATH = "../../bpdebug/tui/bpdebug.tcss"

    def __init__(self, pane: VirtualList) -> None:
        super().__init__()
        self.pane = pane
        self.heard: list = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_go_to(self, message: GoTo) -> None:
        self.heard.append(message.seq)

    def on_toggle_breakpoint(self, message: ToggleBreakpoint) -> None:
        self.heard.append(message.breakpoint)

    def on_notice(self, message: Notice) -> None:
        self.heard.append(message.text)


@pytest.fixture
def timeline(example):
    with LogReader(example) as reader:
        yield Timeline(reader)


def visible(pane: VirtualList) -> list[str]:
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


async def test_the_current_event_is_in_sight_and_marked(timeline):
    app = PaneApp(TimelinePane())
    async with app.run_test(size=(60, 12)) as pilot:
        for address in ("it0/setup/run_started", "it2/backward/MLP.l1/linear", "it1/forward/MLP.l1/linear"):
            app.pane.show(timeline.moment(timeline.reader.find(address)), timeline)
            await pilot.pause()
            marked = [line for line in visible(app.pane) if line.startswith(" ▶")]
            assert len(marked) == 1
            assert address.rsplit("/", 1)[1] in marked[0] or "start" in marked[0]


async def test_moving_the_cursor_goes_nowhere_until_enter(timeline):
    app = PaneApp(TimelinePane())
    async with app.run_test(size=(60, 20)) as pilot:
        app.pane.show(timeline.moment(0), timeline)
        await pilot.press("down", "down", "down", "down")
        assert app.heard == []
        chosen = timeline.rows.row(app.pane.cursor).seq
        await pilot.press("enter")
        await pilot.pause()
        assert app.heard == [chosen]


async def test_rows_fold_and_unfold_and_left_goes_to_what_holds_a_row(timeline):
    app = PaneApp(TimelinePane())
    async with app.run_test(size=(60, 20)) as pilot:
        app.pane.show(timeline.moment(timeline.reader.find("it0/forward/MLP.l1/linear")), timeline)
        rows = app.pane.row_count
        await pilot.press("left")
        assert "MLP.l1" in timeline.rows.row(app.pane.cursor).text
        await pilot.press("left")
        assert app.pane.row_count == rows - 2
        current = [line for line in visible(app.pane) if "▶" in line]
        assert "MLP.l1" in current[0]  # what stands for the hidden event
        await pilot.press("right")
        assert app.pane.row_count == rows
        await pilot.press("home", "enter")
        assert app.pane.row_count < rows
        assert app.heard == []


async def test_events_with_a_breakpoint_are_marked_in_every_iteration(timeline):
    app = PaneApp(TimelinePane())
    stop = breakpoint_on(timeline, timeline.reader.find("it0/forward/MLP.l1/linear"))
    assert stop == Breakpoint(kind=Kind.forward, scope="MLP.l1", label="linear")
    async with app.run_test(size=(60, 120)) as pilot:
        app.pane.show(timeline.moment(0), timeline)
        app.pane.show_breakpoints([stop])
        await pilot.pause()
        marked = [line for line in visible(app.pane) if line.startswith("●")]
        assert len(marked) == 3
        assert all("linear" in line for line in marked)


async def test_breakpoint_and_run_to_ask_for_the_event_under_the_cursor(timeline):
    app = PaneApp(TimelinePane())
    seq = timeline.reader.find("it0/forward/MLP.l1/linear")
    async with app.run_test(size=(60, 20)) as pilot:
        app.pane.show(timeline.moment(seq), timeline)
        app.pane.toggle_breakpoint()
        app.pane.run_to(back=False)
        app.pane.move_cursor(app.pane.cursor + 1)
        app.pane.run_to(back=False)
        app.pane.run_to(back=True)
        app.pane.move_cursor(0)
        app.pane.toggle_breakpoint()
        await pilot.pause()
    assert app.heard[0] == breakpoint_on(timeline, seq)
    assert "isn't later" in app.heard[1]
    assert app.heard[2] == seq + 1
    assert "isn't earlier" in app.heard[3]
    assert "can't have a breakpoint" in app.heard[4]


class Millions(VirtualList):
    made = 0

    @property
    def row_count(self) -> int:
        return 10_000_000

    def draw_row(self, row: int, width: int) -> Strip:
        self.made += 1
        return strip_of([(f"row {row}", self.rich_style)], width, self.rich_style)


async def test_of_ten_million_rows_only_those_in_sight_are_made():
    app = PaneApp(Millions())
    async with app.run_test(size=(40, 10)) as pilot:
        app.pane.refresh_rows()
        app.pane.move_cursor(9_999_999)
        await pilot.pause()
        assert any("row 9999999" in line for line in visible(app.pane))
        app.pane.move_cursor(5_000_000, center=True)
        await pilot.pause()
        assert any("row 5000000" in line for line in visible(app.pane))
        assert app.pane.made < 500


def test_a_strip_cuts_wide_characters_cleanly():
    from rich.style import Style

    strip = strip_of([("a你好", Style())], 4, Style())
    assert strip.cell_length == 4
    assert strip.text.startswith("a你")
    scrolled = strip_of([("a你好", Style())], 4, Style(), scrolled=2)
    assert scrolled.cell_length == 4
    assert "好" in scrolled.text


async def test_the_bar_above_the_rows_shows_the_run_and_takes_one_there(timeline):
    app = PaneApp(TimelinePane())
    bad = timeline.reader.find(NAN_ADDRESS)
    async with app.run_test(size=(60, 12)) as pilot:
        app.pane.show(timeline.moment(0), timeline)
        await pilot.pause()
        bar = visible(app.pane)[0]
        assert set(bar) & set("▁▂▃▄▅▆▇█")
        assert abs(bar.index("!") - bad * 60 / len(timeline)) <= 1
        await pilot.click(TimelinePane, offset=(bar.index("!"), 0))
        await pilot.pause()
        assert app.heard == [bad]


async def test_marks_stand_in_the_rows_and_in_the_bar(timeline):
    app = PaneApp(TimelinePane())
    async with app.run_test(size=(60, 12)) as pilot:
        app.pane.show(timeline.moment(3), timeline)
        app.pane.show_marks("bookmarks", {3: "◆"})
        await pilot.pause()
        lines = visible(app.pane)
        assert "◆" in lines[0]
        assert [line for line in lines[1:] if line.startswith("◆▶")]
        app.pane.show_marks("bookmarks", {})
        await pilot.pause()
        assert not any("◆" in line for line in visible(app.pane))


async def test_columns_show_time_and_memory_of_each_op(timeline):
    app = PaneApp(TimelinePane())
    async with app.run_test(size=(70, 20)) as pilot:
        app.pane.focus()
        app.pane.show(timeline.moment(timeline.reader.find("it1/forward/MLP.l1/linear")), timeline)
        await pilot.press("v", "v", "v")
        await pilot.pause()
        lines = visible(app.pane)
        assert lines[0].endswith("time    memory")
        assert any("linear" in line and line.endswith("48 bytes") for line in lines)
        await pilot.press("v")
        assert not any(line.endswith("bytes") for line in visible(app.pane))


async def test_the_last_row_can_be_seen_below_the_bar(timeline):
    app = PaneApp(TimelinePane())
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.show(timeline.moment(len(timeline) - 1), timeline)
        await pilot.pause()
        assert "▶" in visible(app.pane)[-1]


async def test_an_event_with_a_nan_has_its_sign_where_the_arrow_is_too(timeline):
    app = PaneApp(TimelinePane())
    async with app.run_test(size=(70, 12)) as pilot:
        app.pane.show(timeline.moment(timeline.reader.find(NAN_ADDRESS)), timeline)
        await pilot.pause()
        row = next(text for y in range(12) if "▶" in (text := app.pane.render_line(y).text))
        assert "!" in row.partition("log")[0]
