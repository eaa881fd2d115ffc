"""Breakpoints mean the same for one record as for a whole log, and follow names that come later."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bpdebug.breakpoints import BreakpointMatcher, place_of, same_path
from bpdebug.log.definition_records import Frame, ScopeDefinition, SiteDefinition, SourceDefinition
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import NOTHING, Kind
from bpdebug.stepping import Breakpoint
from tests.support.example_run import ITERATIONS, SCRIPT_PATH, line_of, write_example_run


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("example") / "run")) as reader:
        yield reader


def stops(reader, *breakpoints):
    """The addresses where these stop; both ways of asking must agree."""
    matcher = BreakpointMatcher(breakpoints, reader)
    whole = matcher.matching(reader.index)
    single = [
        matcher.matches({name: int(row[name]) for name in ("kind", "label", "scope", "site", "iteration")})
        for row in reader.index
    ]
    assert whole.tolist() == single
    return [reader.address(int(seq)) for seq in np.flatnonzero(whole)]


def test_a_line_stops_at_the_forward_ops_that_it_makes(reader):
    line = line_of("F.sigmoid(self.l1(x))")
    expected = [f"it{i}/forward/{op}" for i in range(ITERATIONS) for op in ("MLP.l1/linear", "MLP/sigmoid")]
    assert stops(reader, Breakpoint(path=SCRIPT_PATH, line=line)) == expected
    assert stops(reader, Breakpoint(path="perceptron.py", line=line)) == expected
    assert stops(reader, Breakpoint(path="ron.py", line=line)) == []
    assert stops(reader, Breakpoint(path=SCRIPT_PATH, line=1)) == []


def test_a_line_stops_where_it_calls_a_link_of_the_scripts_own_and_not_one_of_the_engines():
    names = SimpleNamespace(
        texts=["enter"],
        scopes=[ScopeDefinition(0, "MLP", "MLP", own=True), ScopeDefinition(1, "MLP.l1", "Linear")],
        sources=[SourceDefinition(0, "a.py", "")],
        sites=[SiteDefinition(0, [Frame(0, 7, "<module>")])],
    )
    matcher = BreakpointMatcher([Breakpoint(path="a.py", line=7)], names)
    index = np.zeros(3, [(name, np.uint32) for name in ("kind", "label", "scope", "site", "iteration")])
    index["kind"] = [Kind.scope_entered, Kind.scope_entered, Kind.scope_exited]
    index["scope"] = [0, 1, 0]
    assert matcher.matching(index).tolist() == [True, False, False]
    assert [matcher.matches({name: int(row[name]) for name in index.dtype.names}) for row in index] == [
        True,
        False,
        False,
    ]


CALLER, OTHER, MAIN_LINE = Frame(0, 7, "<module>"), Frame(0, 8, "<module>"), Frame(0, 99, "main")
STACKS = [
    [CALLER, Frame(0, 3, "f")],
    [CALLER, Frame(0, 4, "f")],
    [OTHER, Frame(0, 3, "f")],
    [CALLER],
    [MAIN_LINE, Frame(0, 7, "g"), Frame(0, 3, "f")],
]


@pytest.fixture
def calls():
    """The names of a run in which line 7 of a.py calls a function whose ops are at lines 3 and 4, as line 8 does."""
    return SimpleNamespace(
        texts=[""],
        scopes=[],
        sources=[SourceDefinition(0, "a.py", "")],
        sites=[SiteDefinition(place, frames) for place, frames in enumerate(STACKS)],
    )


# (site, iteration, whether a breakpoint on line 7 stops there)
EVENTS = [
    (0, 0, True), (1, 0, False), (2, 0, False), (0, 0, True), (3, 0, True), (0, 0, False), (0, 1, True), (1, 1, False),
    (NOTHING, 1, False), (1, 1, True), (4, 1, True), (4, 1, False),
]  # fmt: skip


def test_a_line_stops_at_the_first_event_of_each_call_that_it_makes(calls):
    index = np.zeros(
        len(EVENTS), [(name, np.uint32) for name in ("kind", "label", "scope", "site", "iteration")]
    )
    index["kind"], index["scope"] = Kind.forward, NOTHING
    index["site"] = [site for site, _, _ in EVENTS]
    index["iteration"] = [iteration for _, iteration, _ in EVENTS]
    expected = [stops for _, _, stops in EVENTS]
    line = Breakpoint(path="a.py", line=7)
    records = [{name: int(row[name]) for name in index.dtype.names} for row in index]
    live = place_of(line, calls)
    assert [live.matches(record) for record in records] == expected
    assert place_of(line, calls).matching(index).tolist() == expected
    for begin in range(len(EVENTS)):  # a part of a log, and a breakpoint that is set while the script runs
        assert place_of(line, calls).matching(index, begin).tolist() == expected[begin:]
        late = place_of(line, calls, records[begin - 1] if begin else None)
        assert [late.matches(record) for record in records[begin:]] == expected[begin:]
    own = [site == 3 for site, _, _ in EVENTS]
    assert place_of(line, calls, calls=False).matching(index).tolist() == own


def test_an_op_stops_in_its_scope_only(reader):
    found = stops(reader, Breakpoint(kind=Kind.backward, scope="MLP.l2", label="linear"))
    assert found == [f"it{i}/backward/MLP.l2/linear" for i in range(ITERATIONS)]


def test_a_name_without_scope_stops_in_every_scope(reader):
    found = stops(reader, Breakpoint(kind=Kind.backward, label="linear"))
    assert found == [f"it{i}/backward/MLP.{link}/linear" for i in range(ITERATIONS) for link in ("l2", "l1")]
    assert stops(reader, Breakpoint(kind=Kind.backward, scope="", label="linear")) == []


def test_a_line_stops_where_it_calls_backward_cleargrads_or_an_update(reader):
    calls = {
        "loss.backward()": "backward/backward_started",
        "cleargrads()": "forward/cleargrads",
        "optimizer.update()": "update/update:MomentumSGD",
    }
    for line, event in calls.items():
        found = stops(reader, Breakpoint(path=SCRIPT_PATH, line=line_of(line)))
        assert found == [f"it{i}/{event}" for i in range(ITERATIONS)]


def test_an_event_without_scope_is_named_without_one(reader):
    assert stops(reader, Breakpoint(kind=Kind.param_updated, label="MLP.l1.b")) == [
        f"it{i}/update/MLP.l1.b" for i in range(ITERATIONS)
    ]


def test_several_breakpoints_add_up(reader):
    both = stops(
        reader,
        Breakpoint(kind=Kind.grads_cleared, label="cleargrads"),
        Breakpoint(path=SCRIPT_PATH, line=line_of("return self.l2(h)")),
    )
    assert both[:2] == ["it0/forward/MLP.l2/linear", "it0/forward/cleargrads"]
    assert len(both) == 2 * ITERATIONS


def test_names_may_come_after_the_breakpoint():
    names = SimpleNamespace(texts=[], scopes=[], sites=[], sources=[])
    matcher = BreakpointMatcher(
        [Breakpoint(path="a.py", line=3), Breakpoint(kind=Kind.forward, scope="Net", label="relu")], names
    )
    by_line = {"kind": Kind.forward, "label": 0, "scope": NOTHING, "site": 0, "iteration": 0}
    by_name = {"kind": Kind.forward, "label": 1, "scope": 0, "site": NOTHING}
    assert not matcher.matches(by_line)
    assert not matcher.matches(by_name)
    names.sources.append(SourceDefinition(0, "/home/me/a.py", ""))
    names.sites.append(SiteDefinition(0, [Frame(0, 9, "<module>"), Frame(0, 3, "forward")]))
    names.texts += ["linear", "relu"]
    assert matcher.matches(by_line)
    assert not matcher.matches(by_name)
    names.scopes.append(ScopeDefinition(0, "Net", "Net"))
    assert matcher.matches(by_name)
    assert not matcher.matches({**by_line, "kind": Kind.backward})


def test_paths_match_by_their_end_at_a_slash():
    assert same_path("/a/b.py", "/a/b.py")
    assert same_path("./b.py", "/a/b.py")
    assert same_path("b.py", "C:\\a\\b.py")
    assert not same_path("b.py", "/a/bb.py")
    assert not same_path("/b.py", "/a/b.py")
