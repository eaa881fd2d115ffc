"""Moves: what each one means, that they agree with the live goals, and that back undoes forward."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind, Phase
from bpdebug.stepping import (
    Breakpoint,
    UntilBackwardOf,
    UntilIteration,
    UntilOut,
    UntilOver,
    UntilPhase,
    UntilSeq,
    UntilStop,
)
from bpdebug.timeline import MOVES, Timeline
from tests.support.example_run import ITERATIONS, write_example_run
from tests.support.synthetic_log import header, write_headers


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("example") / "run")) as reader:
        yield Timeline(reader)


def walk(timeline: Timeline, seq: int, name: str) -> list[int]:
    """Where repeating a move from `seq` leads, until it can't be made."""
    visited = [seq]
    while (move := timeline.move(visited[-1], name)).seq is not None:
        visited.append(move.seq)
        assert len(visited) <= len(timeline) + 1
    return visited


def at(timeline: Timeline, address: str) -> int:
    return timeline.reader.find(address)


def arrival(timeline: Timeline, address: str, name: str) -> str:
    """The address where a move from `address` ends."""
    return timeline.reader.address(timeline.move(at(timeline, address), name).seq)


# ---- what each one means --------------------------------------------------------------------------------------


def test_stepping_to_the_end_and_back_visits_the_same_events_in_reverse(example):
    last = len(example) - 1
    there = walk(example, 0, "step")
    assert there == list(range(last + 1))
    assert walk(example, last, "step_back") == there[::-1]


@pytest.mark.parametrize(
    ("forward", "back"),
    [
        ("next_iteration", "previous_iteration"),
        ("next_phase", "previous_phase"),
        ("over", "over_back"),
    ],
)
def test_going_back_passes_the_same_beginnings(example, forward, back):
    there = walk(example, 0, forward)
    if forward != "over":
        there.pop()  # the end of the log is no beginning
    assert walk(example, there[-1], back) == there[::-1]


def test_over_leads_from_a_call_to_its_return_and_back(example):
    assert arrival(example, "it0/forward/MLP/enter", "over") == "it0/forward/MLP/exit"
    assert arrival(example, "it0/forward/MLP/exit", "over_back") == "it0/forward/MLP/enter"
    assert arrival(example, "it0/forward/MLP.l1/enter", "over") == "it0/forward/MLP.l1/exit"
    assert arrival(example, "it0/forward/MLP.l1/exit", "over") == "it0/forward/MLP/sigmoid"


def test_finish_leads_to_the_end_of_what_encloses_the_event(example):
    assert arrival(example, "it0/forward/MLP.l1/linear", "finish") == "it0/forward/MLP.l1/exit"
    assert arrival(example, "it0/backward/MLP/sigmoid", "finish") == "it0/backward/backward_finished"
    assert arrival(example, "it0/forward/MLP.l1/linear", "finish_back") == "it0/forward/MLP.l1/enter"
    assert arrival(example, "it0/forward/MLP.l1/enter", "finish_back") == "it0/forward/MLP/enter"


def test_finish_outside_of_everything_leads_to_the_next_phase(example):
    assert arrival(example, "it0/forward/mean_squared_error", "finish") == "it0/backward/backward_started"
    assert arrival(example, "it0/forward/mean_squared_error", "finish_back") == "it0/forward/MLP/enter"
    assert example.move(at(example, "it0/forward/MLP/enter"), "finish_back").why


def test_previous_iteration_goes_to_the_start_of_this_one_first(example):
    assert arrival(example, "it1/backward/MLP/sigmoid", "previous_iteration") == "it1/forward/MLP/enter"
    assert arrival(example, "it1/forward/MLP/enter", "previous_iteration") == "it0/setup/run_started"


def test_cross_leads_from_a_forward_op_to_its_backward_step_and_back(example):
    there, back = "it1/forward/MLP.l1/linear", "it1/backward/MLP.l1/linear"
    assert arrival(example, there, "cross") == back
    assert arrival(example, back, "cross") == there


def test_cross_leads_from_a_call_to_the_first_backward_step_inside(example):
    assert arrival(example, "it1/forward/MLP/enter", "cross") == "it1/backward/MLP.l2/linear"
    assert arrival(example, "it1/forward/MLP/exit", "cross") == "it1/backward/MLP.l2/linear"
    assert arrival(example, "it1/forward/MLP.l1/enter", "cross") == "it1/backward/MLP.l1/linear"


