"""What conditions mean at the events of a run, live and from its log: both must say the same of every event."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpdebug.conditions import Asked, Condition, LiveEvents, condition
from bpdebug.errors import ConditionError
from bpdebug.timeline.many_events import ManyEvents
from bpdebug.timeline.recorded import RecordedEvents
from tests.support.asked_run import record_training, train_with_many_roles


class AskedRun:
    """A recorded training, and what conditions said of its events while they happened."""

    def __init__(self, directory, texts, train=None):
        self.conditions = [condition(text) for text in texts]
        self.live = {text: [] for text in texts}
        self.reader = record_training(directory, self.begin, train)

    def begin(self, writer):
        self.events = LiveEvents(writer)
        return self.ask

    def ask(self, header):
        self.events.note(header)
        for one in self.conditions:
            if self.events.holds(one, header, header["body"], header["arrays"]):
                self.live[one.text].append(header["seq"])


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
    return AskedRun(tmp_path_factory.mktemp("asked") / "run", list(EXAMPLES))


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


ROLE_EXAMPLES = {
    "size(gamma) == 8": "it0/forward/_Normalized.norm/batch_normalization",
    "size(beta) == 8": "it0/forward/_Normalized.norm/batch_normalization",
    "gamma.delta": "it0/update/_Normalized.norm.gamma",
    "norm(ggamma) > 0": "it0/backward/_Normalized.norm/batch_normalization",
    "norm(gbeta.after) > 0": "it0/backward/_Normalized.norm/grad:_Normalized.norm.beta",
    "max(t) == 1": "it0/forward/softmax_cross_entropy",
    "sum(a * b) > -1e9": "it0/forward/mean_squared_error",
    "size(ga) > 0": "it0/backward/add",
    "size(c) == 6": "it0/forward/_Normalized/lstm",
    "size(c_prev) == 6": "it0/forward/_Normalized/lstm",
    "c1 != c2": "it2/forward/tree_lstm",
    "size(gc) == 6": "it0/backward/_Normalized/lstm",
    "size(h) == 6": "it0/forward/_Normalized/lstm",
    "size(gh) == 6": "it0/backward/_Normalized/lstm",
    "norm(mean) > 0": "it2/forward/fixed_batch_normalization",
    "norm(var) > 0": "it2/forward/fixed_batch_normalization",
    "any(condition)": "it2/forward/where",
    "sum(support) == 3": "it2/forward/classification_summary",
    "max(recall) >= 0": "it2/forward/classification_summary",
    "max(precision) >= 0": "it2/forward/classification_summary",
    "report:precision == 0.25": "it0/forward/report:precision",
    "precision[-1] == 0.25": "it1/forward/report:precision",
    "max(fbeta) < 0": None,
    "size(q) > 0": None,
}


@pytest.fixture(scope="module")
def by_roles(tmp_path_factory):
    return AskedRun(tmp_path_factory.mktemp("roles") / "run", list(ROLE_EXAMPLES), train_with_many_roles)


def test_roles_have_the_same_meaning_live_and_recorded(by_roles):
    for text in ROLE_EXAMPLES:
        assert holding(by_roles.reader, condition(text)) == by_roles.live[text], text


@pytest.mark.parametrize(("text", "address"), list(ROLE_EXAMPLES.items()))
def test_where_a_condition_of_a_role_first_holds(by_roles, text, address):
    found = by_roles.live[text]
    assert (by_roles.reader.address(found[0]) if found else None) == address


@pytest.mark.parametrize("text", list(EXAMPLES))
def test_live_and_recorded_events_give_the_same_answers(asked, text):
    assert holding(asked.reader, condition(text)) == asked.live[text]


@pytest.mark.parametrize(("text", "address"), list(EXAMPLES.items()))
def test_where_a_condition_first_holds(asked, text, address):
    found = asked.live[text]
    assert (asked.reader.address(found[0]) if found else None) == address


# ---- many events at once ----------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    [
        "x",
        "y",
        "gx",
        "gy",
        "W",
        "b",
        "gW",
        "param",
        "W.delta",
        "param.grad",
        "gW.before",
        "x[1]",
        "MLP.l1.W",
        "MLP.l2.b.grad",
    ]
)
MEASURES = st.sampled_from(
    ["nan", "inf", "finite", "zeros", "min", "max", "mean", "std", "norm", "sum", "size"]
)
NUMBERS = st.one_of(
    st.sampled_from(
        ["0", "0.5", "1e-3", "2", "iteration", "line", "loss", "loss[-1]", "main/loss", "event", "nothing"]
    ),
    st.builds("{}({})".format, MEASURES, NAMES),
    st.builds("{}(abs({}))".format, st.sampled_from(["max", "norm", "zeros", "mean"]), NAMES),
    st.builds("max({} * {})".format, NAMES, NAMES),
)
SIMPLE = st.one_of(
    st.builds("({} {} {})".format, NUMBERS, st.sampled_from(["<", "<=", ">", "==", "!="]), NUMBERS),
    st.builds("({} / {} > {})".format, NUMBERS, NUMBERS, NUMBERS),
    st.builds("({} > 0.1)".format, NAMES),
    st.sampled_from(
        ["nan", "inf", "nan(loss)", 'op == "linear"', 'kind != "forward"', 'scope == "MLP.*"', 'phase == "update"',
         'parameter == "*.W"', 'label == "*loss"', 'file == "watched.py"']
    ),
)  # fmt: skip
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("not {}".format, inner),
    ),
    max_leaves=4,
)


def assert_many_agree_with_single_ones(reader, text):
    try:
        one = Condition(text)
    except ConditionError:  # nothing but numbers
        return
    recorded = RecordedEvents(reader)
    seqs = np.arange(len(reader))
    many = ManyEvents(recorded, seqs)
    found = many.truth(one.rule(many))
    expected = [recorded.event(seq).truth(one.rule(recorded.event(seq))) for seq in seqs]
    answers = [bool(data) if known else None for data, known in zip(found.data, found.known, strict=True)]
    assert answers == expected
    # Events of other kinds needn't be asked.
    kinds = reader.index["kind"][[seq for seq in seqs if expected[seq]]]
    assert one.asked is Asked.reports or set(kinds.tolist()) <= one.kinds


@given(text=CONDITIONS)
@settings(max_examples=60, deadline=None)
def test_asking_many_events_at_once_gives_the_answers_of_the_single_ones(asked, text):
    assert_many_agree_with_single_ones(asked.reader, text)


@pytest.mark.parametrize("text", list(ROLE_EXAMPLES))
def test_many_events_with_roles_give_the_answers_of_the_single_ones(by_roles, text):
    assert_many_agree_with_single_ones(by_roles.reader, text)
