"""What recorded statistics say of large tensors, so that their elements need not be read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpdebug.conditions import condition
from bpdebug.conditions.elementwise import ARITHMETIC, COMPARISONS, tensors_in, value_of
from bpdebug.conditions.measures import measure
from bpdebug.conditions.parser import parse
from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.timeline import many_events
from bpdebug.timeline.body_numbers import NONE
from bpdebug.timeline.bounds import Interval, bounds_of, combine, decide
from bpdebug.timeline.many_events import ManyEvents
from bpdebug.timeline.recorded import RecordedEvents
from tests.support.asked_run import record_training, train_with_many_roles

CONDITIONS = (
    "any(abs(gx) > 1e9)",
    "any(abs(gx) > 0.01)",
    "not any(abs(gx) > 1e9)",
    "all(y > -100)",
    "max(abs(W.delta)) / std(W) > 0.01",
    "max(abs(W.delta)) / std(W) > 1e9",
    "not max(abs(W.delta)) > 1e9",
    "min(gx * 2 - 1) < -100",
    "norm(param.delta) * 3 <= loss",
    "mean(W.delta) + 1 >= 0.5",
    "std(2 * y) != 0",
    "sum(-gW) == 0",
    "W.delta > 0 or any(gx > 0.1)",
    "max(sqrt(abs(W.delta))) < 10",
    "zeros(W.delta) > 2",
    "nan(W.delta)",
    "1 / max(abs(W.delta)) > 3",
)


@pytest.fixture(scope="module")
def perceptron(tmp_path_factory):
    return record_training(tmp_path_factory.mktemp("trained") / "run", lambda writer: lambda header: None)


@pytest.fixture(scope="module")
def many_roles(tmp_path_factory):
    directory = tmp_path_factory.mktemp("trained") / "run"
    return record_training(directory, lambda writer: lambda header: None, train_with_many_roles)


@pytest.fixture(params=["perceptron", "many_roles"])
def run(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_has_the_same_answers_with_bounds_and_without(run, monkeypatch, text):
    asked = condition(text)
    several = []
    for bounded in (True, False):
        monkeypatch.setattr(many_events, "STACKED", 0 if bounded else 1 << 30)
        many = ManyEvents(RecordedEvents(run), np.arange(len(run)))
        several.append(many.truth(asked.rule(many)))
    with_bounds, without = several
    np.testing.assert_array_equal(with_bounds.known, without.known)
    np.testing.assert_array_equal(with_bounds.true, without.true)


@pytest.mark.parametrize(
    "text", ["any(abs(gx) > 1e9)", "max(abs(W.delta)) / std(W) > 1e9", "all(W.delta < 99)"]
)
def test_no_element_is_read_where_statistics_tell_enough(perceptron, monkeypatch, text):
    monkeypatch.setattr(many_events, "STACKED", 0)
    finite = np.flatnonzero(
        perceptron.index["iteration"] < 2
    )  # later ones have NaN, of which statistics tell too little

    def read(self, tensor):
        raise AssertionError("a tensor was read")

    monkeypatch.setattr(LogReader, "array", read)
    monkeypatch.setattr(LogReader, "stack", read)
    many = ManyEvents(RecordedEvents(perceptron), finite)
    found = many.truth(condition(text).rule(many))
    assert found.known.any()
    assert set(found.data[found.known].tolist()) == {text.startswith("all")}


finite_floats = st.floats(-1e3, 1e3, width=32)
matrices = arrays(np.float32, (2, 3), elements=finite_floats)


@given(matrices, matrices)
@pytest.mark.parametrize(
    "text",
    ["gx - gy", "abs(gx * gy)", "-gx / 3 + 1", "gx.delta", "gx < gy", "abs(gx.delta) >= 2 * gy", "gx ** 2"],
)
def test_every_measure_lies_between_its_bounds(tmp_path_factory, text, one, other):
    node = parse(text.replace(".delta", ""))
    delta = ".delta" in text
    directory = tmp_path_factory.mktemp("two") / "run"
    writer = LogWriter.create(directory)
    first, second = writer.tensor(one), writer.tensor(other)
    writer.close()
    names = dict(zip(("gx", "gy"), (first, second), strict=True))
    with LogReader(directory) as reader:
        rows = {
            tensor: np.array([[names[tensor.name]], [second if delta and tensor.name == "gx" else NONE]])
            for tensor in tensors_in(node)
        }

        def content(tensor):
            array = reader.array(names[tensor.name]).astype(np.float64)
            return array - reader.array(second) if delta and tensor.name == "gx" else array

        elements = np.asarray(value_of(node, content, lambda number: number.value))
        for name in ("min", "max", "mean", "std", "sum", "norm", "largest"):
            bounds = bounds_of(reader, node, name, rows, 0)
            found = measure([elements], name)
            assert bounds is not None
            assert bounds.low[0] <= found <= bounds.high[0]
        for name in ("any", "all"):
            bounds = bounds_of(reader, node, name, rows, 0)
            assert bounds.low[0] <= float(measure([elements], name)) <= bounds.high[0]


intervals = st.tuples(finite_floats, finite_floats).map(sorted)


@given(intervals, intervals, st.floats(0, 1), st.floats(0, 1))
def test_what_is_made_of_two_numbers_lies_between_what_is_made_of_their_bounds(one, other, here, there):
    left, right = (Interval(np.array([low]), np.array([high])) for low, high in (one, other))
    x, y = (
        min(max(low + share * (high - low), low), high)
        for (low, high), share in ((one, here), (other, there))
    )
    for operator in ("+", "-", "*", "/", "%", "**"):
        low, high = combine(operator, left, right)
        with np.errstate(all="ignore"):
            found = float(ARITHMETIC[operator](np.float64(x), np.float64(y)))
        assert np.isnan(found) or low[0] <= found <= high[0]
    for operator, compare in COMPARISONS.items():
        true, false = decide(operator, left, right)
        assert not (true[0] and false[0])
        assert not (true[0] and not compare(x, y))
        assert not (false[0] and compare(x, y))


def test_tensors_that_are_small_or_not_measured_have_no_bounds(perceptron):
    node = parse("abs(gx)")
    rows = {tensor: np.array([[0], [NONE]]) for tensor in tensors_in(node)}
    assert bounds_of(perceptron, node, "max", rows, 10**6) is None
    beyond = {tensor: np.array([[10**6], [NONE]]) for tensor in tensors_in(node)}
    assert bounds_of(perceptron, node, "max", beyond, 0) is None
