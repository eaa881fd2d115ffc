"""What conditions mean at the events of a run, live and from its log: both must say the same of every event."""

from __future__ import annotations

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug.conditions import LiveEvents, condition
from bpdebug.frontends.engine import watch
from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from bpdebug.timeline.recorded import RecordedEvents
from tests.support.watched import MLP, T, X


class Asked:
    """A recorded training, and what conditions said of its events while they happened."""

    def __init__(self, directory, texts):
        self.conditions = [condition(text) for text in texts]
        self.live = {text: [] for text in texts}
        writer = LogWriter.create(directory)
        recorder = Recorder(writer, self.ask)
        recorder.keep_before = True
        self.events = LiveEvents(writer)
        stop = watch(engine, recorder)
        train()
        stop()
        assert not recorder.disabled
        recorder.close()
        self.reader = LogReader(directory)

    def ask(self, header):
        self.events.note(header)
        for one in self.conditions:
            if self.events.holds(one, header, header["body"], header["arrays"]):
                self.live[one.text].append(header["seq"])


def train():
    np.random.seed(0)
    model = MLP()
    optimizer = engine.optimizers.Adam(0.1)
    optimizer.setup(model)
    optimizer.add_hook(engine.optimizer_hooks.WeightDecay(0.01))
    for iteration in range(4):
        x = X * np.float32(np.nan) if iteration == 3 else X
        loss = F.mean_squared_error(model(x), T)
        engine.report({"loss": loss}, model)
        model.cleargrads()
        loss.backward()
        optimizer.update()


EXAMPLES = {
    "nan": "it3/forward/MLP.l1/linear",
    "nan(x)": "it3/forward/MLP.l1/linear",
    "nan(gx) or nan(gW)": "it3/backward/mean_squared_error",
    "inf": None,
    'op == "sigmoid" and min(y) > 0': "it0/forward/MLP/sigmoid",
    'op == "sig*" and kind == "backward"': "it0/backward/MLP/sigmoid",
    "norm(gx) >= 0": "it0/backward/mean_squared_error",
    "gb1 > 0": None,
    "max(abs(W.delta)) / std(W) > 0.01": "it0/update/MLP.l1.W",
    "norm(b.before) == 0 and norm(b.after) > 0": "it0/update/MLP.l1.b",
    "norm(MLP.l2.W.grad) > 0": "it0/backward/MLP.l2/grad:MLP.l2.W",
    "norm(param.grad) / norm(param) > 0": "it0/update/MLP.l1.W",
    "norm(gW.delta) > 0 and kind == 'gradient_hooked'": "it0/update/WeightDecay:MLP.l1.W",
    "nan(loss)": "it3/forward/report:loss",
    "loss < loss[-1]": "it1/forward/report:loss",
    "iteration >= 2": "it2/forward/MLP/enter",
    'phase == "update"': "it0/update/update:Adam",
    'parameter == "*.b" and size(param) == 3': "it0/update/MLP.l1.b",
    'scope == "MLP.l2" and y > 1e6': None,
    "size(x[1]) == 3 and size(x[0]) == 3 and size(x) == 6": "it0/forward/mean_squared_error",
    "sum(x[1] == 1) == 2 and op == 'mean_squared_error'": "it0/forward/mean_squared_error",
}
"""Each with the first event that it holds at; None for those that never hold."""


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    return Asked(tmp_path_factory.mktemp("asked") / "run", list(EXAMPLES))


def holding(reader, one):
    """The events of a log at which a condition holds, by the rule for one event."""
    events = RecordedEvents(reader)
    found = []
    for seq in range(len(reader)):
        event = events.event(seq)
        reported = one.asked.value != "reports" or events.reports.is_report_of(
            one.metrics, event.header["label"]
        )
        if event.header["kind"] in one.kinds and reported and one.rule(event):
            found.append(seq)
    return found


@pytest.mark.parametrize("text", list(EXAMPLES))
def test_live_and_recorded_events_give_the_same_answers(asked, text):
    assert holding(asked.reader, condition(text)) == asked.live[text]


@pytest.mark.parametrize(("text", "address"), list(EXAMPLES.items()))
def test_where_a_condition_first_holds(asked, text, address):
    found = asked.live[text]
    assert (asked.reader.address(found[0]) if found else None) == address
