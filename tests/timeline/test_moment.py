"""A moment says all that its event says: resolved, clean, the most telling tensor first."""

from __future__ import annotations

import numpy as np
import pytest

from bpdebug.errors import NotCaptured
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import NOTHING, Kind, Phase
from bpdebug.log.writer import LogWriter
from bpdebug.timeline import Timeline
from tests.support.example_run import SCRIPT_PATH, line_of, write_example_run
from tests.support.synthetic_log import BODIES, header, write_headers


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("example") / "run")) as reader:
        yield Timeline(reader)


def at(timeline, address):
    return timeline.moment(timeline.reader.find(address))


def groups(moment):
    return [(view.group, view.role, view.name) for view in moment.tensors]


def test_every_event_of_the_example_has_a_moment(example):
    for seq in range(len(example)):
        moment = example.moment(seq)
        assert moment.seq == seq
        assert moment.title
        assert example.reader.find(moment.address) == seq
        for view in moment.tensors:
            if view.there:
                assert view.array().shape == view.shape
                assert view.array().dtype.name == view.dtype


def test_a_forward_op_shows_its_output_first_then_its_inputs(example):
    moment = at(example, "it1/forward/MLP.l1/linear")
    assert groups(moment) == [
        ("output", "y", ""),
        ("input", "x", ""),
        ("input", "W", "MLP.l1.W"),
        ("input", "b", "MLP.l1.b"),
    ]
    y, x, W, b = (view.array() for view in moment.tensors)
    # Rounded once, from float64: see the example.
    assert np.array_equal(y, (x.astype(float) @ W.T.astype(float) + b).astype(np.float32))
    assert (moment.kind, moment.phase, moment.iteration, moment.scope) == (
        Kind.forward,
        Phase.forward,
        1,
        "MLP.l1",
    )
    assert "Formula: gx = gy W, gW = gyT x" in moment.facts
    assert moment.tensor("MLP.l1.W") is moment.tensors[2]
    assert moment.tensor("nothing") is None


def test_a_moment_knows_the_lines_that_led_to_it(example):
    moment = at(example, "it0/backward/MLP.l1/linear")
    assert [(frame.path, frame.line) for frame in moment.frames] == [
        (SCRIPT_PATH, line_of("y = model(x)")),
        (SCRIPT_PATH, line_of("F.sigmoid(self.l1(x))")),
    ]
    assert moment.frame.function == "MLP.forward"
    assert [frame.line for frame in moment.caller_frames] == [line_of("loss.backward()")]


def test_a_backward_step_shows_what_left_and_arrived_and_why_not(example):
    moment = at(example, "it0/backward/MLP.l1/linear")
    assert groups(moment)[:4] == [
        ("gradient out", "gW", "MLP.l1.W"),
        ("gradient out", "gb", "MLP.l1.b"),
        ("gradient out", "gx", ""),
        ("gradient in", "gy", ""),
    ]
    gx = moment.tensors[2]
    assert (gx.there, gx.tensor) == (False, None)
    assert "needs no gradient" in gx.why_missing
    with pytest.raises(NotCaptured, match="needs no gradient"):
        gx.array()
    by_role = {view.role: view for view in moment.tensors}
    product = by_role["gy"].array().T.astype(float) @ by_role["x"].array().astype(float)
    assert np.array_equal(by_role["gW"].array(), product.astype(np.float32))


def test_an_update_shows_before_gradient_delta_after_state(example):
    moment = at(example, "it1/update/MLP.l1.W")
    assert [view.group for view in moment.tensors] == [
        "before", "gradient", "delta", "after", "state", "state",
    ]  # fmt: skip
    before, gradient, delta, after, v_before, v_after = (view.array() for view in moment.tensors)
    assert np.array_equal(delta, after - before)
    assert delta.dtype == np.float32
    assert not delta.flags.writeable
    assert np.array_equal(v_after, v_before * np.float32(0.9) - np.float32(0.5) * gradient)
    assert moment.tensors[2].tensor is None


