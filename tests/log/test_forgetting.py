"""Tables of live objects: an entry goes with its object, and no signal's exception can be lost on the way."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from bpdebug.devices.device_arrays import DeviceArrays
from bpdebug.frontends.weak_table import WeakTable
from bpdebug.log.keep import FULL
from bpdebug.log.lent import LentArrays

ENTRY = (0, 0, 0, 0, 0, b"")


def weak_table():
    table = WeakTable()
    return table._entries, lambda array: table.set(array, 1)


def lent_arrays():
    arrays = LentArrays()
    return arrays._known, lambda array: arrays.set(array, FULL, ENTRY)


def device_arrays():
    arrays = DeviceArrays(SimpleNamespace(), lambda: None, lambda: False)
    return arrays._known, lambda array: arrays._remember(array, FULL, ENTRY)


@pytest.mark.parametrize("make", [weak_table, lent_arrays, device_arrays])
def test_an_entry_goes_with_its_object_and_no_python_code_runs_then(make):
    entries, remember = make()
    kept, gone = np.zeros(3), np.ones(3)
    remember(kept)
    remember(gone)
    remember(gone)
    calls = []
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _: calls.append(frame.f_code.co_name) if event == "call" else None)
    try:
        del gone  # a handler of a signal would run in a function of Python, and what it raises be ignored
    finally:
        sys.setprofile(before)
    assert calls == []
    assert list(entries) == [id(kept)]
