"""What optimizers tell observers, and that being observed changes nothing."""

from __future__ import annotations

import numpy
import pytest
from small_training import Two, give_gradients

from engine import Parameter, events, optimizers


@pytest.fixture
def watched():
    """The events that the engine emits during the test."""
    seen = []
    stop = events.observe(seen.append)
    yield seen
    stop()


@pytest.mark.parametrize("name", ["SGD", "MomentumSGD", "Adam", "AdamW", "AMSGrad", "AdaBound", "AMSBound"])
def test_watching_changes_no_bit(name):
    optimizer = getattr(optimizers, name)()
    results = []
    for observed in (False, True):
        link = Two("f4")
        optimizer.setup(link)
        stop = events.observe(lambda event: None) if observed else lambda: None
        for step in range(3):
            give_gradients(link, step)
            optimizer.update()
        stop()
        results.append([param.array.tobytes() for param in link.params()])
    assert results[0] == results[1]


def test_an_update_is_told_parameter_by_parameter():
    link = Two()
    optimizer = optimizers.MomentumSGD(0.1, 0.5)
    seen = []

    def observer(event):
        arrays = {}
        if isinstance(event, events.ParameterUpdating | events.ParameterUpdated):
            arrays = {name: value.tolist() for name, value in event.state.items()}
            arrays["value"] = event.parameter.array.tolist()
        seen.append((event, arrays))

    stop = events.observe(observer)
    optimizer.setup(link)
    link.p.grad = numpy.array([1.0, 1.0, 1.0])
    link.q.grad = numpy.array([[1.0]])
    optimizer.update()
    stop()
    kinds = [type(event).__name__ for event, _ in seen]
    assert kinds == [
        "OptimizerSetUp", "UpdateStarted", "ParameterUpdating", "ParameterUpdated", "ParameterUpdating",
        "ParameterUpdated", "UpdateFinished",
    ]  # fmt: skip
    assert seen[0][0].link is link
    assert seen[1][0].t == 1
    assert seen[2][0].parameter is link.p
    assert seen[2][1] == {"v": [0, 0, 0], "value": [1, -2, 3]}
    assert seen[3][1] == {"v": [-0.1, -0.1, -0.1], "value": [0.9, -2.1, 2.9]}
    assert seen[3][0].lr == 0.1
    assert seen[3][0].rule is link.p.update_rule
    assert not seen[-1][0].failed


def test_an_update_that_fails_is_told_as_failed(watched):
    link = Two("i4")
    optimizer = optimizers.SGD(0.5).setup(link)
    link.p.grad = numpy.ones(3, "i4")
    with pytest.raises(TypeError, match="Cannot cast"):
        optimizer.update()
    assert type(watched[-1]) is events.UpdateFinished
    assert watched[-1].failed


def test_what_isnt_updated_isnt_told(watched):
    link = Two()
    with link.init_scope():
        link.late = Parameter(1.0)
    optimizer = optimizers.SGD().setup(link)
    link.p.update_rule.enabled = False
    link.q.grad = numpy.ones((1, 1))
    optimizer.update()
    updated = [event.parameter for event in watched if isinstance(event, events.ParameterUpdated)]
    assert updated == [link.q]


def test_adams_event_has_its_corrected_rate(watched):
    link = Two()
    optimizer = optimizers.Adam(0.01).setup(link)
    give_gradients(link, 0)
    optimizer.update()
    (event, *_) = [event for event in watched if isinstance(event, events.ParameterUpdated)]
    assert event.lr == optimizer.alpha_t
    assert set(event.state) == {"m", "v"}