def test_the_loss_is_the_latest_reported_one(example):
    first = example.reader.find("it0/forward/report:loss")
    assert example.moment(first - 1).loss is None
    value = float(at(example, "it0/forward/report:loss").tensors[0].array())
    assert example.moment(first).loss == value
    assert at(example, "it1/forward/MLP/enter").loss == value
    assert at(example, "it1/backward/MLP/sigmoid").loss != value


def test_a_printed_text_is_a_fact(example):
    assert at(example, "it0/setup/stdout").facts == ["开始训练"]


def test_nan_is_said_in_words(example):
    moment = at(example, "it2/evaluation/log")
    assert moment.nonfinite
    assert moment.facts[-1] == "A tensor that this event made holds NaN or infinity."
    assert "Outside the graph: no gradient flows through it." in moment.facts


def test_there_is_no_moment_past_the_end(example):
    with pytest.raises(IndexError):
        example.moment(len(example))


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_title_and_a_row(tmp_path, kind):
    scope = 0 if kind in (Kind.scope_entered, Kind.scope_exited) else NOTHING
    directory = write_headers(tmp_path / "run", [header(kind, scope=scope)], scopes=["Net"])
    timeline = Timeline(LogReader(directory))
    moment = timeline.moment(0)
    assert type(moment.body) is type(BODIES[kind])
    assert "can't be read" not in moment.title
    assert timeline.rows.row(2).kind == kind
    assert timeline.parameters(0) == []


class Run:
    """One run of a few events, written by hand."""

    def __init__(self, tmp_path):
        self.log = LogWriter.create(tmp_path / "run", script="net.py")
        self.log.thread("MainThread")

    def append(self, body, label="event", **fields):
        return self.log.append(Kind[body.__struct_config__.tag], body, label=self.log.text(label), **fields)

    def timeline(self):
        self.log.close()
        return Timeline(LogReader(self.log.directory))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (np.array([250], "u1"), np.array([4], "u1"), np.array([10], "u1")),
        (np.array([True, False]), np.array([True, True]), np.array([False, True])),
        (np.array([1], "f2"), np.array([1.001], "f2"), np.array([1.001], "f2") - np.array([1], "f2")),
        (np.array(3, "i8"), np.array(5, "i8"), np.array(2, "i8")),
        (np.array([np.inf], "f4"), np.array([np.inf], "f4"), np.array([np.nan], "f4")),
        (np.empty((0, 2), "f8"), np.empty((0, 2), "f8"), np.empty((0, 2), "f8")),
    ],
)
def test_delta_is_exact_in_the_arithmetic_of_the_dtype(tmp_path, before, after, expected):
    run = Run(tmp_path)
    W = run.log.variable("W", True)
    run.append(r.ParamUpdatedBody(W, run.log.tensor(before), None, run.log.tensor(after)))
    delta = run.timeline().moment(0).tensors[2]
    assert delta.group == "delta"
    found = delta.array()
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    assert np.array_equal(found, expected, equal_nan=expected.dtype.kind == "f")


def test_delta_of_different_shapes_says_why_there_is_none(tmp_path):
    run = Run(tmp_path)
    first, second = run.log.tensor(np.zeros(2, "f4")), run.log.tensor(np.zeros(3, "f4"))
    run.append(r.EditedBody(run.log.variable("W", True), first, second))
    delta = run.timeline().moment(0).tensors[1]
    assert delta.why_missing == "before is float32 (2,), after is float32 (3,)"


