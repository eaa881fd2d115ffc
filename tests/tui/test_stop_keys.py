"""Keys and commands for breakpoints, watches, marks and visited positions."""

from __future__ import annotations

import pytest

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.stepping import Breakpoint
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.screens.stop_actions import pointing
from bpdebug.tui.widgets.prompt import Prompt
from tests.support.example_run import NAN_ADDRESS, SCRIPT_PATH, line_of
from tests.support.main_screen import at, notice, press


@pytest.fixture
def app(example):
    with LogReader(example) as reader:
        yield DebuggerApp(Timeline(reader), None, [Breakpoint(condition="nan")], ["norm(gW)"])


def enter(app, text, mark=":"):
    app.main.prompt_entered(mark, text)


async def test_a_person_comes_to_the_first_nan_and_edits_breakpoints(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c")
        await pilot.pause()
        assert at(app) == NAN_ADDRESS
        assert app.main.navigator.why_stopped == "breakpoint 1: nan"
        enter(app, "break MLP.l1/* if norm(gx) > 1e9")
        enter(app, "once linear")
        assert [str(one) for one in app.main.navigator.breakpoints] == [
            "nan", "MLP.l1/* if norm(gx) > 1e9", "linear",
        ]  # fmt: skip
        enter(app, 'condition 2 norm(gW) > 0 and kind == "backward"')
        enter(app, "disable 1")
        app.main.go_to(0)
        await pilot.press("c")
        await pilot.pause()
        assert at(app) == "it0/forward/MLP.l1/linear"
        assert len(app.main.navigator.breakpoints) == 2  # the one that stops once is gone
        enter(app, "ignore 2 1")
        await pilot.press("c")
        await pilot.pause()
        assert at(app) == "it1/backward/MLP.l1/linear"
        enter(app, "delete 2")
        assert [str(one) for one in app.main.navigator.breakpoints] == ["nan"]
        enter(app, "enable 7")
        assert notice(app) == "there is no breakpoint 7: there are 1 to 1"


async def test_a_wrong_condition_comes_back_with_a_mark_over_the_place(app):
    async with app.run_test(size=(80, 24)) as pilot:
        enter(app, "break MLP.l1/* if nrm(gx) > 1")
        await pilot.pause()
        prompt = app.main.query_one(Prompt)
        assert prompt.display
        text = "MLP.l1/* if nrm(gx) > 1"
        assert prompt._input.value == text
        assert prompt._input.cursor_position == text.index("nrm")
        # The line above begins with a blank, and the mark of the prompt is as wide as "break ".
        assert notice(app).index("▾") + 1 == len("break ") + text.index("nrm")
        assert "did you mean norm?" in notice(app)
        assert app.main.messages.latest_first()[0][1] == "there is no function nrm; did you mean norm?"
        await pilot.press(*["delete"] * 3, *"norm", "enter")
        assert str(app.main.navigator.breakpoints[-1]) == "MLP.l1/* if norm(gx) > 1"


async def test_b_in_capitals_edits_the_breakpoint_of_the_chosen_line(app):
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.go_to(app.timeline.reader.find("it0/forward/MLP.l1/linear"))
        await pilot.pause()
        await pilot.press("B")
        prompt = app.main.query_one(Prompt)
        line = f"perceptron.py:{line_of('F.sigmoid(self.l1(x))')}"
        assert prompt._input.value == f"{line} if "
        await pilot.press(*"nan", "enter")
        assert str(app.main.navigator.breakpoints[-1]) == f"/home/ada/{line} if nan"
        await pilot.press("B")
        assert prompt._input.value == f"{line} if nan"
        await pilot.press("ctrl+u", "enter")  # no text: take it away
        assert [str(one) for one in app.main.navigator.breakpoints] == ["nan"]
        app.main.workspace.choose("timeline")
        await pilot.press("B")
        assert prompt._input.value == "forward/MLP.l1/linear if "
        await pilot.press(*"iteration > 1", "enter")
        found = app.main.navigator.breakpoints[-1]
        assert (found.scope, found.label, found.condition) == ("MLP.l1", "linear", "iteration > 1")


def test_a_reason_that_does_not_fit_right_of_its_place_stands_left_of_it():
    assert pointing("too long to stand there", 30, 40) == "too long to stand there ▾".rjust(30)
    assert pointing("short", 30, 80).index("▾") == 29


async def test_a_watch_and_a_stop_at_changes_come_from_the_shown_tensor(app):
    async with app.run_test(size=(200, 60)) as pilot:
        app.main.go_to(app.timeline.reader.find("it0/update/MLP.l2.W"))
        await pilot.pause()
        app.main.action_watch_changes()
        app.main.action_watch()
        await pilot.pause()
        assert app.main.query_one(Prompt)._input.value == "MLP.l2.W.before"
        await pilot.press("enter")
        stops = app.main.navigator.stops
        assert stops.watches == ["norm(gW)", "MLP.l2.W.before"]
        await pilot.press("w")
        await press(pilot, *"loss", "enter")
        assert stops.watches == [
            "norm(gW)",
            "MLP.l2.W.before",
            "loss",
        ]  # what is typed replaces what is offered
        assert stops.breakpoints[-1].changes
        assert stops.breakpoints[-1].was.startswith("t:")
        await pilot.press("c")
        await pilot.pause()
        assert at(app) == "it1/update/MLP.l2.W"
        app.main.go_to(app.timeline.reader.find("it0/forward/MLP/sigmoid"))
        await pilot.pause()
        app.main.action_watch_changes()
        assert stops.breakpoints[-1] == Breakpoint(
            kind=Kind.forward, scope="MLP", label="sigmoid", condition="y", changes=True, was="t:4"
        )


async def test_the_pane_shows_hits_and_values_and_leads_there(app):
    async with app.run_test(size=(80, 24)) as pilot:
        enter(app, "breakpoints")
        await pilot.pause()
        pane = app.main.workspace.panes["breakpoints"]
        rows = [(row.kind, row.text, row.detail) for row in pane._rows if row.kind in ("breakpoint", "watch")]
        assert rows == [
            ("breakpoint", "nan", "0 of 1 hit"),
            ("watch", "norm(gW)", "no value yet"),
        ]
        assert [pane.draw_row(row, 40).text[:3] for row in (1, 3)] == ["> 1", "  1"]
        await pilot.press("enter")
        await pilot.pause()
        assert at(app) == NAN_ADDRESS
        enter(app, "break nothing")
        await pilot.pause()
        assert "no hit in 96 events" in pane.draw_row(2, 60).text  # none will come, either
        await pilot.press("b")
        for key in ("t", "enter"):
            await pilot.press(key)
            await pilot.pause()
            assert notice(app) == "it is disabled, and has no hits: b lets it stop again"
        await pilot.press("down", "D", "down", "D")
        await pilot.pause()
        assert not app.main.navigator.breakpoints[0].enabled
        assert app.main.navigator.stops.watches == []


async def test_marks_and_visited_positions(app):
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.go_to(20)
        app.main.action_bookmark()
        app.main.action_to_bookmark(1)
        assert notice(app) == "no other event is marked"
        app.main.go_to(40)
        app.main.action_bookmark()
        app.main.go_to(3)
        await pilot.press("apostrophe")
        assert app.main.navigator.seq == 20
        await pilot.press("quotation_mark")
        assert app.main.navigator.seq == 40
        await pilot.press("ctrl+o", "alt+left", "ctrl+o")
        assert app.main.navigator.seq == 40
        await pilot.press("alt+right")
        assert app.main.navigator.seq == 3
        app.main.go_to(5)
        app.main.action_visited(-1)
        assert notice(app) == "this is the latest place that you were at"


@pytest.fixture
def with_lines(example):
    """A screen that was given breakpoints on lines, as a person types them."""
    given = [
        Breakpoint(path="perceptron.py", line=line_of("def forward")),
        Breakpoint(path="perceptron.py", line=line_of("model = MLP()")),
        Breakpoint(path="perceptron.py", line=line_of("loss.backward()")),
    ]
    with LogReader(example) as reader:
        yield DebuggerApp(Timeline(reader), None, given)


async def test_given_breakpoints_come_to_lines_that_stop_and_are_called_as_those_of_a_key(with_lines):
    app = with_lines
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        inside, backward = line_of("F.sigmoid(self.l1(x))"), line_of("loss.backward()")
        stops = app.main.navigator.stops
        assert [(one.path, one.line) for one in stops.breakpoints] == [
            (SCRIPT_PATH, inside), (SCRIPT_PATH, backward),
        ]  # fmt: skip
        assert f"line {line_of('def forward')} can make no event" in notice(app)
        assert (
            f"no breakpoint: no event of this run is at perceptron.py:{line_of('model = MLP()')}"
            in notice(app)
        )
        await pilot.press("c")
        await pilot.pause()
        assert app.main.navigator.why_stopped == f"breakpoint 1: perceptron.py:{inside}"
        await pilot.press("b")
        assert notice(app) == f"breakpoint taken away: perceptron.py:{inside}"


async def test_b_and_t_on_a_line_of_the_source_without_events_say_so_and_move_nothing(app):
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.go_to(app.timeline.reader.find("it1/forward/MLP.l1/linear"))
        await pilot.pause()
        before = app.main.navigator.seq
        await pilot.press("home")
        for key in ("b", "t", "T"):
            await pilot.press(key)
            await pilot.pause()
            assert "no event of this run is at perceptron.py:1 " in notice(app)
        app.main.workspace.panes["source"].move_cursor(line_of("F.log(-y)") - 1)
        await pilot.press("T")  # that is later
        await pilot.pause()
        assert notice(app) == f"no earlier event is at perceptron.py:{line_of('F.log(-y)')}"
        assert app.main.navigator.seq == before
        assert len(app.main.navigator.breakpoints) == 1
        await pilot.press("t")
        await pilot.pause()
        assert at(app) == "it2/evaluation/log"


async def test_a_stop_inside_of_what_a_line_calls_shows_that_line_until_the_next_event(example):
    line, inside = line_of("y = model(x)"), line_of("F.sigmoid(self.l1(x))")
    with LogReader(example) as reader:
        app = DebuggerApp(Timeline(reader), None, [Breakpoint(path="perceptron.py", line=line)])
        async with app.run_test(size=(80, 24)) as pilot:
            source = app.main.workspace.panes["source"]
            for _ in range(2):
                app.main.go_to(0)
                await pilot.press("c")
                await pilot.pause()
                assert app.main.navigator.why_stopped == f"breakpoint 1: perceptron.py:{line}"
                assert source.cursor == line - 1
                await pilot.press("d")  # into the function, where it stopped
                await pilot.pause()
                assert source.cursor == inside - 1
            await pilot.press("s")
            await pilot.pause()
            assert source.cursor == inside - 1


async def test_a_number_is_a_line_of_the_file_in_the_source_pane(app):
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.go_to(app.timeline.reader.find("it0/forward/MLP.l1/linear"))
        await pilot.pause()
        line = line_of("loss.backward()")
        enter(app, f"break {line} if iteration > 0")
        assert notice(app) == f"breakpoint 2: perceptron.py:{line} if iteration > 0"
        enter(app, f"once {line + 1}")
        found = app.main.navigator.breakpoints[-1]
        assert (found.path, found.line, found.once) == (SCRIPT_PATH, line + 1, True)
        enter(app, "break 3")
        assert "no event of this run is at perceptron.py:3 " in notice(app)
        enter(app, f"break {line} if nrm(x)")
        assert "did you mean norm?" in notice(app)
        prompt = app.main.query_one(Prompt)
        assert prompt._input.value == f"{line} if nrm(x)"
        assert prompt._input.cursor_position == len(f"{line} if ")
        await pilot.press(*["delete"] * 3, *"norm", "enter")
        assert str(app.main.navigator.breakpoints[-1]) == f"{SCRIPT_PATH}:{line} if norm(x)"
