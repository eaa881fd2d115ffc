"""A long search in the Navigator's short turns: it goes on where the last turn ended, and obeys what is changed."""

from __future__ import annotations

import msgspec
import pytest

from bpdebug.breakpoints import breakpoint_from_text
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline, stops
from bpdebug.tui.navigator import Navigator
from tests.support.example_run import write_example_run

PIECE = 4
PER_TURN = 3
"""Pieces that a turn has time for: the clock goes on with each look at it."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("runs") / "run")) as reader:
        yield reader


@pytest.fixture
def walked(monkeypatch):
    """The pieces that searches for breakpoints walk through, in that order; a turn is over after a few."""
    pieces = []
    stops_in = stops.RecordedStops._stops_in

    def counted(self, number, failures):
        pieces.append(number)
        return stops_in(self, number, failures)

    now = 0.0

    def clock():
        nonlocal now
        now += 0.05 / PER_TURN
        return now

    monkeypatch.setattr(stops, "PIECE", PIECE)
    monkeypatch.setattr(stops.RecordedStops, "_stops_in", counted)
    monkeypatch.setattr("time.monotonic", clock)
    return pieces


def in_turns(navigator, between=lambda: None):
    turns = 1
    while navigator.searching is not None:
        between()
        assert navigator.search_on()
        turns += 1
        assert turns < 1000
    return turns


@pytest.mark.parametrize("name", ["continue", "continue_back"])
def test_each_piece_is_walked_once_however_many_turns_a_search_takes(reader, walked, name):
    navigator = Navigator(Timeline(reader))
    navigator.toggle_breakpoint(breakpoint_from_text("norm(gx) > 1e9"))
    navigator.go_to(0 if name == "continue" else len(reader) - 1)
    navigator.command(name)
    assert in_turns(navigator) > 3
    assert sorted(walked) == list(range((len(reader) - 1) // PIECE + 1))
    assert navigator.seq == (len(reader) - 1 if name == "continue" else 0)


def test_what_the_screen_asks_meanwhile_does_not_make_the_search_begin_anew(reader, walked):
    navigator = Navigator(Timeline(reader))
    others = [breakpoint_from_text(text) for text in ("norm(gx) > 1e9", "norm(y) > 1e9")]
    for one in others:
        navigator.toggle_breakpoint(one)
    navigator.go_to(0)
    navigator.command("continue")

    def draw():
        for one in others:
            navigator.timeline.stops_of([one]).marks(navigator.seq)

    in_turns(navigator, draw)
    assert len(walked) == (len(reader) - 1) // PIECE + 1


def test_a_breakpoint_set_meanwhile_stops_the_search_even_behind_its_place(reader, walked):
    navigator = Navigator(Timeline(reader))
    navigator.toggle_breakpoint(breakpoint_from_text("norm(gx) > 1e9"))
    navigator.go_to(0)
    navigator.command("continue")
    for _ in range(3):
        navigator.search_on()
    assert max(walked) > 2
    navigator.toggle_breakpoint(breakpoint_from_text("linear"))
    in_turns(navigator)
    first = Timeline(reader).stops_of([breakpoint_from_text("linear")]).first(1, failures=False)
    assert navigator.seq == first < PIECE * max(walked)


def test_a_breakpoint_taken_away_meanwhile_does_not_stop_the_search(reader, walked):
    navigator = Navigator(Timeline(reader))
    navigator.toggle_breakpoint(breakpoint_from_text("norm(gx) > 1e9"))
    late = breakpoint_from_text("it2/evaluation/log")
    navigator.toggle_breakpoint(late)
    navigator.go_to(0)
    navigator.command("continue")
    navigator.search_on()
    navigator.toggle_breakpoint(late)
    in_turns(navigator)
    assert navigator.seq == len(reader) - 1


def test_hits_that_are_ignored_are_counted_once(reader, walked):
    one = breakpoint_from_text("linear")
    hits = [
        seq
        for seq in range(len(reader))
        if Timeline(reader).stops_of([one]).first(seq, seq + 1, failures=False) is not None
    ]
    walked.clear()
    timeline = Timeline(reader)
    navigator = Navigator(timeline)
    navigator.toggle_breakpoint(msgspec.structs.replace(one, ignore=2))
    navigator.go_to(0)
    navigator.command("continue")
    in_turns(navigator)
    assert navigator.seq == hits[2]
    assert len(walked) == len(set(walked)) == hits[2] // PIECE + 1