def test_hostile_texts_reach_no_terminal(tmp_path):
    run = Run(tmp_path)
    bad = "\x1b]0;owned\x07\x9b2J\u202e"
    op = run.log.op(bad, bad, [bad], [bad], bad)
    x = run.log.variable(bad)
    source = run.log.source("a.py", "x")
    site = run.log.site([(source, 1, bad)])
    slot = r.Slot(x, run.log.tensor(np.zeros(1, "f4")))
    scope = run.log.scope(bad, bad)
    run.append(r.ForwardBody(op, [slot], [slot], {bad: bad}, rng=bad), bad, scope=scope, site=site)
    run.append(r.FailedBody(bad, bad, bad, bad, [bad]), bad)
    run.append(r.WarnedBody(bad, bad), bad)
    run.append(r.OutputBody(bad, bad), bad)
    run.append(r.UpdateStartedBody(bad, {bad: bad}, 1), bad)
    run.append(r.RunStartedBody([bad], bad, bad, {bad: bad}, [bad], bad, bad), bad)
    run.append(r.BackwardBody(op, 0, [0], [None], [x], [x], {"0": bad}), bad, partner=0)
    run.append(r.ReportedBody(bad, bad, 0), bad)
    timeline = run.timeline()
    for seq in range(len(timeline)):
        moment = timeline.moment(seq)
        shown = [
            moment.title, moment.address, moment.scope, moment.label, *moment.facts,
            *(frame.function for frame in moment.frames),
            *(text for view in moment.tensors for text in (view.role, view.name, view.why_missing)),
            *(row.text for row in map(timeline.rows.row, range(len(timeline.rows)))),
        ]  # fmt: skip
        assert not any(set(text) & set("\x1b\x07\x9b\u202e") for text in shown)


def test_references_to_nothing_leave_the_rest_readable(tmp_path):
    run = Run(tmp_path)
    run.append(r.ForwardBody(7, [r.Slot(99, 42)], [r.Slot(5, None)]))
    moment = run.timeline().moment(0)
    assert moment.title == "forward: ?"
    assert [view.why_missing for view in moment.tensors] == [
        "it held no data",
        "the log doesn't have this tensor",
    ]


def test_the_title_of_a_message_is_its_first_line_with_words(tmp_path):
    run = Run(tmp_path)
    run.append(r.FailedBody("InvalidType", "\n  Expect: a\nActual: b", "", "linear"))
    run.append(r.WarnedBody("UserWarning", "\nfirst\nsecond"))
    timeline = run.timeline()
    assert timeline.moment(0).title == "InvalidType in linear: Expect: a"
    assert timeline.moment(1).title == "UserWarning: first"
    assert timeline.moment(1).facts == ["second"]
    assert timeline.rows.row(2).text == "failed    InvalidType: Expect: a Actual: b"


def test_more_inputs_than_roles_are_numbered(tmp_path):
    run = Run(tmp_path)
    op = run.log.op("Concat", "concat", ["x"], ["y"])
    slots = [r.Slot(run.log.variable(), run.log.tensor(np.zeros(i, "f4"))) for i in range(3)]
    run.append(r.ForwardBody(op, slots, slots[:1]))
    timeline = run.timeline()
    assert [view.role for view in timeline.moment(0).tensors] == ["y", "x[0]", "x[1]", "x[2]"]


def test_a_damaged_event_says_so_and_keeps_its_header(tmp_path):
    run = Run(tmp_path)
    run.append(r.OutputBody("stdout", "hello"), iteration=3)
    run.append(r.OutputBody("stdout", "world"))
    run.log.close()
    path = run.log.directory / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b"hello", b"he\x00\xff\n"))
    timeline = run.timeline()
    moment = timeline.moment(0)
    assert (moment.title, moment.iteration, moment.body) == ("this event can't be read", 3, None)
    assert timeline.moment(1).facts == ["world"]
    assert "can't be read" in timeline.rows.row(2).text
    assert [line.text for line in timeline.output_until(1)] == [
        "(what was printed here can't be read)",
        "world",
    ]


def test_a_tensor_says_whether_the_recorder_met_a_nan_or_an_infinity_in_it(tmp_path):
    log = LogWriter.create(tmp_path / "run")
    log.thread("MainThread")
    for value in (1.0, np.nan, -np.inf):
        row = log.tensor(np.array([0.5, value], np.float32))
        log.append(Kind.reported, r.ReportedBody("a", 0, row), label=log.text("report:a"))
    log.close()
    with LogReader(tmp_path / "run") as reader:
        timeline = Timeline(reader)
        found = [timeline.moment(seq).tensors[0].nonfinite for seq in range(3)]
    assert found == [False, True, True]
