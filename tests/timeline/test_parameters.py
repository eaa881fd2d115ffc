"""The state of the parameters at an event is what replaying the log up to it gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.log.writer import LogWriter
from bpdebug.timeline import Timeline, latest
from tests.support.example_run import write_example_run
from tests.support.synthetic_log import write_training

NAMES = ("Net.a.W", "Net.b.W", "Other.W")


class Writer:
    """Appends events about three parameters, and remembers what each one's state is after each event."""

    def __init__(self, directory: Path) -> None:
        self.log = LogWriter.create(directory, script="net.py")
        self.log.thread("MainThread")
        self.op = self.log.op("Linear", "linear", ["x", "W"], ["y"])
        self.filled = 0
        first = [self.tensor() for _ in NAMES]
        self.ids = [self.log.variable(name, True, tensor) for name, tensor in zip(NAMES, first, strict=True)]
        self.now = {
            name: {"value": tensor, "gradient": None, "note": "none yet", "updated_at": None}
            for name, tensor in zip(NAMES, first, strict=True)
        }
        self.history: list[dict[str, dict[str, object]]] = []

    def tensor(self) -> int:
        self.filled += 1
        return self.log.tensor(np.full((2, 3), self.filled, "f4"))

    def append(self, kind: Kind, body: r.Event, label: str, scope: str = "") -> int:
        header = {"scope": self.log.scope(scope, "Link")} if scope else {}
        seq = self.log.append(kind, body, label=self.log.text(label), **header)
        self.history.append({name: dict(state) for name, state in self.now.items()})
        return seq

    def happen(self, what: str, which: int) -> None:
        """One event of the sort `what`, about parameter `which` where that is asked for."""
        name, variable = NAMES[which], self.ids[which]
        state = self.now[name]
        scope = name.rpartition(".")[0]
        if what == "update":
            after = self.tensor()
            body = r.ParamUpdatedBody(variable, state["value"], state["gradient"], after, lr=0.5, rule="SGD")
            state["value"], state["updated_at"] = after, len(self.history)
            self.append(Kind.param_updated, body, name)
        elif what == "grad":
            add, after = self.tensor(), self.tensor()
            body = r.GradAccumulatedBody(variable, state["gradient"], add, after)
            state["note"] = "first contribution" if state["gradient"] is None else "summed"
            state["gradient"] = after
            self.append(Kind.grad_accumulated, body, f"grad:{name}", scope)
        elif what == "hook":
            after = self.tensor()
            body = r.GradientHookedBody("WeightDecay", variable, state["gradient"], after)
            state["gradient"], state["note"] = after, "changed by WeightDecay"
            self.append(Kind.gradient_hooked, body, f"WeightDecay:{name}")
        elif what in ("clear", "zero"):
            touched = [0, 1] if which < 2 else [2]  # two models, cleared apart
            for each in touched:
                # Of a parameter that never had a gradient, a log needn't know that it was cleared.
                if self.now[NAMES[each]]["note"] != "none yet":
                    note = "zeros" if what == "zero" else "cleared"
                    self.now[NAMES[each]] |= {"gradient": None, "note": note}
            body = r.GradsClearedBody([self.ids[each] for each in touched], what == "zero")
            self.append(Kind.grads_cleared, body, "zerograds" if what == "zero" else "cleargrads")
        elif what == "load":
            state["value"] = self.tensor()  # no event: the next op shows it
            self.call(name, variable, scope)
        elif what == "call":
            self.call(name, variable, scope)
        elif what == "edit":
            after = self.tensor()
            body = r.EditedBody(variable, state["value"], after)
            state["value"] = after
            self.append(Kind.edited, body, f"edit:{name}")
        else:
            other = r.ForwardBody(self.op, [r.Slot(1 << 20, self.tensor())], [])
            self.append(Kind.forward, other, "relu", scope)

    def call(self, name: str, variable: int, scope: str) -> None:
        slots = [r.Slot(1 << 20, self.tensor()), r.Slot(variable, self.now[name]["value"])]
        self.append(Kind.forward, r.ForwardBody(self.op, slots, []), "linear", scope)


happenings = st.lists(
    st.tuples(
        st.sampled_from(["update", "grad", "grad", "hook", "clear", "zero", "load", "call", "edit", "other"]),
        st.integers(0, len(NAMES) - 1),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=happenings, chunk=st.sampled_from([4, 1 << 16]), order=st.randoms())
def test_states_are_those_of_a_replay_whichever_way_one_came(
    tmp_path_factory, monkeypatch, happenings, chunk, order
):
    monkeypatch.setattr(latest, "CHUNK", chunk)
    directory = tmp_path_factory.mktemp("states") / "run"
    writer = Writer(directory)
    for what, which in happenings:
        writer.happen(what, which)
    writer.log.close()
    with LogReader(directory) as reader:
        timeline = Timeline(reader)
        places = list(range(len(timeline)))
        order.shuffle(places)
        for seq in places:
            for state in timeline.parameters(seq):
                expected = writer.history[seq][state.name]
                found = {
                    "value": state.value,
                    "gradient": state.gradient,
                    "note": state.gradient_note,
                    "updated_at": state.updated_at,
                }
                assert found == expected, (seq, state.name, happenings[: seq + 1])
                assert state.updated_here == (state.updated_at == seq)
                assert (state.shape, state.dtype) == ((2, 3), "float32")


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("example") / "run")) as reader:
        yield Timeline(reader)


def test_an_update_says_what_it_was_made_of(example):
    seq = example.reader.find("it1/update/MLP.l2.W")
    state = next(state for state in example.parameters(seq) if state.name == "MLP.l2.W")
    assert state.updated_here
    assert (state.lr, state.rule, state.state_tensors) == (0.5, "MomentumSGDRule", ["v"])
    before, after = example.reader.array(state.before), example.reader.array(state.after)
    velocity = example.reader.array(state.state["v"])
    assert np.array_equal(after, before + velocity)
    assert state.value == state.after
    assert state.used_gradient == state.gradient


def test_before_its_update_a_parameter_holds_the_value_before(example):
    seq = example.reader.find("it1/update/MLP.l2.W")
    now, then = (
        next(state for state in example.parameters(at) if state.name == "MLP.l2.W") for at in (seq, seq - 1)
    )
    assert then.value == now.before
    assert then.updated_at < seq


def test_a_parameter_that_is_never_updated_keeps_its_first_value(tmp_path):
    with LogReader(write_training(tmp_path / "run", 1000)) as reader:
        frozen = Timeline(reader).parameters(len(reader) - 1)[-1]
    assert (frozen.name, frozen.value, frozen.updated_at, frozen.written_at) == (
        "Net.frozen.W",
        0,
        None,
        None,
    )
    assert (frozen.gradient, frozen.gradient_note) == (None, "none yet")
