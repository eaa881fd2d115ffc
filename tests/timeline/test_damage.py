"""Whatever bytes of a log are wrong, what reads it answers, or says in words why it can't."""

from __future__ import annotations

import contextlib
import io
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpdebug.errors import BpdebugError, DamagedLog, NotCaptured
from bpdebug.exporters import ExportOptions, jsonl
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EVENT_INDEX, Kind
from bpdebug.stepping import Breakpoint
from bpdebug.timeline import MOVES, Timeline
from tests.support.example_run import write_example_run


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return write_example_run(tmp_path_factory.mktemp("example") / "run")


FILES = ("events.idx", "events.jsonl", "definitions.jsonl", "tensors.idx")

damages = st.lists(
    st.tuples(st.sampled_from(FILES), st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)),
    min_size=1,
    max_size=6,
)


def ask_everything(timeline: Timeline) -> None:
    """Every question that the screen and the commands ask, at every event."""
    stops = [Breakpoint(path="perceptron.py", line=17), Breakpoint(kind=Kind.param_updated, label="MLP.l1.W")]
    for seq in range(len(timeline)):
        for name in MOVES:
            move = timeline.move(seq, name, stops)
            assert move.seq is None or 0 <= move.seq < len(timeline)
        for view in timeline.moment(seq).tensors:
            with contextlib.suppress(DamagedLog, NotCaptured):
                view.statistics()
        timeline.parameters(seq)
        assert 0 <= timeline.rows.reveal(seq) < len(timeline.rows)
    for i in range(len(timeline.rows)):
        timeline.rows.row(i)
    timeline.rows.toggle(0)
    timeline.rows.fold_all()
    for i in range(min(len(timeline.rows), 100)):
        timeline.rows.row(i)
    timeline.curves()
    timeline.output_until(len(timeline))
    assert timeline.reason_for_end()
    jsonl.write(timeline.reader, io.BytesIO(), ExportOptions(tensors=True))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damages=damages)
def test_a_damaged_log_is_readable_as_far_as_it_goes(tmp_path_factory, example, damages):
    directory = tmp_path_factory.mktemp("damaged") / "run"
    shutil.copytree(example, directory)
    for name, where, what in damages:
        path = directory / name
        content = bytearray(path.read_bytes())
        place = int(where * len(content))
        content[place : place + len(what)] = what
        path.write_bytes(content)
    try:
        reader = LogReader(directory)
    except BpdebugError:
        return
    with reader:
        ask_everything(Timeline(reader))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    field=st.sampled_from(EVENT_INDEX.names),
    value=st.sampled_from([0, 1, 7, 0xFFFE, 0xFFFFFFFE]),
    data=st.data(),
)
def test_an_index_field_may_hold_any_number(tmp_path_factory, example, field, value, data):
    directory = tmp_path_factory.mktemp("damaged") / "run"
    shutil.copytree(example, directory)
    with LogReader(directory) as reader:
        index = reader.index.copy()
    for seq in data.draw(st.lists(st.integers(0, len(index) - 1), min_size=1, max_size=5)):
        limit = 0xFF if index[field].itemsize == 1 else 0xFFFF if index[field].itemsize == 2 else value
        index[field][seq] = min(value, limit)
    (directory / "events.idx").write_bytes(index.tobytes())
    with LogReader(directory) as reader:
        ask_everything(Timeline(reader))
