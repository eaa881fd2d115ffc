"""Any sequence of commands leaves the position that a naive model of the run, a plain list of events, leaves."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpdebug.breakpoints import breakpoint_from_text
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.timeline import Timeline
from bpdebug.tui.navigator import Navigator
from tests.support.example_run import write_example_run

STOPS = {
    "linear": lambda event: event["label"] in ("linear",),
    "norm(gx) > 0.05": None,
    'phase == "update"': None,
    "MLP.l1/*": lambda event: event["scope"] == "MLP.l1",
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("runs") / "run")) as reader:
        yield reader


class Model:
    """The run as a list of dictionaries; every command is a loop over it."""

    def __init__(self, reader):
        self.events = []
        for seq, row in enumerate(reader.index):
            scope = int(row["scope"])
            gx = None
            if row["kind"] == Kind.backward and reader.ops[reader.body(seq).op].x_roles:
                body = reader.body(seq)
                roles = reader.ops[body.op].x_roles
                places = [i for i, role in enumerate(roles) if role.rstrip("0123456789") == "x"]
                tensors = [body.gx[i] for i in places if i < len(body.gx) and body.gx[i] is not None]
                gx = sum(float((reader.array(tensor).astype(float) ** 2).sum()) for tensor in tensors) ** 0.5
                gx = gx if tensors else None
            self.events.append(
                {
                    "kind": int(row["kind"]), "depth": int(row["depth"]), "iteration": int(row["iteration"]),
                    "phase": int(row["phase"]), "label": reader.texts[int(row["label"])],
                    "scope": reader.scopes[scope].path if scope < len(reader.scopes) else "", "norm_gx": gx,
                }
            )  # fmt: skip
        self.seq = 0
        self.stops = []

    def is_stop(self, seq):
        return any(self._stops(text, seq) for text in self.stops)

    def _stops(self, text, seq):
        event = self.events[seq]
        if text == "norm(gx) > 0.05":
            return event["norm_gx"] is not None and event["norm_gx"] > 0.05
        if text == 'phase == "update"':
            return event["phase"] == 3 and (seq == 0 or self.events[seq - 1]["phase"] != 3)
        return STOPS[text](event)

    def forward(self, reached):
        """To the first event that fits, or a stop on the way, or the end."""
        for seq in range(self.seq + 1, len(self.events)):
            if reached(self.events[seq], seq) or self.is_stop(seq):
                self.seq = seq
                return
        self.seq = len(self.events) - 1

    def command(self, name):
        here, events = self.events[self.seq], self.events
        if name == "step":
            self.seq = min(self.seq + 1, len(events) - 1)
        elif name == "step_back":
            self.seq = max(self.seq - 1, 0)
        elif name == "over":
            self.forward(lambda event, seq: event["depth"] <= here["depth"])
        elif name == "next_iteration":
            self.forward(lambda event, seq: event["iteration"] > here["iteration"])
        elif name == "next_phase":
            self.forward(lambda e, seq: (e["phase"], e["iteration"]) != (here["phase"], here["iteration"]))
        elif name == "continue":
            self.forward(lambda event, seq: event["kind"] == Kind.failed)
        elif name == "continue_back":
            self.seq = next((seq for seq in range(self.seq - 1, -1, -1) if self.is_stop(seq)), 0)
        elif name == "first":
            self.seq = 0
        else:
            assert name == "last"
            self.seq = len(events) - 1


COMMANDS = st.sampled_from(
    [
        "step",
        "step_back",
        "over",
        "next_iteration",
        "next_phase",
        "continue",
        "continue_back",
        "first",
        "last",
    ]
)
THINGS_DONE = st.lists(COMMANDS | st.sampled_from(list(STOPS)), min_size=1, max_size=25)
relaxed = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@relaxed
@given(done=THINGS_DONE)
def test_commands_and_breakpoints_lead_where_the_list_does(reader, done):
    navigator, model = Navigator(Timeline(reader)), Model(reader)
    for what in done:
        if what in STOPS:  # set it, or take it away
            navigator.toggle_breakpoint(breakpoint_from_text(what))
            model.stops.remove(what) if what in model.stops else model.stops.append(what)
        else:
            navigator.command(what)
            model.command(what)
        assert navigator.seq == model.seq, done


@relaxed
@given(done=st.lists(COMMANDS, min_size=1, max_size=15))
def test_going_back_undoes_each_command_and_forward_does_it_again(reader, done):
    navigator = Navigator(Timeline(reader))
    navigator.go_to(0)
    visited = [0]
    for name in done:
        navigator.command(name)
        if navigator.seq != visited[-1]:
            visited.append(navigator.seq)
    back = [navigator.seq]
    while navigator.go_back(1):
        back.append(navigator.seq)
    assert back == visited[::-1]
    forward = [navigator.seq]
    while navigator.go_back(-1):
        forward.append(navigator.seq)
    assert forward == visited


@relaxed
@given(done=st.lists(COMMANDS, max_size=15), data=st.data())
def test_what_an_event_shows_does_not_depend_on_the_way_there(reader, done, data):
    walked, direct = Timeline(reader), Timeline(reader)
    navigator = Navigator(walked)
    for name in done:
        navigator.command(name)
        if data.draw(st.booleans()):
            walked.moment(navigator.seq)
            walked.parameters(navigator.seq)
    seq = navigator.seq
    assert repr(walked.moment(seq)) == repr(direct.moment(seq))
    assert walked.parameters(seq) == direct.parameters(seq)
