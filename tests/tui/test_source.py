"""The Source pane over a recorded run."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from bpdebug.stepping import Breakpoint
from bpdebug.timeline import Timeline
from bpdebug.tui.colors import contrast
from bpdebug.tui.messages import RunToLine, ToggleBreakpoint
from bpdebug.tui.panes import source
from bpdebug.tui.panes.source import SourcePane
from tests.support.example_run import SCRIPT, SCRIPT_PATH, line_of


class PaneApp(App[None]):
    CSS_PATH = "../../bpdebug/tui/bpdebug.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.pane = SourcePane()
        self.heard: list = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_toggle_breakpoint(self, message: ToggleBreakpoint) -> None:
        self.heard.append(message.breakpoint)

    def on_run_to_line(self, message: RunToLine) -> None:
        self.heard.append((message.path, message.line, message.back))


@pytest.fixture
def timeline(example):
    with LogReader(example) as reader:
        yield Timeline(reader)


def visible(pane: SourcePane) -> list[str]:
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


def moment(timeline: Timeline, address: str):
    return timeline.moment(timeline.reader.find(address))


async def test_an_arrow_marks_the_line_of_the_event(timeline):
    app = PaneApp()
    async with app.run_test(size=(70, 12)) as pilot:
        app.pane.show(moment(timeline, "it0/forward/MLP.l2/linear"), timeline)
        await pilot.pause()
        (line,) = [line for line in visible(app.pane) if "▶" in line]
        assert f"{line_of('return self.l2(h)')}▶        return self.l2(h)" in line
        assert app.pane.subtitle == f"{SCRIPT_PATH}:{line_of('return self.l2(h)')} in MLP.forward  frame 2/2"


async def test_a_backward_step_marks_the_line_that_called_backward_too(timeline):
    app = PaneApp()
    async with app.run_test(size=(70, 40)) as pilot:
        app.pane.show(moment(timeline, "it0/backward/MLP.l2/linear"), timeline)
        await pilot.pause()
        lines = visible(app.pane)
        assert any("▶" in line and "return self.l2(h)" in line for line in lines)
        assert any("◀" in line and "loss.backward()" in line for line in lines)


async def test_frames_can_be_walked_outward_and_inward(timeline):
    app = PaneApp()
    async with app.run_test(size=(70, 12)) as pilot:
        app.pane.show(moment(timeline, "it0/forward/MLP.l2/linear"), timeline)
        assert app.pane.move_frame(1) == ""
        await pilot.pause()
        assert any("▶" in line and "y = model(x)" in line for line in visible(app.pane))
        assert "outermost" in app.pane.move_frame(1)
        assert app.pane.move_frame(-1) == ""
        assert "innermost" in app.pane.move_frame(-1)


async def test_an_event_of_no_line_keeps_the_script_in_view_without_an_arrow(timeline):
    app = PaneApp()
    async with app.run_test(size=(70, 60)) as pilot:
        app.pane.show(timeline.moment(0), timeline)
        await pilot.pause()
        text = "\n".join(visible(app.pane))
        assert "class MLP(chainer.Chain):" in text
        assert "▶" not in text
        assert "no line" in app.pane.move_frame(1)


async def test_the_text_is_the_logs_own_and_wide_characters_are_right(timeline):
    app = PaneApp()
    async with app.run_test(size=(70, 60)) as pilot:
        app.pane.show(moment(timeline, "it0/forward/MLP.l1/linear"), timeline)
        await pilot.pause()
        shown = [line[4:] for line in visible(app.pane)]
        for line in SCRIPT.splitlines():
            assert line in shown
        assert all(app.pane.render_line(y).cell_length <= 70 for y in range(60))


async def test_breakpoints_stand_in_the_margin_and_are_asked_for_by_line(timeline):
    app = PaneApp()
    async with app.run_test(size=(70, 60)) as pilot:
        app.pane.show(moment(timeline, "it0/forward/MLP.l1/linear"), timeline)
        app.pane.show_breakpoints([Breakpoint(path=SCRIPT_PATH, line=8), Breakpoint(path="other.py", line=9)])
        await pilot.press("down")
        app.pane.toggle_breakpoint()
        app.pane.run_to(back=True)
        await pilot.pause()
        assert [line.split()[0] for line in visible(app.pane) if line.startswith("●")] == ["●"]
        assert visible(app.pane)[7].startswith("● 8")
    line = line_of("F.sigmoid(self.l1(x))") + 1
    assert app.heard == [Breakpoint(path=SCRIPT_PATH, line=line), (SCRIPT_PATH, line, True)]


async def test_a_log_without_the_files_text_says_so(tmp_path):
    writer = LogWriter.create(tmp_path / "run", script="a.py")
    recorder = Recorder(writer)
    recorder.run_started(["a.py"], "a.py", "/", {"python": "3"}, ["cpu"], "0")
    recorder.close()
    app = PaneApp()
    with LogReader(tmp_path / "run") as reader:
        timeline = Timeline(reader)
        async with app.run_test(size=(70, 12)) as pilot:
            app.pane.show(timeline.moment(0), timeline)
            await pilot.pause()
            assert visible(app.pane)[0].strip() == "This event comes from no line of the script."


async def test_a_long_file_shows_at_once_and_gets_its_colours_later(timeline, monkeypatch):
    monkeypatch.setattr(source, "_HIGHLIGHT_NOW", 10)
    app = PaneApp()
    async with app.run_test(size=(70, 60)) as pilot:
        app.pane.show(moment(timeline, "it0/forward/MLP.l1/linear"), timeline)
        assert any("class MLP" in line for line in visible(app.pane))
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert ("class", "keyword") in app.pane._line(line_of("class MLP") - 1)


async def test_long_lines_scroll_sideways(timeline):
    app = PaneApp()
    async with app.run_test(size=(30, 60)) as pilot:
        app.pane.show(moment(timeline, "it0/forward/MLP.l1/linear"), timeline)
        await pilot.press("right", "right")
        assert not any("import numpy" in line for line in visible(app.pane))
        texts = SCRIPT.splitlines()
        for row, line in zip(visible(app.pane), texts, strict=False):
            assert ("‹" in row) is bool(line.strip())
        await pilot.press("left", "left")
        assert any("import numpy" in line for line in visible(app.pane))


async def test_a_line_that_goes_on_outside_of_the_pane_has_a_sign(timeline):
    app = PaneApp()
    async with app.run_test(size=(30, 12)) as pilot:
        app.pane.show(moment(timeline, "it0/forward/MLP.l1/linear"), timeline)
        await pilot.pause()
        rows = [app.pane.render_line(y).text for y in range(12)]
        code = SCRIPT.splitlines()
        first = int(rows[0][1:3])
        for row, line in zip(rows, code[first - 1 :], strict=False):
            assert row.endswith("›") is (len(line) > 30 - 4), row


class ThemedApp(PaneApp):
    def on_mount(self) -> None:
        self.pane.focus()


@pytest.mark.parametrize("theme", ["textual-light", "atom-one-light", "nord"])
async def test_the_current_line_can_be_read_in_every_theme(timeline, theme):
    app = ThemedApp()
    app.theme = theme
    async with app.run_test(size=(70, 12)) as pilot:
        app.pane.show(moment(timeline, "it0/backward/MLP.l2/linear"), timeline)
        await pilot.pause()
        rows = [app.pane.render_line(y) for y in range(12)]
        current = next(row for row in rows if "▶" in row.text)
        for segment in current:
            if segment.text.strip() and segment.style and segment.style.color and segment.style.bgcolor:
                colours = segment.style.color.get_truecolor(), segment.style.bgcolor.get_truecolor()
                assert contrast(*colours) >= 3, segment
