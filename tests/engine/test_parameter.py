"""Parameter: an array that may come later, and a gradient that shows when it was never computed."""

from __future__ import annotations

import copy
import pickle

import numpy
import pytest

from engine import Parameter


def test_an_array_is_the_value_itself() -> None:
    array = numpy.ones(2, numpy.float32)
    p = Parameter(array, name="W")
    assert p.array is array
    assert p.name == "W"
    assert p.is_initialized
    assert p.requires_grad


def test_the_first_gradient_is_nan() -> None:
    for p in (Parameter(1.0, (2,)), Parameter(shape=(2,))):
        assert numpy.isnan(p.grad).all()
        assert p.grad.dtype == p.dtype


def test_an_array_given_as_value_has_no_first_gradient() -> None:
    assert Parameter(numpy.ones(2, numpy.float32)).grad is None
    assert Parameter(numpy.array([1, 2])).grad is None


def test_a_number_fills_the_shape() -> None:
    p = Parameter(1.5, (2, 3))
    assert p.array.tolist() == [[1.5] * 3] * 2
    assert p.dtype == numpy.float32
    assert Parameter(2, 3).shape == (3,)


def test_it_may_be_initialized_later() -> None:
    p = Parameter(1.5)
    assert not p.is_initialized
    assert p.array is None
    assert repr(p) == "variable(None)"
    p.initialize((2,))
    assert p.array.tolist() == [1.5, 1.5]
    assert numpy.isnan(p.grad).all()


def test_cleared_before_it_is_initialized_it_has_no_gradient() -> None:
    cleared, zeroed = Parameter(1.0), Parameter(1.0)
    cleared.cleargrad()
    with pytest.warns(DeprecationWarning, match="cleargrad"):
        zeroed.zerograd()
    cleared.initialize((2,))
    zeroed.initialize((2,))
    assert cleared.grad is None
    assert zeroed.grad.tolist() == [0, 0]


def test_what_isnt_there_yet_says_so() -> None:
    with pytest.raises(AttributeError, match="parameter W has no shape yet: it has not been initialized"):
        _ = Parameter(name="W").shape


def test_copydata_initializes_the_side_that_has_no_array() -> None:
    left, right = Parameter(), Parameter(numpy.array([3, 4, 5], numpy.float32))
    left.copydata(right)
    assert left.array.tolist() == [3, 4, 5]
    late = Parameter(2.0)
    left.copydata(late)
    assert left.array.tolist() == late.array.tolist() == [2, 2, 2]


def test_copies_keep_class_name_and_update_rule() -> None:
    p = Parameter(numpy.ones(2, numpy.float32), name="W")
    p.update_rule = "rule"
    shallow, deep = copy.copy(p), copy.deepcopy(p)
    assert (type(shallow), shallow.name, shallow.update_rule) == (Parameter, "W", "rule")
    assert shallow.array is p.array
    assert (type(deep), deep.name, deep.update_rule) == (Parameter, "W", "rule")
    deep.array[...] = 0
    assert p.array.tolist() == [1, 1]


def test_pickle_keeps_an_uninitialized_parameter_usable() -> None:
    p = pickle.loads(pickle.dumps(Parameter(1.5, name="W")))
    p.initialize((2,))
    assert (p.array.tolist(), p.name) == ([1.5, 1.5], "W")
    assert numpy.isnan(p.grad).all()
    q = Parameter(numpy.ones(2, numpy.float32))
    q.grad = numpy.full(2, 3, numpy.float32)
    assert pickle.loads(pickle.dumps(q)).grad.tolist() == [3, 3]
