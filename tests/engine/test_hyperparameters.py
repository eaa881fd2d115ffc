"""Hyperparameters: which value a rule goes by, and what optimizers make of theirs."""

from __future__ import annotations

import copy
import math

import numpy
import pytest
from small_training import Two, give_gradients

from engine import optimizers
from engine.optimizer import Hyperparameter


def test_rules_fall_back_on_the_optimizers_hyperparameters():
    link = Two()
    optimizer = optimizers.SGD(0.1).setup(link)
    link.p.update_rule.hyperparam.lr = 10
    optimizer.lr = 3
    assert link.p.update_rule.hyperparam.lr == 10
    assert link.q.update_rule.hyperparam.lr == 3
    assert link.q.update_rule.hyperparam.get_dict() == {"lr": 3}
    assert repr(optimizers.MomentumSGD().hyperparam) == "Hyperparameter(lr=0.01, momentum=0.9)"
    with pytest.raises(AttributeError, match="there is no hyperparameter 'speed'"):
        link.q.update_rule.hyperparam.speed  # noqa: B018
    with pytest.raises(AttributeError, match="'SGD' object has no attribute 'speed'"):
        optimizer.speed  # noqa: B018


def test_hyperparameters_have_parents():
    parent = Hyperparameter()
    parent.a = 3
    child = Hyperparameter(parent)
    child.b = numpy.float32(4)
    assert (child.a, child.b, child.parent) == (3, 4.0, parent)
    assert child.value("a") == 3
    assert repr(child) == "Hyperparameter(a=3, b=4.0)"
    twin = copy.deepcopy(child)
    assert twin.get_dict() == {"a": 3, "b": 4.0}


def test_adams_learning_rate_is_corrected_for_its_beginning():
    link = Two()
    optimizer = optimizers.Adam()
    with pytest.raises(RuntimeError, match="update steps have not been started"):
        optimizer.alpha_t  # noqa: B018
    optimizer.setup(link)
    give_gradients(link, 0)
    optimizer.update()
    expected = 0.001 * math.sqrt(1 - 0.999) / (1 - 0.9)
    assert optimizer.alpha_t == link.p.update_rule.alpha_t == expected
    with pytest.warns(DeprecationWarning, match="alpha_t"):
        assert optimizer.lr == optimizer.alpha_t


def test_adabounds_bounds_follow_alpha():
    link = Two()
    optimizer = optimizers.AdaBound().setup(link)
    with pytest.raises(RuntimeError, match="update steps have not been started"):
        link.p.update_rule.bounds  # noqa: B018
    give_gradients(link, 0)
    optimizer.update()
    lower, upper = link.p.update_rule.bounds
    optimizer.alpha *= 10
    numpy.testing.assert_allclose(link.p.update_rule.bounds, (10 * lower, 10 * upper))


def test_adam_refuses_an_eps_that_its_dtype_rounds_to_zero():
    link = Two("f4")
    optimizer = optimizers.Adam(eps=1e-50).setup(link)
    give_gradients(link, 0)
    with pytest.raises(
        ValueError, match=r"eps of Adam optimizer is too small for float32 \(1e-50\)"
    ) as caught:
        optimizer.update()
    assert caught.value.__notes__ == ["while Adam updated parameter p: float32(3,)"]
