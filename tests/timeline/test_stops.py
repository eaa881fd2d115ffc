"""Stops: found in a log as they are found live, in both directions, in pieces, with hits passed by."""

from __future__ import annotations

import contextlib
import threading

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpdebug.breakpoints import breakpoint_from_text
from bpdebug.breakpoints.live import LiveStops
from bpdebug.log.schema import Kind
from bpdebug.stepping import Breakpoint
from bpdebug.timeline import Timeline, stops
from bpdebug.timeline.recorded import RecordedEvents
from bpdebug.timeline.stops import RecordedStops
from bpdebug.timeline.unfinished import Unfinished
from bpdebug.timeline.watches import WatchValues, stop_rows
from tests.support.asked_run import record_training
from tests.support.watched import MLP, Watched, step

TEXTS = (
    "nan",
    "norm(gx) > 0.1",
    "loss < loss[-1]",
    "iteration >= 2",
    'phase == "backward"',
    'phase == "backward" and iteration > 1',
    "linear",
    "MLP.l1/*",
    "MLP.l1/* if norm(gW) > 0.05",
    "*.W if max(abs(param.delta)) > 0",
    "backward/linear",
    "param_updated",
    "it1/backward/MLP.l1/linear",
    "loss",
    "main/loss",
    "norm(MLP.l1.W) changes",
    "W changes",
    "zeros(y) changes",
    "loss changes",
    "MLP/sigmoid if max(y) changes",
    "watched.py:32",
    "asked_run.py:53",
    "asked_run.py:38",
    "asked_run.py:56 if iteration > 0",
    'MLP.l2/linear if phase == "backward"',
)
IGNORED = (0, 1, 3)
BREAKPOINTS = tuple(
    msgspec.structs.replace(breakpoint_from_text(text), ignore=ignore) for text in TEXTS for ignore in IGNORED
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The log of a training, and for each breakpoint where it stopped while that happened."""
    live = {one: [] for one in BREAKPOINTS}

    def begin(writer):
        each = {one: LiveStops(writer) for one in BREAKPOINTS}
        for one, alone in each.items():
            alone.set([one])

        def ask(header):
            for one, alone in each.items():
                if alone.stops(header):
                    live[one].append(header["seq"])

        return ask

    reader = record_training(tmp_path_factory.mktemp("asked") / "run", begin)
    return reader, live


def test_an_op_in_the_midst_of_a_condition_is_asked_about_too(tmp_path):
    """A finalizer or a signal handler of the script may run one at any moment."""
    headers, found, nested, hung = [], [], [], []

    def begin(writer):
        def to_host(array):
            if not nested:
                nested.append(False)
                nested[0] = live.stops(headers[-1])
            return np.asarray(array)

        def ask(header):
            if hung:
                return
            headers.append(header)
            asking = threading.Thread(target=lambda: found.append(live.stops(header)), daemon=True)
            asking.start()
            asking.join(30)
            hung.extend([header] if asking.is_alive() else [])

        live = LiveStops(writer, to_host)
        live.set([breakpoint_from_text("norm(gx) >= 0")])
        return ask

    record_training(tmp_path / "run", begin)
    assert not hung
    assert nested == [True]
    assert found.count(True) > 1


def walk(found, length, back=False):
    """All stops without failures, one after the other."""
    seqs, at = [], length if back else -1
    while (at := found.last(at, failures=False) if back else found.first(at + 1, failures=False)) is not None:
        seqs.append(at)
    return seqs[::-1] if back else seqs


@pytest.mark.parametrize("piece", [7, 1 << 13])
def test_a_log_has_the_stops_of_the_live_run_in_both_directions(run, piece, monkeypatch):
    monkeypatch.setattr(stops, "PIECE", piece)
    reader, live = run
    recorded = RecordedEvents(reader)
    for one in BREAKPOINTS:
        assert walk(RecordedStops(recorded, [one]), len(reader)) == live[one], str(one)
        assert walk(RecordedStops(recorded, [one]), len(reader), back=True) == live[one], str(one)
    assert sum(bool(found) for found in live.values()) > len(TEXTS)


def test_several_breakpoints_stop_where_one_of_them_does(run):
    reader, live = run
    expected = sorted({seq for found in live.values() for seq in found})
    found = RecordedStops(RecordedEvents(reader), BREAKPOINTS)
    assert walk(found, len(reader)) == expected
    assert set(found.at(expected[0])) == {one for one in BREAKPOINTS if expected[0] in live[one]}


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_breakpoints_set_in_the_middle_agree_too(run, data):
    """What a child is told at an event, and what the log says from there on."""
    reader, _ = run
    since = data.draw(st.integers(0, len(reader) - 1))
    one = data.draw(st.sampled_from(BREAKPOINTS))
    one = msgspec.structs.replace(one, since=since)
    recorded = RecordedEvents(reader)
    if one.changes:
        one = msgspec.structs.replace(one, was=Timeline(reader).value_before_change(one, since))
    live = LiveStops(reader)
    expected = []
    for seq in range(len(reader)):
        event = recorded.event(seq)
        header = {**event.header, "ordinal": int(reader.index[seq]["ordinal"]), "body": event.body}
        header["arrays"] = _arrays(reader, event.body)
        if live.stops(header) and seq > since:
            expected.append(seq)
        if seq == since:
            live.set([one])
    found = RecordedStops(recorded, [one])
    assert [seq for seq in walk(found, len(reader)) if seq > since] == expected


def _arrays(reader, body):
    arrays = {}
    for name in ("x", "y", "gx", "gy", "roots", "seeds", "before", "after", "grad", "tensor"):
        value = getattr(body, name, None)
        rows = value if isinstance(value, list) else [value]
        rows = [getattr(row, "tensor", row) for row in rows]
        arrays[name] = [
            reader.array(row) if type(row) is int and row < reader.tensor_count else None for row in rows
        ]
    return arrays


def test_a_search_can_be_left_and_taken_up_again(run, monkeypatch):
    monkeypatch.setattr(stops, "PIECE", 8)
    reader, live = run
    one = breakpoint_from_text("nan")
    found = RecordedStops(RecordedEvents(reader), [one], {})
    found.deadline = 0.0
    for end in range(8, live[one][0], 8):
        with pytest.raises(Unfinished) as unfinished:
            found.first(0, failures=False)
        assert 0 <= unfinished.value.done < 1
        found.deadline = None
        assert found.first(0, end, failures=False) is None  # one piece more
        found.deadline = 0.0
    found.deadline = None
    first = found.first(0, failures=False)
    found.deadline = 0.0  # what is known needs no time
    assert first == found.first(0, failures=False) == live[one][0]


@pytest.fixture
def slowly(monkeypatch):
    """Looking takes a second each time; the events that were looked at, from which to which."""
    looked, now_s = [], [0.0]
    for name in ("_hits", "_changes"):
        look = getattr(stops.Hits, name)

        def noting(self, *args, look=look):
            looked.append(args[-2:])
            now_s[0] += 1.0
            return look(self, *args)

        monkeypatch.setattr(stops.Hits, name, noting)
    monkeypatch.setattr("time.perf_counter", lambda: now_s[0])
    monkeypatch.setattr("bpdebug.timeline.portions._FIRST", 8)
    monkeypatch.setattr("bpdebug.timeline.portions._LEAST", 2)
    return looked


@pytest.mark.parametrize("text", ["any(abs(gx) > 0.01)", "norm(MLP.l1.W) changes", "iteration >= 2"])
def test_fewer_events_are_looked_at_together_where_that_takes_long(run, slowly, text):
    reader, _ = run
    one = breakpoint_from_text(text)
    expected = stops.Hits(RecordedEvents(reader), one).of_piece(0).tolist()
    slowly.clear()
    hits, turns = stops.Hits(RecordedEvents(reader), one), 0
    while not hits.is_known(0):
        found = hits.of_piece(0, deadline=0.0)  # is over: one look a turn
        turns += 1
    assert found.tolist() == expected
    assert [end - begin for begin, end in slowly[:4]] == [8, 4, 2, 2]
    assert turns == len(slowly)
    assert [begin for begin, _ in slowly] == [0, *(end for _, end in slowly[:-1])]


def test_more_events_are_looked_at_together_where_that_is_quick(run, monkeypatch):
    reader, _ = run
    monkeypatch.setattr("bpdebug.timeline.portions._FIRST", 8)
    monkeypatch.setattr("time.perf_counter", lambda: 0.0)
    hits = stops.Hits(RecordedEvents(reader), breakpoint_from_text("linear"))
    hits.of_piece(0)
    assert hits._portions.size >= len(reader) // 2


def test_a_search_can_be_left_within_a_piece(run, slowly, monkeypatch):
    reader, live = run
    one = breakpoint_from_text("norm(gx) > 0.1")
    now_s = [0.0]

    def clock():
        now_s[0] += 1.0
        return now_s[0]

    monkeypatch.setattr("time.monotonic", clock)
    found = RecordedStops(RecordedEvents(reader), [one], {})
    turns = 0
    while True:
        found.deadline = now_s[0] + 1.5  # time for one look
        turns += 1
        with contextlib.suppress(Unfinished):
            first = found.first(0, failures=False)
            break
    assert turns > 3
    assert first == live[one][0]


def test_a_breakpoint_that_stops_once_is_passed_by_afterwards(run):
    reader, live = run
    timeline = Timeline(reader)
    always = breakpoint_from_text("linear")
    once = msgspec.structs.replace(always, once=True)
    first = live[always][0]
    assert timeline.move(0, "continue", [once]).seq == first
    assert timeline.move(0, "continue", [always], count=3).seq == live[always][2]
    assert timeline.move(0, "continue", [once], count=3).seq == len(reader) - 1


def test_hits_are_counted_up_to_an_event(run):
    reader, live = run
    one = breakpoint_from_text("norm(gx) > 0.1")
    found = RecordedStops(RecordedEvents(reader), [one])
    counts = [found.hits(one, seq) for seq in range(len(reader))]
    assert counts == np.cumsum(np.isin(np.arange(len(reader)), live[one])).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("train.py:41", Breakpoint(path="train.py", line=41)),
        ("it3/backward/MLP.l1/linear", Breakpoint(address="it3/backward/MLP.l1/linear")),
        ("relu", Breakpoint(pattern="relu")),
        ("MLP.l1/*", Breakpoint(pattern="MLP.l1/*")),
        ("failed", Breakpoint(kind=Kind.failed)),
        ("backward/MLP.l1/*", Breakpoint(kind=Kind.backward, pattern="MLP.l1/*")),
        ("nan", Breakpoint(condition="nan")),
        ("MLP.l1/* if norm(gx) > 1", Breakpoint(pattern="MLP.l1/*", condition="norm(gx) > 1")),
        ("if nan(y)", Breakpoint(condition="nan(y)")),
        ("norm(W) changes", Breakpoint(condition="norm(W)", changes=True)),
        ("Net/relu if y changes", Breakpoint(pattern="Net/relu", condition="y", changes=True)),
    ],
)
def test_what_is_typed_means_a_breakpoint_and_back(text, expected):
    found = breakpoint_from_text(text)
    assert found == expected
    assert breakpoint_from_text(str(found)) == found


def test_a_watch_looks_at_fewer_events_together_where_that_takes_long(run, monkeypatch):
    reader, _ = run
    text = "max(abs(gx))"
    whole = [
        part.tolist() for part in WatchValues(RecordedEvents(reader), text).until(len(reader) - 1, 10**6)
    ]
    looked, now_s = [], [0.0]
    look = WatchValues._look

    def noting(self, begin, end):
        looked.append(end - begin)
        now_s[0] += 1.0
        return look(self, begin, end)

    monkeypatch.setattr(WatchValues, "_look", noting)
    monkeypatch.setattr("bpdebug.timeline.portions._FIRST", 32)
    monkeypatch.setattr("time.perf_counter", lambda: now_s[0])
    monkeypatch.setattr("time.monotonic", lambda: now_s[0])
    values, turns = WatchValues(RecordedEvents(reader), text), 0
    while True:
        turns += 1
        with contextlib.suppress(Unfinished):
            found = values.until(len(reader) - 1, 10**6, deadline=now_s[0] + 0.5)
            break
    assert [part.tolist() for part in found] == whole
    assert sum(looked) == len(reader)
    assert looked[:4] == [32, 16, 16, 16]
    assert turns == len(looked)


@pytest.mark.parametrize("text", ["norm(gx) > 0.1", "iteration >= 2", "norm(MLP.l1.W) changes"])
def test_neighbouring_pieces_that_are_quick_have_the_hits_that_each_has_alone(run, monkeypatch, text):
    reader, _ = run
    monkeypatch.setattr(stops, "PIECE", 8)
    one = breakpoint_from_text(text)
    pieces = range((len(reader) - 1) // 8 + 1)
    found = []
    for together in (1, 4):
        monkeypatch.setattr(stops, "_TOGETHER", together)
        hits = stops.Hits(RecordedEvents(reader), one)
        hits.of_piece(5)
        assert [number for number in pieces if hits.is_known(number)] == (
            [4, 5, 6, 7] if together == 4 and not one.changes else [5]
        )
        found.append([hits.of_piece(number).tolist() for number in pieces])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("capture", "hits", "value"),
    [
        ("full", "no hit in {}", "no value yet"),
        ("none", "no hit in what was kept of {}", "no value kept yet"),
    ],
)
def test_rows_say_that_values_were_not_kept_where_a_condition_asks_for_them(tmp_path, capture, hits, value):
    watched = Watched(tmp_path, capture)
    watched.recorder.run_started(["a.py"], "a.py", "/", {}, [], "")
    step(MLP())
    with watched.read() as reader:
        timeline = Timeline(reader)
        breakpoints = [breakpoint_from_text(text) for text in ("linear if norm(x) < 0", "tanh")]
        watches = [WatchValues(RecordedEvents(reader), "norm(gW)")]
        rows = stop_rows(timeline, breakpoints, watches, [], 1)
        events = f"{len(reader)} events"
        assert [row.detail for row in rows if row.kind != "heading"] == [
            hits.format(events),
            f"no hit in {events}",
            value,
        ]
