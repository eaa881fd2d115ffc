"""The log of any graph is the truth: running its ops again on what it recorded gives what it recorded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import engine
import engine.functions as F
import engine.links as L
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.schema import Kind
from bpdebug.timeline.names import Names
from bpdebug.timeline.op_call import op_call
from engine import Variable, optimizers
from tests.support.truth import check_log
from tests.support.watched import Watched

RUNNER = EngineOps(engine)
LINEAR = L.Linear(4, 4)

OPS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / (b * b + 1),
    "matmul": lambda a, b: F.matmul(a, b, transb=True)[:, :1] * b,
    "maximum": F.maximum,
    "where": lambda a, b: F.where(a.array > 0, a, b),
    "concat": lambda a, b: F.concat([a, b], axis=0)[1:4],
    "linear": lambda a, b: LINEAR(a),
    "relu": lambda a, b: F.relu(a),
    "tanh": lambda a, b: F.tanh(a),
    "softmax": lambda a, b: F.softmax(a),
    "dropout": lambda a, b: F.dropout(a, 0.5),
    "gaussian": lambda a, b: F.gaussian(a, b * 0.1),
    "sum": lambda a, b: F.broadcast_to(F.sum(a, axis=0, keepdims=True), (3, 4)),
    "mean": lambda a, b: a - F.broadcast_to(F.mean(a, axis=1, keepdims=True), (3, 4)),
    "transpose": lambda a, b: F.reshape(F.transpose(a), (3, 4)),
    "split": lambda a, b: F.concat(F.split_axis(a, 2, axis=1)[::-1], axis=1),
}
"""From two variables of shape (3, 4) to one; several make more than one event."""

graphs = st.lists(
    st.tuples(st.sampled_from(sorted(OPS)), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=9
)


# The same graphs in every run: one whose arrays are not in C order may differ in the last bit of a sum, see below.
@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # each example writes a log: to make a failing one smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(graph=graphs, seed=st.integers(0, 2**32 - 1), dtype=st.sampled_from(["f4", "f8"]))
def test_a_random_graph_is_recorded_as_it_was_computed(tmp_path_factory, graph, seed, dtype):
    np.random.seed(seed)
    watched = Watched(tmp_path_factory.mktemp("graph") / "run")
    made = [Variable(np.random.normal(size=(3, 4)).astype(dtype)) for _ in range(2)]
    with engine.using_config("dtype", np.dtype(dtype)):
        LINEAR.W.array = LINEAR.W.array.astype(dtype)
        LINEAR.b.array = LINEAR.b.array.astype(dtype)
        LINEAR.cleargrads()
        for name, first, second in graph:
            made.append(OPS[name](made[first % len(made)], made[second % len(made)]))
        optimizer = optimizers.MomentumSGD(0.1) if seed % 2 else optimizers.SGD(0.1)
        optimizer.setup(LINEAR)
        F.sum(made[-1] * made[-1]).backward(retain_grad=True)
        optimizer.update()
        F.sum(
            LINEAR(made[0]) * made[1]
        ).backward()  # adds to the gradients, and goes through what was updated
        optimizer.update()
    with watched.read() as reader:
        forwards, backwards, foreign = check_log(reader, RUNNER)
        assert forwards > len(graph)
        assert backwards >= 2
        assert not foreign


def test_a_sum_over_another_memory_order_is_what_was_recorded_up_to_rounding(tmp_path):
    """The log keeps bytes in C order, and NumPy adds in the order of memory."""
    watched = Watched(tmp_path / "run")
    x = np.asfortranarray(np.random.RandomState(0).normal(size=(30, 40)).astype("f4"))
    F.sum(Variable(x))
    with watched.read() as reader:
        (seq,) = np.flatnonzero(reader.index["kind"] == Kind.forward)
        call = op_call(Names(reader), int(seq))
        (again,) = RUNNER.run(call).y
        np.testing.assert_allclose(again, reader.array(reader.body(seq).y[0].tensor), rtol=1e-5)


def test_a_log_that_is_wrong_in_the_last_bit_is_noticed(tmp_path):
    watched = Watched(tmp_path / "run")
    F.sum(F.tanh(Variable(np.linspace(-1, 1, 12, dtype="f4")))).backward()
    with watched.read() as reader:
        kept = reader.array

        def tampered(tensor):
            array = kept(tensor).copy()
            if array.shape == (12,) and array[0] > -0.99 and array[0] < 0:
                array[3] = np.nextafter(array[3], np.float32(1))
            return array

        reader.array = tampered
        with pytest.raises(AssertionError, match="tanh"):
            check_log(reader, RUNNER)