def test_cross_says_why_it_cannot(example):
    for address, why in [
        ("it2/evaluation/log", "outside the graph"),
        ("it0/update/MLP.l1.W", "only a forward op"),
    ]:
        move = example.move(at(example, address), "cross")
        assert (move.seq, move.goal) == (None, None)
        assert why in move.why


def test_continue_stops_at_breakpoints_both_ways(example):
    stops = [Breakpoint(kind=Kind.param_updated, label="MLP.l2.W")]
    first = example.move(0, "continue", stops)
    assert (example.reader.address(first.seq), first.why) == ("it0/update/MLP.l2.W", "breakpoint")
    third = example.move(0, "continue", stops, count=3)
    assert example.reader.address(third.seq) == "it2/update/MLP.l2.W"
    back = example.move(third.seq, "continue_back", stops)
    assert example.reader.address(back.seq) == "it1/update/MLP.l2.W"


def test_continue_without_a_stop_goes_to_the_end_and_says_so(example):
    move = example.move(5, "continue")
    assert move.seq == len(example) - 1
    assert "no stop ahead" in move.why
    back = example.move(5, "continue_back")
    assert (back.seq, "no stop before" in back.why) == (0, True)


def test_nothing_leads_past_the_ends(example):
    last = len(example) - 1
    for name in ("step", "over", "finish", "continue", "next_iteration", "next_phase"):
        move = example.move(last, name)
        assert (move.seq, move.goal, bool(move.why)) == (None, None, True), name
    for name in (
        "step_back",
        "over_back",
        "finish_back",
        "continue_back",
        "previous_iteration",
        "previous_phase",
    ):
        move = example.move(0, name)
        assert (move.seq, move.goal, bool(move.why)) == (None, None, True), name


def test_a_count_repeats_and_stops_at_the_end(example):
    assert example.move(3, "step", count=10).seq == 13
    assert example.move(13, "step_back", count=10).seq == 3
    assert example.move(3, "step_back", count=10).seq == 0
    far = example.move(3, "next_iteration", count=99)
    assert (far.seq, bool(far.why)) == (len(example) - 1, True)
    assert example.move(0, "next_iteration", count=ITERATIONS - 1).seq == at(
        example, f"it{ITERATIONS - 1}/forward/MLP/enter"
    )


def test_first_and_last(example):
    assert example.move(7, "first").seq == 0
    assert example.move(7, "last").seq == len(example) - 1


def test_an_unknown_move_or_event_is_our_own_mistake(example):
    with pytest.raises(KeyError):
        example.move(0, "sideways")
    with pytest.raises(IndexError):
        example.move(len(example), "step")


# ---- random logs: live and replay agree -----------------------------------------------------------------------


@st.composite
def random_headers(draw):
    """Well-formed nesting, phases and iterations; some backward steps, some failures."""
    headers, stack, iteration, nodes = [], [], 0, 0
    phase = Phase.setup
    for _ in range(draw(st.integers(1, 40))):
        choice = draw(
            st.sampled_from(["open", "close", "forward", "forward", "backward", "failed", "phase", "turn"])
        )
        if choice == "turn":
            iteration += 1
        elif choice == "phase":
            phase = draw(st.sampled_from(list(Phase)))
        fields = {"iteration": iteration, "phase": phase, "depth": len(stack)}
        if stack:
            fields["parent"] = stack[-1]
        if choice == "open":
            headers.append(header(Kind.scope_entered, **fields))
            stack.append(len(headers) - 1)
        elif choice == "close" and stack:
            opener = stack.pop()
            fields = {**fields, "depth": len(stack), "partner": opener, "parent": headers[opener]["parent"]}
            headers.append(header(Kind.scope_exited, **fields))
        elif choice == "backward" and nodes:
            headers.append(header(Kind.backward, node=draw(st.integers(0, nodes - 1)), **fields))
        elif choice == "failed":
            headers.append(header(Kind.failed, **fields))
        else:
            headers.append(header(Kind.forward, node=nodes, **fields))
            nodes += 1
    return headers


@pytest.fixture
def timeline_of(tmp_path_factory):
    def make(headers) -> Timeline:
        return Timeline(LogReader(write_headers(tmp_path_factory.mktemp("random") / "run", headers)))

    return make


