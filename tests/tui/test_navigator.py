"""Navigation in a log, and on through a child that makes more of it; no screen, no process."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import ClassVar

import pytest

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.stepping import Breakpoint, UntilSeq, UntilStop
from bpdebug.timeline import Move, Timeline
from bpdebug.tui.navigator import Navigator
from tests.support.example_run import SCRIPT_PATH, line_of, write_example_run


@dataclass
class FakeTimeline:
    """`count` events; `step` and `step_back` go by one, `continue` goes to the next of `stops`."""

    count: int = 5
    on_disk: int = 5
    stops: tuple[int, ...] = ()
    live: bool = False
    stopped: str = ""
    source_lines: ClassVar = SimpleNamespace(shown=lambda stop: f"{stop.path}:{stop.line}")

    def __len__(self) -> int:
        return self.count

    def why_empty(self) -> str:
        return "the log holds no event: it was killed"

    def refresh(self) -> bool:
        grown = self.on_disk > self.count
        self.count = self.on_disk
        return grown

    def move(self, seq, name, breakpoints=(), count=1) -> Move:
        if name == "step":
            target, goal = seq + count, UntilSeq(seq + count)
        elif name == "continue":
            target = next((stop for stop in self.stops if seq < stop < self.count), self.count)
            goal = UntilStop()
        else:
            return Move(seq - count) if seq >= count else Move(None, None, "this is the first event")
        if target < self.count:
            return Move(target, None, "breakpoint" if target in self.stops else "")
        if self.live:
            return Move(None, goal)
        return Move(self.count - 1 if seq < self.count - 1 else None, None, "this is the end of the log")

    def stops_of(self, breakpoints):
        return FakeStops()

    def reason_for_end(self) -> str:
        return "the script finished"

    def why_stopped(self) -> str:
        return self.stopped


class FakeStops:
    """Stops at nothing by itself: `FakeTimeline.move` knows where it stops."""

    deadline: float | None = None

    def first(self, start, stop, failures=True):
        return None

    def at(self, seq):
        return []


@dataclass
class FakeSession:
    state: str = "paused"
    paused_at: int | None = 4
    why: str = "step"
    goals: list = field(default_factory=list)
    breakpoints: list = field(default_factory=list)
    pauses: int = 0
    exit_status: int | None = None

    def go(self, goal) -> None:
        self.goals.append(goal)
        self.state, self.paused_at = "running", None

    def pause(self) -> None:
        self.pauses += 1

    def set_breakpoints(self, breakpoints) -> None:
        self.breakpoints = breakpoints

    def arrives(self, timeline: FakeTimeline, seq: int, why: str = "step") -> None:
        timeline.on_disk = seq + 1
        self.state, self.paused_at, self.why = "paused", seq, why

    def ends(self, timeline: FakeTimeline, count: int, why: str = "killed by signal 9") -> None:
        timeline.on_disk = count
        self.state, self.paused_at, self.why, self.exit_status = "ended", None, why, 137


@pytest.fixture
def timeline() -> FakeTimeline:
    return FakeTimeline()


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


def test_replay_begins_at_the_first_event_and_steps_in_the_log(timeline):
    navigator = Navigator(timeline)
    navigator.command("step")
    navigator.command("step", 2)
    assert (navigator.seq, navigator.mode) == (3, "REPLAY")


def test_a_step_past_the_end_of_a_replay_stays_and_says_so(timeline):
    navigator = Navigator(timeline)
    navigator.go_to(4)
    navigator.command("step")
    assert (navigator.seq, navigator.pending) == (4, None)
    assert navigator.why == "this is the end of the log"


def test_a_step_before_the_first_event_says_why_not(timeline):
    navigator = Navigator(timeline)
    navigator.command("step_back")
    assert (navigator.seq, navigator.why) == (0, "this is the first event")


def test_continue_in_a_replay_without_breakpoints_goes_to_its_end(timeline):
    navigator = Navigator(timeline)
    navigator.command("continue")
    assert (navigator.seq, navigator.why) == (4, "this is the end of the log")


def test_an_empty_log_answers_every_command_with_a_reason():
    navigator = Navigator(FakeTimeline(count=0, on_disk=0))
    navigator.command("step")
    navigator.go_to(3)
    assert navigator.seq == -1
    assert navigator.why == "the log holds no event: it was killed"


def test_a_live_run_begins_where_the_child_is_paused(timeline, session):
    assert Navigator(timeline, session).seq == 4


def test_a_step_at_the_live_head_lets_the_child_go_on_and_arrives_when_it_paused(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("step")
    assert session.goals == [UntilSeq(5)]
    assert (navigator.seq, navigator.mode) == (4, "LIVE running")
    session.arrives(timeline, 5)
    navigator.session_changed()
    assert (navigator.seq, navigator.pending, navigator.mode) == (5, None, "LIVE paused")


def test_a_run_to_a_line_that_the_script_ends_without_says_so(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.run_to_line("train.py", 32, back=False)
    navigator.session_changed()
    session.ends(timeline, 9)
    navigator.session_changed()
    assert navigator.seq == 8
    assert navigator.why == "killed by signal 9 (exit status 137); no later event was at train.py:32"


def test_the_end_of_a_script_says_that_its_last_part_was_not_recorded(timeline, session):
    navigator = Navigator(timeline, session)
    timeline.stopped = "No space left on device"
    assert navigator.end_reason == ""
    session.ends(timeline, 5, "the script finished")
    session.exit_status = 0
    assert navigator.end_reason == (
        "recording stopped: No space left on device; the script finished (exit status 0)"
    )


def test_several_steps_at_the_head_are_one_goal_of_the_child(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("step", 3)
    session.arrives(timeline, 7)
    navigator.session_changed()
    assert session.goals == [UntilSeq(7)]
    assert (navigator.seq, navigator.pending) == (7, None)


def test_a_key_pressed_again_before_the_child_answered_counts(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("step")
    navigator.command("step")
    session.arrives(timeline, 5)
    navigator.session_changed()
    assert (navigator.seq, session.goals) == (5, [UntilSeq(5), UntilSeq(6)])
    session.arrives(timeline, 6)
    navigator.session_changed()
    assert (navigator.seq, navigator.pending) == (6, None)


def test_stepping_back_is_pure_replay_and_keeps_the_child_where_it_is(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("step_back", 2)
    navigator.command("step")
    assert (navigator.seq, session.goals, session.state) == (3, [], "paused")


def test_stepping_back_while_the_child_runs_stops_following_it(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.run_or_pause()
    assert session.goals == [UntilStop()]
    timeline.on_disk = 8
    assert navigator.tick()
    assert navigator.seq == 7
    navigator.command("step_back")
    timeline.on_disk = 20
    navigator.tick()
    assert navigator.seq == 6
    session.arrives(timeline, 25, "breakpoint")
    navigator.session_changed()
    assert navigator.seq == 6


def test_continue_ends_at_the_breakpoint_where_the_child_paused(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("continue")
    timeline.stops = (9,)
    session.arrives(timeline, 9, "breakpoint")
    navigator.session_changed()
    assert (navigator.seq, navigator.why, navigator.pending) == (9, "breakpoint", None)


def test_a_pause_under_way_ends_the_command_where_the_child_stands(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("continue")
    navigator.run_or_pause()
    assert session.pauses == 1
    session.arrives(timeline, 11, "pause")
    navigator.session_changed()
    assert (navigator.seq, navigator.pending) == (11, None)


def test_a_pause_wins_over_everything_asked_for_before_it(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("step")
    navigator.command("step")
    navigator.command("continue")
    navigator.run_or_pause()
    assert (session.pauses, navigator.pausing) == (1, True)
    # The child comes to the goal of the first step before it hears of the pause.
    session.arrives(timeline, 5, "step")
    navigator.session_changed()
    assert len(session.goals) == 1
    assert (navigator.seq, navigator.pending, navigator.pausing) == (5, None, False)


def test_a_pause_wins_over_a_step_that_ended_without_the_screen_having_heard_of_it(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("step")
    navigator.command("continue")
    session.arrives(timeline, 5, "step")
    navigator.run_or_pause()  # the screen still says that it runs
    navigator.session_changed()
    assert len(session.goals) == 1
    assert (navigator.seq, navigator.pending) == (5, None)


def test_a_pause_shows_where_the_child_stopped_though_the_command_began_in_history(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("step_back", 2)
    navigator.command("continue")
    navigator.run_or_pause()
    session.arrives(timeline, 7, "pause")
    navigator.session_changed()
    assert navigator.seq == 7


def test_a_step_asked_for_after_a_pause_is_made_from_where_the_pause_was(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("continue")
    navigator.pause()
    navigator.command("continue")
    session.arrives(timeline, 5, "pause")
    navigator.session_changed()
    assert session.goals == [UntilStop(), UntilStop()]


def test_the_childs_death_during_a_command_leads_to_the_last_event_with_its_reason(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("continue")
    session.ends(timeline, 12)
    navigator.session_changed()
    assert (navigator.seq, navigator.why) == (11, "killed by signal 9 (exit status 137)")
    assert (navigator.alive, navigator.mode, timeline.live) == (False, "LIVE ended", False)
    navigator.command("step_back", 11)
    assert navigator.seq == 0


def test_the_childs_death_while_looking_at_history_leaves_the_person_there(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.command("step_back", 3)
    session.ends(timeline, 5)
    navigator.session_changed()
    assert navigator.seq == 1


def test_cancel_pauses_the_child_that_the_command_set_going(timeline, session):
    navigator = Navigator(timeline, session)
    assert not navigator.cancel()
    navigator.command("continue")
    assert navigator.cancel()
    assert (navigator.pending, session.pauses) == (None, 1)


def test_a_breakpoint_is_told_to_the_child_and_toggles(timeline, session):
    navigator = Navigator(timeline, session)
    stop = Breakpoint(path="a.py", line=3)
    assert navigator.toggle_breakpoint(stop)
    assert session.breakpoints == [stop]
    assert not navigator.toggle_breakpoint(stop)
    assert session.breakpoints == []


def test_run_to_a_line_adds_a_breakpoint_for_this_command_alone(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.toggle_breakpoint(Breakpoint(path="a.py", line=3))
    navigator.run_to_line("a.py", 9, back=False)
    assert [stop.line for stop in session.breakpoints] == [3, 9]
    session.arrives(timeline, 8, "breakpoint")
    navigator.session_changed()
    assert navigator.seq == 8
    assert [stop.line for stop in session.breakpoints] == [3]
    assert [stop.line for stop in navigator.breakpoints] == [3]


def test_run_or_pause_in_a_replay_says_that_there_is_no_script(timeline):
    navigator = Navigator(timeline)
    navigator.run_or_pause()
    assert "no script" in navigator.why


def test_a_command_while_the_script_runs_ends_when_the_log_has_grown_that_far(timeline, session):
    navigator = Navigator(timeline, session)
    navigator.run_or_pause()
    navigator.command("step", 3)
    assert session.goals == [UntilStop()]
    timeline.on_disk = 30
    navigator.tick()
    assert (navigator.seq, navigator.pending) == (7, None)
    assert session.state == "running"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("example"))) as reader:
        yield reader


@pytest.mark.parametrize("name", ["over", "finish", "next_phase", "next_iteration", "continue"])
def test_a_breakpoint_on_the_way_stops_every_forward_command_in_replay_as_it_does_live(run, name):
    navigator = Navigator(Timeline(run))
    navigator.go_to(run.find("it0/forward/MLP/enter"))
    stop = run.find("it0/forward/MLP.l2/linear")
    navigator.toggle_breakpoint(Breakpoint(kind=Kind.forward, scope="MLP.l2", label="linear"))
    navigator.command(name)
    assert (navigator.seq, navigator.why) == (stop, "breakpoint")


def test_ten_steps_stop_at_a_line_with_a_breakpoint(run):
    navigator = Navigator(Timeline(run))
    navigator.toggle_breakpoint(Breakpoint(path=SCRIPT_PATH, line=line_of("F.sigmoid(self.l1(x))")))
    navigator.command("step", 50)
    assert navigator.seq == run.find("it0/forward/MLP.l1/linear")


def test_a_move_that_cannot_be_made_leaves_the_event_and_says_why(run):
    navigator = Navigator(Timeline(run))
    navigator.command("cross")
    assert navigator.seq == 0
    assert "only a forward op" in navigator.why
