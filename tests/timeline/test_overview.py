"""The run in one line, and what events cost."""

from __future__ import annotations

import numpy as np
import pytest

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EventFlag, Kind
from bpdebug.timeline import Timeline
from bpdebug.timeline.costs import Cost, cost_of
from bpdebug.timeline.overview import Overview
from tests.support.example_run import NAN_ADDRESS, write_example_run
from tests.support.synthetic_log import header, write_headers


@pytest.fixture(scope="module")
def timeline(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("overview") / "run")) as reader:
        yield Timeline(reader)


def overview_of(directory, losses, bad=()):
    headers = [
        header(Kind.reported, label=0, flags=EventFlag.value | (seq in bad), value=loss)
        for seq, loss in enumerate(losses)
    ]
    return Timeline(LogReader(write_headers(directory, headers, ["report:loss"]))).overview


def test_heights_are_the_losses_between_the_least_and_the_largest(tmp_path):
    overview = overview_of(tmp_path, [4.0, 2.0, 3.0, 0.0])
    assert overview.look_through(100)
    assert [cell.height for cell in overview.cells(4)] == [1.0, 0.5, 0.75, 0.0]
    assert [(cell.first, cell.height) for cell in overview.cells(2)] == [(0, 0.5), (2, 0.0)]


def test_a_wide_range_goes_by_powers_of_ten(tmp_path):
    overview = overview_of(tmp_path, [1e4, 1.0, 1e2])
    overview.look_through(100)
    assert [cell.height for cell in overview.cells(3)] == pytest.approx([1.0, 0.0, 0.5])


def test_what_is_not_finite_is_high_and_bad(tmp_path):
    overview = overview_of(tmp_path, [1.0, np.nan, 0.0], bad={1})
    overview.look_through(100)
    assert [(cell.height, cell.bad) for cell in overview.cells(3)] == [(1.0, None), (1.0, 1), (0.0, None)]
    assert overview.cells(1)[0].bad == 1


def test_portions_give_what_one_look_gives(timeline):
    portions = Overview(timeline.names)
    while not portions.look_through(7):
        pass
    timeline.overview.look_through(10**9)
    assert portions.cells(40) == timeline.overview.cells(40)
    assert [c.bad for c in portions.cells(40) if c.bad is not None] == [timeline.reader.find(NAN_ADDRESS)]


def test_an_empty_log_has_no_cells(tmp_path):
    overview = overview_of(tmp_path, [])
    assert overview.look_through(1)
    assert overview.cells(10) == []


def test_the_memory_of_an_op_is_that_of_its_results(timeline):
    forward = timeline.reader.find("it0/forward/MLP.l1/linear")
    assert cost_of(timeline.names, forward).size_bytes == 4 * 3 * 4
    backward = timeline.reader.find("it0/backward/MLP.l1/linear")
    gradients = [view for view in timeline.moment(backward).tensors if view.group == "gradient out"]
    sizes = {view.tensor: view.array().nbytes for view in gradients if view.tensor is not None}
    assert cost_of(timeline.names, backward).size_bytes == sum(sizes.values())
    assert cost_of(timeline.names, 0) == Cost()
