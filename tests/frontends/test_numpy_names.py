"""Names of NumPy 1 in scripts of Chainer's time."""

from __future__ import annotations

import types

import numpy
import pytest

from bpdebug.frontends import numpy_names


@pytest.fixture
def offering() -> types.ModuleType:
    """A stand-in for NumPy: it has what NumPy has, and an answer of its own for a name that it lacks."""
    module = types.ModuleType("numpy")
    module.__dict__.update({name: value for name, value in vars(numpy).items() if name != "__getattr__"})

    def own(name: str) -> str:
        if name == "late":
            return "found late"
        raise AttributeError(f"no {name}")

    module.__getattr__ = own  # type: ignore[method-assign]
    numpy_names.offer(module)
    return module


def test_a_name_gives_what_it_stood_for_and_says_what_to_write(offering: types.ModuleType) -> None:
    with pytest.warns(DeprecationWarning, match="numpy.int is a name of NumPy 1; NumPy .* has int"):
        assert offering.int is int
    with pytest.warns(DeprecationWarning, match="has numpy.prod"):
        assert offering.product([2, 3]) == 6


@pytest.mark.filterwarnings("ignore:numpy:DeprecationWarning")
def test_every_name_of_the_table_is_answered_for(offering: types.ModuleType) -> None:
    for name, stands_for in numpy_names.NAMES.items():
        expected = stands_for if isinstance(stands_for, type) else getattr(numpy, stands_for)
        found = getattr(offering, name)
        if name not in vars(numpy):
            assert found is expected, name


def test_what_numpy_has_stays_as_it_is_and_other_names_go_to_numpy(offering: types.ModuleType) -> None:
    assert offering.bool is numpy.bool
    assert offering.late == "found late"
    with pytest.raises(AttributeError, match="no such"):
        offering.such  # noqa: B018


def test_offering_twice_asks_once(offering: types.ModuleType) -> None:
    before = offering.__getattr__
    numpy_names.offer(offering)
    assert offering.__getattr__ is before
