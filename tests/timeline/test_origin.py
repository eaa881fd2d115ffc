"""Following a tensor back to the event that made it."""

from __future__ import annotations

import pytest

import engine
import engine.functions as F
import engine.links as L
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.timeline.origin import origin_of
from engine import optimizers
from tests.support.example_run import write_example_run
from tests.support.watched import Watched, X


@pytest.fixture(scope="module")
def timeline(tmp_path_factory):
    with LogReader(write_example_run(tmp_path_factory.mktemp("origin") / "run")) as reader:
        yield Timeline(reader)


@pytest.mark.parametrize(
    ("address", "role", "made_by"),
    [
        ("it1/forward/MLP/sigmoid", "x", "it1/forward/MLP.l1/linear"),
        ("it1/forward/MLP/sigmoid", "y", "it1/forward/MLP/sigmoid"),
        ("it1/forward/MLP.l1/linear", "W", "it0/update/MLP.l1.W"),
        ("it1/backward/MLP/sigmoid", "gy", "it1/backward/MLP.l2/linear"),
        ("it1/backward/MLP/sigmoid", "gx", "it1/backward/MLP/sigmoid"),
        ("it1/backward/MLP/sigmoid", "y", "it1/forward/MLP/sigmoid"),
        ("it1/update/MLP.l1.W", "gradient", "it1/backward/MLP.l1/grad:MLP.l1.W"),
        ("it1/update/MLP.l1.W", "before", "it0/update/MLP.l1.W"),
        ("it1/update/MLP.l1.W", "after", "it1/update/MLP.l1.W"),
    ],
)
def test_the_event_that_made_a_tensor_is_found(timeline, address, role, made_by):
    moment = timeline.moment(timeline.reader.find(address))
    origin = origin_of(timeline, moment, moment.tensor(role))
    assert origin.seq is not None, origin.why
    assert timeline.reader.address(origin.seq) == made_by


def test_what_the_script_wrote_is_said_wherever_it_shows(tmp_path):
    watched = Watched(tmp_path / "run")
    link = L.Linear(2, 1)
    optimizer = optimizers.SGD(0.1).setup(link)
    for _ in range(2):
        link.cleargrads()
        F.sum(link(X)).backward()
        link.W.grad[...] *= 2
        optimizer.update()
        link.W.array[...] = 1
    with watched.read() as reader:
        timeline = Timeline(reader)
        for address, role in (
            ("it1/forward/Linear/linear", "W"),
            ("it1/backward/Linear/linear", "W"),
            ("it1/update/Linear.W", "before"),
            ("it1/update/Linear.W", "gradient"),
        ):
            moment = timeline.moment(reader.find(address))
            origin = origin_of(timeline, moment, moment.tensor(role))
            assert (origin.seq, origin.role) == (None, ""), address
            assert "was written into " in origin.why
            assert " before it1/" in origin.why


@pytest.mark.parametrize(("role", "word"), [("x", "from outside"), ("W", "first met")])
def test_what_no_event_made_is_said(timeline, role, word):
    moment = timeline.moment(timeline.reader.find("it0/forward/MLP.l1/linear"))
    origin = origin_of(timeline, moment, moment.tensor(role))
    assert origin.seq is None
    assert word in origin.why


class _Triples(engine.FunctionNode):
    """Triples what it is given where that lies, and the gradient, too."""

    def forward(self, xs):
        xs[0][...] *= 3
        return (xs[0] + 1,)

    def backward(self, indexes, gys):
        gys[0].array[...] *= 3
        return (gys[0] * 1.0,)


def test_what_an_op_wrote_into_is_said_wherever_it_shows(tmp_path):
    watched = Watched(tmp_path / "run")
    weight = engine.Parameter(X[0].copy(), name="weight")
    h = F.identity(weight)
    h.array = h.array.copy()
    (d,) = _Triples().apply((h,))
    F.sum((d + F.exp(h)) * 1.5).backward()
    _Triples().apply((weight,))
    F.exp(weight)
    F.exp(weight)
    with watched.read() as reader:
        timeline = Timeline(reader)
        for address, role, writer in (
            ("it0/forward/exp", "x", "it0/forward/_Triples"),
            ("it0/backward/exp", "x", "it0/forward/_Triples"),
            ("it0/backward/exp", "gy", "it0/backward/_Triples"),
            ("it1/forward/exp", "x", "it1/forward/_Triples"),
            ("it1/forward/exp~2", "x", "it1/forward/_Triples"),
        ):
            moment = timeline.moment(reader.find(address))
            origin = origin_of(timeline, moment, moment.tensor(role))
            assert (origin.seq, origin.role) == (None, ""), address
            assert origin.writer == reader.find(writer), address
            assert f"own code wrote into {moment.tensor(role).title} at {writer}" in origin.why
        for address in ("it0/forward/_Triples", "it0/backward/_Triples"):
            moment = timeline.moment(reader.find(address))
            origin = origin_of(timeline, moment, moment.tensor("x"))
            assert origin.writer is None
            assert reader.address(origin.seq) == "it0/forward/identity"
