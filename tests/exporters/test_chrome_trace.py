"""The Chrome trace: slices balanced and nested on every track, times as recorded, counters that add up."""

from __future__ import annotations

import json
from collections import defaultdict

import numpy as np
import pytest

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from tests.support.synthetic_log import header, write_headers


def events_of(data):
    return json.loads(data, parse_constant=pytest.fail)["traceEvents"]


def slices(events):
    """Balanced slices of each track: (name, begin, end, depth, event); fails where they don't nest."""
    stacks, last, found = defaultdict(list), defaultdict(lambda: -1.0), []
    for event in events:
        if event["ph"] not in "BEi":
            continue
        track = event["pid"], event["tid"]
        assert event["ts"] > last[track]
        last[track] = event["ts"]
        if event["ph"] == "B":
            stacks[track].append(event)
        elif event["ph"] == "E":
            begin = stacks[track].pop()
            found.append(
                (track, begin, event["ts"] - begin["ts"], [open_["name"] for open_ in stacks[track]])
            )
    assert not any(stacks.values())
    return found


def test_every_op_of_every_sample_is_a_slice_in_its_thread_and_link(sample, export):
    events = events_of(export(sample, "chrome-trace")[0])
    found = slices(events)
    shown = [begin["args"]["event"] for (group, _), begin, *_ in found if group == 1]
    opening = [kind for kind in Kind if kind.opens]
    expected = [
        seq
        for seq, kind in enumerate(sample.index["kind"])
        if kind in (Kind.forward, Kind.backward, *opening)
    ]
    assert sorted(shown) == expected
    for (group, _), begin, took_us, outside in found:
        seq = begin["args"]["event"]
        assert begin["args"]["address"] == sample.address(seq)
        if sample.index["kind"][seq] in (Kind.forward, Kind.backward):
            # Rounded to the microsecond by the log, moved by nanoseconds where events touch.
            assert took_us <= sample.body(seq).ns / 1000 + 2
        if group == 2:
            assert outside == []


def test_ops_are_nested_in_the_calls_of_links(sample_run, export):
    reader = sample_run("xor")
    found = slices(events_of(export(reader, "chrome-trace", iterations=(3, 4))[0]))
    seq = reader.find("it3/forward/XorNet.hidden/linear")
    (outside,) = [
        names for (group, _), begin, _, names in found if group == 1 and begin["args"]["event"] == seq
    ]
    assert outside == ["XorNet", "XorNet.hidden"]
    tracks = {begin["name"] for (group, _), begin, *_ in found if group == 2}
    assert "linear" in tracks


def counted(data, name):
    return [event["args"] for event in events_of(data) if event.get("name") == name]


def test_memory_counts_what_is_kept_for_backward(sample_run, export):
    reader = sample_run("xor")
    memory = counted(export(reader, "chrome-trace", iterations=(3, 4))[0], "memory (bytes)")
    forward = (reader.index["kind"] == Kind.forward) & (reader.index["iteration"] == 3)
    kept = [reader.body(int(seq)).kept for seq in np.flatnonzero(forward)]
    graph = [values["kept for backward"] for values in memory]
    # It grows to all that the iteration's ops keep, and their steps let go of it again.
    assert max(graph) == sum(kept) > 0
    assert graph[-1] == 0
    assert graph.index(max(graph)) == sum(size > 0 for size in kept) - 1


def test_gradients_of_parameters_and_reports_are_counted(example, export):
    data = export(example, "chrome-trace", iterations=(1, 2))[0]
    assert counted(data, "memory (bytes)")[-1]["gradients of parameters"] == (6 + 3 + 3 + 1) * 4
    losses = [values["value"] for values in counted(data, "main/loss")]
    assert losses == [float(example.index["value"][example.find("it1/update/report:main/loss")])]


def test_what_was_never_closed_ends_at_the_end(tmp_path, export):
    rows = [
        header(Kind.scope_entered, time_us=1),
        header(Kind.backward_started, time_us=2),
        header(Kind.forward),
    ]
    with LogReader(write_headers(tmp_path / "run", rows)) as reader:
        assert len(slices(events_of(export(reader, "chrome-trace")[0]))) == 3


def test_a_closing_event_whose_opening_one_is_not_selected_is_nothing(example, export):
    events = events_of(export(example, "chrome-trace", only=("scope_exited", "backward"))[0])
    assert {begin["cat"] for _, begin, *_ in slices(events)} == {"backward"}


def test_after_the_clock_of_the_log_ends_time_goes_on(tmp_path, export):
    rows = [header(Kind.forward, time_us=0xFFFFFFFF, node=i) for i in range(5)]
    with LogReader(write_headers(tmp_path / "run", rows)) as reader:
        assert len(slices(events_of(export(reader, "chrome-trace")[0]))) == 5


def test_a_hostile_log_gives_clean_ascii_json(hostile, export):
    data, report = export(hostile, "chrome-trace")
    assert data.isascii()
    assert b"\x1b" not in data
    assert len(slices(events_of(data))) == 5
    assert report.damaged == 0