def goal_of(name: str, seq: int, record: dict):
    """The goal that a live child is given for this move from this event."""
    phase = UntilPhase(record["iteration"], record["phase"])
    return {
        "step": UntilSeq(seq + 1),
        "over": UntilOver(record["depth"]),
        "finish": UntilOut(record["depth"]) if record["depth"] else phase,
        "next_phase": phase,
        "next_iteration": UntilIteration(record["iteration"]),
        "continue": UntilStop(),
        "cross": UntilBackwardOf(record["node"]),
    }[name]


relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@relaxed
@given(headers=random_headers(), data=st.data())
def test_the_live_goal_ends_where_the_move_does(timeline_of, headers, data):
    timeline = timeline_of(headers)
    name = data.draw(st.sampled_from(["step", "over", "finish", "next_phase", "next_iteration", "continue"]))
    seq = data.draw(st.integers(0, len(headers) - 1))
    goal = goal_of(name, seq, headers[seq])
    # As the child sees it: one record after the other, from the next event on.
    live = next((i for i in range(seq + 1, len(headers)) if goal.matches({**headers[i], "seq": i})), None)
    move = timeline.move(seq, name)
    if live is not None:
        assert move.seq == live
    else:
        assert move.seq == (len(headers) - 1 if seq < len(headers) - 1 else None)
        assert move.why
        timeline.live = True
        asked = timeline.move(seq, name)
        assert (asked.seq, asked.goal) == (None, goal)


@relaxed
@given(headers=random_headers(), data=st.data())
def test_cross_agrees_with_the_live_goal(timeline_of, headers, data):
    timeline = timeline_of(headers)
    ops = [seq for seq, fields in enumerate(headers) if fields["kind"] == Kind.forward]
    if not ops:
        return
    seq = data.draw(st.sampled_from(ops))
    goal = UntilBackwardOf(headers[seq]["node"])
    live = next((i for i in range(seq + 1, len(headers)) if goal.matches(headers[i])), None)
    assert timeline.move(seq, "cross").seq == live
    timeline.live = True
    assert timeline.move(seq, "cross").goal == (goal if live is None else None)


@relaxed
@given(headers=random_headers())
def test_every_walk_is_undone_by_its_counterpart(timeline_of, headers):
    timeline = timeline_of(headers)
    last = len(headers) - 1
    assert walk(timeline, 0, "step") == walk(timeline, last, "step_back")[::-1]
    for forward, back, starts in (
        ("next_iteration", "previous_iteration", ("iteration",)),
        ("next_phase", "previous_phase", ("iteration", "phase")),
    ):
        there = [
            seq
            for seq in range(len(headers))
            if seq == 0 or any(headers[seq][field] != headers[seq - 1][field] for field in starts)
        ]
        assert walk(timeline, 0, forward)[: len(there)] == there
        assert walk(timeline, there[-1], back) == there[::-1]


@relaxed
@given(headers=random_headers(), data=st.data(), count=st.integers(1, 5))
def test_a_count_is_the_move_made_so_many_times(timeline_of, headers, data, count):
    timeline = timeline_of(headers)
    name = data.draw(st.sampled_from(sorted(set(MOVES) - {"cross", "first", "last"})))
    seq = here = data.draw(st.integers(0, len(headers) - 1))
    for _ in range(count):
        move = timeline.move(here, name)
        if move.seq is None:
            break
        here = move.seq
    assert timeline.move(seq, name, count=count).seq == (None if here == seq else here)


def test_a_live_count_says_how_often_the_move_is_still_to_be_made(timeline_of):
    headers = [header(Kind.forward, iteration=i) for i in range(3)]
    timeline = timeline_of(headers)
    timeline.live = True
    move = timeline.move(0, "next_iteration", count=10)
    assert (move.seq, move.goal, move.remaining) == (None, UntilIteration(2), 7)
    assert timeline.move(0, "step", count=10).goal == UntilSeq(10)


def test_what_is_far_away_is_found_across_pieces_of_the_index(timeline_of):
    count = 200_000
    headers = [header(Kind.forward, iteration=0, depth=1, phase=1)] * count
    headers[0] = header(Kind.failed, phase=1)
    headers[-1] = header(Kind.failed, phase=1)
    timeline = timeline_of(headers)
    middle = count // 2
    for name in ("continue", "over", "finish"):
        seq = 0 if name == "over" else middle
        assert timeline.move(seq, name).seq == count - 1, name
    assert timeline.move(middle, "continue_back").seq == 0
    assert timeline.move(count - 1, "over_back").seq == 0
    assert timeline.move(middle, "finish_back").seq == 0
    assert timeline.move(middle, "previous_phase").seq == 0
