"""Following a tensor back to the event that made it."""

from __future__ import annotations

import pytest

from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.timeline.origin import origin_of
from tests.support.example_run import write_example_run


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


@pytest.mark.parametrize(("role", "word"), [("x", "from outside"), ("W", "first met")])
def test_what_no_event_made_is_said(timeline, role, word):
    moment = timeline.moment(timeline.reader.find("it0/forward/MLP.l1/linear"))
    origin = origin_of(timeline, moment, moment.tensor(role))
    assert origin.seq is None
    assert word in origin.why
