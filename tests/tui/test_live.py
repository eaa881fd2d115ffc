"""The screen beside a script that lives: steps that wait for it, its output, and its end."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Label

from bpdebug.errors import SessionError
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.log.writer import LogWriter
from bpdebug.protocol import Activity
from bpdebug.recorder import Recorder
from bpdebug.stepping import Breakpoint, UntilIteration, UntilSeq, UntilStop
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.screens import run_view
from bpdebug.tui.screens.question import QuestionScreen
from bpdebug.tui.status import StatusLine
from bpdebug.tui.widgets.key_line import KeyLine
from tests.support.main_screen import notice, press, status


class LiveRun:
    """A session whose child is this test: a writer of its own that makes an event a step."""

    def __init__(self, directory) -> None:
        self.writer = LogWriter.create(directory, script="/home/ada/live.py")
        self.recorder = Recorder(self.writer)
        self.state, self.paused_at, self.why, self.exit_status = "paused", 0, "start", None
        self.goals: list = []
        self.breakpoints: list = []
        self.raw = b""
        self.on_change = None
        self.terminated = False
        self.activity = self.on_activity = None
        self.recorder.run_started(["live.py"], "/home/ada/live.py", "/", {"python": "3"}, ["cpu"], "0")
        self.recorder.flush()

    def say(self, text: str) -> int:
        self.recorder.output("stdout", text)
        self.recorder.flush()
        return self.writer.event_count - 1 if hasattr(self.writer, "event_count") else -1

    def pauses(self, seq: int, why: str = "step") -> None:
        self.state, self.paused_at, self.why = "paused", seq, why
        self.on_change()

    def ends(self, why: str, status: int) -> None:
        self.state, self.paused_at, self.why, self.exit_status = "ended", None, why, status
        self.on_change()

    def go(self, goal) -> None:
        self.goals.append(goal)
        self.state, self.paused_at = "running", None

    def pause(self) -> None:
        self.pauses(len_of(self), "pause")

    def ask_activity(self) -> None:
        pass

    def set_breakpoints(self, breakpoints) -> None:
        self.breakpoints = breakpoints

    def take_raw_output(self) -> bytes:
        data, self.raw = self.raw, b""
        return data

    def terminate(self) -> None:
        self.terminated = True

    def wait(self, timeout_s=None) -> bool:
        return self.state == "ended" or self.terminated


def len_of(run: LiveRun) -> int:
    with LogReader(run.writer.directory) as reader:
        return len(reader) - 1


@pytest.fixture
def live(tmp_path):
    run = LiveRun(tmp_path / "live")
    with LogReader(tmp_path / "live") as reader:
        yield run, DebuggerApp(Timeline(reader), run)
    run.writer.close()


async def test_a_live_step_waits_for_the_child_and_keys_are_answered_meanwhile(live):
    run, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        assert "LIVE paused" in status(app)
        await press(pilot, "s")
        assert run.goals == [UntilSeq(1)]
        assert "LIVE running" in status(app)
        await press(pilot, "o")
        assert app.main.workspace.current == "console"
        run.say("hello\n")
        run.pauses(1)
        await pilot.pause()
        await pilot.pause()
        assert app.main.navigator.seq == 1
        assert "LIVE paused" in status(app)
        assert app.main.workspace.panes["console"].copy_text()[1] == "hello"


async def test_a_short_step_is_not_drawn_as_running_and_a_long_one_is(live):
    run, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.1)
        drawn = []
        show = StatusLine.show
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(
                StatusLine, "show", lambda line, facts: (drawn.append(facts.mode), show(line, facts))
            )
            patched.setattr(run_view, "_SHORT_STEP_S", 60)  # a busy machine answers late
            answer = asyncio.get_running_loop().call_later
            go = run.go
            run.go = lambda goal: (go(goal), answer(0.005, lambda: (run.say("one\n"), run.pauses(1))))
            await press(pilot, "s")
            run.go = go
            assert set(drawn) == {"LIVE paused"}
            patched.setattr(run_view, "_SHORT_STEP_S", 0.001)
            await pilot.press("s")
            await pilot.pause(0.2)
            assert "LIVE running" in drawn
            assert "step ..." in status(app)


async def test_the_last_line_says_what_a_step_or_a_pause_waits_for(live):
    run, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "s")
        run.activity = Activity(0, 3.4, op="Slow.backward")
        run.on_activity()
        await pilot.pause(0.2)
        line = app.main.query_one(KeyLine)
        assert line.render().plain.startswith(" step waits: Slow.backward has run for 3 s  s step")
        run.pause = lambda: None  # the op doesn't end yet
        await press(pilot, "space")
        assert "pausing ..." in status(app)
        assert line.render().plain.startswith(" pausing at the next event: Slow.backward has run for 3 s ")
        run.pauses(0, "pause")
        await pilot.pause(0.2)
        assert line.render().plain.startswith(" s step")


async def test_a_running_script_is_followed_and_its_death_is_told(live):
    run, app = live
    async with app.run_test(size=(100, 35)) as pilot:
        await press(pilot, "space")
        assert run.goals == [UntilStop()]
        run.say("one\n")
        run.say("two\n")
        await pilot.pause(0.3)
        assert app.main.navigator.seq == 2
        run.raw = b"Segmentation fault\n"
        run.ends("killed by signal 9 (SIGKILL)", 137)
        await pilot.pause(0.3)
        assert "LIVE ended" in status(app)
        assert "killed by signal 9" in notice(app)
        assert "killed by signal 9" in notice(app)
        await press(pilot, "o")
        assert "Segmentation fault" in app.main.workspace.panes["console"].copy_text()[1]
        await press(pilot, "S", "S")
        assert app.main.navigator.seq == 0
        await press(pilot, "G")
        assert app.main.navigator.seq == 2


async def test_a_script_without_any_op_gets_a_clear_word_and_its_output(live):
    run, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "c")
        run.say("只是打印\n")
        run.recorder.run_finished(0, "the script ended")
        run.recorder.flush()
        run.ends("the script ended", 0)
        await pilot.pause(0.3)
        assert app.main.query_one("#banner").display
        assert "ran no op" in str(app.main.query_one("#banner").render())
        assert app.main.workspace.current == "console"
        assert app.main.workspace.panes["console"].copy_text()[1] == "只是打印"


async def test_quitting_asks_while_the_script_lives_and_ends_it(live):
    run, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "q")
        assert isinstance(app.screen, QuestionScreen)
        await press(pilot, "n")
        assert app.screen is app.main
        assert not run.terminated
        await press(pilot, "ctrl+q", "y")
    assert run.terminated


async def test_starting_anew_asks_while_a_run_would_end_by_it_and_says_where_that_is_kept(live):
    run, app = live
    started = []

    def restart():
        started.append(True)
        raise SessionError("the script can't be read any more")

    app.restart_script = restart
    async with app.run_test(size=(80, 24)) as pilot:
        run.say("one\n")
        app.main.navigator.tick()
        await press(pilot, "R")
        assert isinstance(app.screen, QuestionScreen)
        question = " ".join(str(label.render()) for label in app.screen.query(Label))
        assert "live.py is paused after event 1" in question
        assert "bpdebug view live" in question
        await press(pilot, "n")
        assert not started
        await press(pilot, "R", "y")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert (started, notice(app)) == ([True], "the script can't be read any more")
        run.ends("the script finished", 0)
        await pilot.pause()
        assert "LIVE ended" in status(app)  # it is still listened to
        await press(pilot, "R")  # nothing can be lost any more
        await app.workers.wait_for_complete()
        assert started == [True, True]


async def test_a_live_script_runs_to_an_iteration_that_is_not_recorded_yet(live):
    run, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.prompt_entered(":", "it3")
        await pilot.pause()
        assert run.goals == [UntilIteration(0)]
        assert app.main.navigator.pending.count == 3


async def test_breakpoints_are_sent_to_the_child(live):
    run, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.prompt_entered(":", "break forward/MLP.l1/linear")
        await pilot.pause()
        assert run.breakpoints == [Breakpoint(kind=Kind.forward, pattern="MLP.l1/linear")]
        app.main.prompt_entered(":", "clear")
        assert run.breakpoints == []


async def test_a_run_that_somebody_else_is_recording_is_shown_as_one_that_grows(tmp_path):
    run = LiveRun(tmp_path / "run")
    with LogReader(tmp_path / "run") as reader:
        app = DebuggerApp(Timeline(reader), None)
        async with app.run_test(size=(80, 24)) as pilot:
            assert "event 0 of 0+" in status(app)
            await press(pilot, "s")
            assert notice(app) == "this is the latest event of a run that is being written"
            run.say("hello\n")
            await until(pilot, lambda: "event 1 of 1+" in status(app))
            run.recorder.run_finished(0, "the script finished")
            run.writer.close()
            await until(pilot, lambda: status(app).rstrip().endswith("event 2 of 2  capture full"))


async def until(pilot, holds) -> None:
    """Wait until it holds: the screen looks at the log now and then."""
    for _ in range(100):
        if holds():
            return
        await asyncio.sleep(0.05)
        await pilot.pause()
    assert holds()
