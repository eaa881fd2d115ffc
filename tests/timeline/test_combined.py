"""What is made of tensors element by element, for many events at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpdebug.conditions.elementwise import tensors_in
from bpdebug.conditions.measures import MEASURES, measure, measure_each
from bpdebug.conditions.parser import parse
from bpdebug.log.schema import Kind
from bpdebug.timeline import combined
from bpdebug.timeline.body_numbers import NONE
from bpdebug.timeline.bulk import rows_of
from bpdebug.timeline.combined import is_of_contents
from bpdebug.timeline.recorded import RecordedEvents
from tests.support.asked_run import record_training


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("trained") / "run"
    return record_training(directory, lambda writer: lambda header: None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abs(W.delta) > 3", True),
        ("-gx * gx", True),
        ("gx > loss", False),
        ("gx > 3 * std(gx)", False),
        ("gx * iteration", False),
    ],
)
def test_only_what_depends_on_contents_alone_is_remembered_by_them(text: str, expected: bool) -> None:
    assert is_of_contents(parse(text)) is expected


def test_each_combination_of_contents_is_measured_once(tmp_path, monkeypatch) -> None:
    reader = record_training(tmp_path / "run", lambda writer: lambda header: None)
    recorded = RecordedEvents(reader)
    measured: list[str] = []

    def counted(arrays, name):
        measured.append(name)
        return float(np.abs(arrays[0]).max())

    monkeypatch.setattr(combined, "measure", counted)
    seq = int(np.flatnonzero(reader.index["kind"] == Kind.param_updated)[0])
    body = reader.body(seq)
    node = parse("abs(W.delta)")
    rows = np.array([[body.after, body.after, body.after, 10**9], [body.before, NONE, body.before, NONE]])
    for _ in range(2):
        data, known = recorded.combined.measured(recorded, node, "max", {node.argument: rows})
        assert known.tolist() == [True, True, True, False]
        assert (
            data[0]
            == data[2]
            == pytest.approx(np.abs(reader.array(body.after).astype(float) - reader.array(body.before)).max())
        )
        assert data[1] == pytest.approx(np.abs(reader.array(body.after)).max())
    assert measured == ["max", "max"]


@pytest.mark.parametrize(
    "text", ["abs(W.delta)", "2 * gx - 1", "gx > 0.01", "param - param.grad", "-sqrt(y)"]
)
@pytest.mark.parametrize("name", sorted(MEASURES))
def test_small_tensors_together_give_what_each_of_them_gives(run, monkeypatch, text: str, name: str) -> None:
    """The last iteration of the run has NaN."""
    node = parse(text)
    seqs = np.arange(len(run))
    several = []
    for _ in range(2):
        recorded = RecordedEvents(run)
        columns = {one: np.stack(rows_of(run, recorded.roles, one, seqs)) for one in tensors_in(node)}
        there = np.all([rows[0] >= 0 for rows in columns.values()], axis=0)
        assert there.any()
        columns = {one: rows[:, there] for one, rows in columns.items()}
        several.append(recorded.combined.measured(recorded, node, name, columns))
        monkeypatch.setattr(combined, "STACKED", 0)
    (together, known_together), (alone, known_alone) = several
    assert known_together.tolist() == known_alone.tolist()
    np.testing.assert_array_equal(together, alone)


def test_small_tensors_are_not_measured_one_by_one_though_others_are(run, monkeypatch) -> None:
    recorded = RecordedEvents(run)
    node = parse("abs(W.delta)")
    after, before = rows_of(run, recorded.roles, node.argument, np.arange(len(run)))
    columns = {node.argument: np.stack([after, before])[:, after >= 0]}
    monkeypatch.setattr(
        combined, "STACKED", 3
    )  # W of the second layer has three elements, that of the first six
    alone = []

    def counting(arrays, name):
        alone.append(arrays[0].size)
        return measure(arrays, name)

    monkeypatch.setattr(combined, "measure", counting)
    data, known = recorded.combined.measured(recorded, node, "max", columns)
    sizes = [run.array(row).size for row in columns[node.argument][0]]
    assert sorted(set(sizes)) == [3, 6]
    assert set(alone) == {6}
    assert len(data) == len(sizes)
    assert known.any()


@given(
    arrays(
        st.sampled_from([np.float16, np.float32, np.float64, np.bool_, np.int32, np.complex64]),
        st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(1, 3)),
    ),
    st.sampled_from(sorted(MEASURES)),
)
def test_each_array_of_a_stack_is_measured_as_if_alone(stack, name: str) -> None:
    values, known = measure_each(stack, name)
    for place, array in enumerate(stack):
        alone = measure([array], name)
        assert known[place] == (alone is not None)
        np.testing.assert_array_equal(values[place], 0.0 if alone is None else float(alone))
