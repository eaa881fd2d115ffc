"""The graph of an iteration, and how the gradient flows through its layers."""

from __future__ import annotations

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.timeline import Timeline, graph, joint_norm, statistics
from bpdebug.timeline.flow import gradient_flow
from tests.support.example_run import write_example_run
from tests.support.synthetic_log import EVENTS_PER_ITERATION, LAYERS, write_training
from tests.support.watched import Watched


@pytest.fixture(scope="module")
def timeline(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("graph") / "run")) as reader:
        yield Timeline(reader)


def test_a_page_has_the_ops_of_the_iteration_in_their_order(timeline):
    page = timeline.graphs.page(timeline.reader.find("it1/backward/MLP.l1/linear"))
    assert page.iteration == 1
    assert [op.label for op in page.ops] == ["linear", "sigmoid", "linear", "mean_squared_error"]
    assert [op.leaves for op in page.ops] == ["W b", "", "W b", ""]
    assert [row.cells for row in page.lanes] == ["*"] * 4


def test_a_node_is_visited_from_its_backward_step_on_and_not_before(timeline):
    step = timeline.reader.find("it1/backward/MLP.l2/linear")
    page = timeline.graphs.page(step)
    op = page.ops[2]
    assert timeline.graphs.step_of(op, step - 1) is None
    assert timeline.graphs.step_of(op, step) == step
    assert timeline.graphs.step_of(page.ops[0], step) is None
    assert timeline.graphs.row(page, step) == timeline.graphs.row(page, op.seq) == 2


def test_between_ops_the_latest_one_is_looked_at(timeline):
    step = timeline.reader.find("it1/backward/MLP.l2/linear")
    page = timeline.graphs.page(step)
    assert timeline.graphs.row(page, step + 1) is None
    assert timeline.graphs.row_before(page, step + 1) == 2
    assert timeline.graphs.row_before(page, timeline.reader.find("it1/forward/MLP.l1/exit")) == 0


def test_layers_tell_the_gradients_that_arrived_and_that_left(timeline):
    at = timeline.reader.find("it1/update/MLP.l1.W")
    graphs = timeline.graphs
    layers = gradient_flow(graphs, graphs.page(at), at)
    names = ["MLP.l1 linear", "MLP sigmoid", "MLP.l2 linear", "mean_squared_error"]
    assert [layer.name for layer in layers] == names
    assert [layer.walked for layer in layers] == [1] * 4
    moment = timeline.moment(timeline.reader.find("it1/backward/MLP/sigmoid"))
    assert layers[1].leaving == [moment.tensor("gx").tensor]
    assert layers[1].arriving == layers[2].leaving == [moment.tensor("gy").tensor]
    before = timeline.reader.find("it1/backward/MLP.l2/linear")
    layers = gradient_flow(graphs, graphs.page(before), before)
    assert [layer.walked for layer in layers] == [0, 0, 1, 1]
    assert (layers[0].why_none(over=False), layers[0].why_none(over=True)) == (
        "no gradient yet", "backward didn't come here",
    )  # fmt: skip
    assert layers[3].why_none(over=False) == "none needed"


def test_a_value_has_the_sum_of_its_gradients_once_the_walk_is_above_it(tmp_path):
    watched = Watched(tmp_path / "run")
    x = engine.Variable(np.ones(2, np.float32))
    a = x * 2
    (F.sum(a * 3) + F.sum(a * 4)).backward()
    timeline = Timeline(watched.read())
    steps = {}
    for seq in range(len(timeline)):
        if timeline.moment(seq).kind is Kind.backward:
            steps.setdefault(timeline.moment(seq).address, seq)
    page = timeline.graphs.page(0)
    value = page.ops[0].y[0]
    assert [op.label for op in page.ops] == ["mul", "mul", "sum", "mul", "sum", "add"]

    def gradient(address):
        tensor = timeline.graphs.gradient_of(page, value, steps[address])
        return None if tensor is None else timeline.reader.array(tensor).tolist()

    assert gradient("it0/backward/sum") is None
    sent = [gradient("it0/backward/mul"), gradient("it0/backward/mul~2")]
    assert sorted(sent) == [[3.0, 3.0], [4.0, 4.0]]
    assert gradient("it0/backward/mul~3") == [7.0, 7.0]


def test_ops_of_backward_rules_are_rows_where_they_ran_and_are_visited_too(tmp_path):
    watched = Watched(tmp_path / "run")
    x = engine.Variable(np.full(2, 0.5, np.float32))
    (gx,) = engine.grad([F.tanh(x)], [x], grad_outputs=[engine.Variable(np.ones(2, np.float32))],
                        enable_double_backprop=True)  # fmt: skip
    F.sum(gx).backward()
    timeline = Timeline(watched.read())
    page = timeline.graphs.page(len(timeline) - 1)
    assert page.ops[0].label == "tanh"
    assert not page.ops[0].second_order
    rule = [op for op in page.ops if op.second_order]
    assert rule
    assert all("during" not in op.label for op in rule)
    assert all(timeline.graphs.step_of(op, len(timeline) - 1) for op in rule if op.in_graph)
    assert page.ops[-1].label == "sum"
    seq = rule[-1].seq
    assert timeline.graphs.row(page, seq) == page.ops.index(rule[-1])
    assert all(layer.first == 0 or page.ops[layer.first].label == "sum" for layer in
               gradient_flow(timeline.graphs, page, len(timeline) - 1))  # fmt: skip


def test_an_iteration_of_many_ops_is_cut_into_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(graph, "OPS_IN_PAGE", 3)
    with LogReader(write_training(tmp_path / "run", 3 * EVENTS_PER_ITERATION)) as reader:
        graphs = Timeline(reader).graphs
        pages = [graphs.page(seq) for seq in range(EVENTS_PER_ITERATION, 2 * EVENTS_PER_ITERATION)]
    assert sorted({page.first for page in pages}) == [0, 3, 6]
    assert {page.total for page in pages} == {LAYERS}
    last = next(page for page in pages if page.first == 6)
    assert len(last.ops) == LAYERS - 6


def test_a_growing_iteration_gets_its_new_ops(tmp_path):
    from tests.support.recorded import Run

    run = Run(tmp_path / "run")
    run.forward()
    run.writer.flush()
    with LogReader(run.directory) as reader:
        growing = Timeline(reader)
        before = growing.graphs.page(len(growing) - 1)
        run.forward()
        run.writer.flush()
        growing.refresh()
        after = growing.graphs.page(len(growing) - 1)
        assert (len(before.ops), len(after.ops)) == (1, 2)
        assert growing.graphs.page(len(growing) - 1) is after
    run.recorder.close()


def test_a_joint_norm_is_that_of_all_elements():
    parts = [np.array([3.0, 0.0]), np.array([[4.0]])]
    assert joint_norm(map(statistics, parts)) == 5.0
    assert joint_norm([]) is None
    assert np.isnan(joint_norm([statistics(np.array([np.nan])), statistics(np.array([np.inf]))]))
    assert joint_norm([statistics(np.array([-np.inf, 1.0]))]) == np.inf
