"""What the engine says of itself."""

import io

import numpy as np
import pytest

import engine


def test_debug_mode_holds_inside_its_block_only():
    assert not engine.is_debug()
    with pytest.warns(DeprecationWarning, match="using_config"):
        mode = engine.DebugMode(True)
    with mode:
        assert engine.is_debug()
    assert not engine.is_debug()


def test_runtime_info_names_numpy_s_version():
    out = io.StringIO()
    engine.print_runtime_info(out)
    assert f"NumPy: {np.__version__}" in out.getvalue().splitlines()
    assert "Chainer: 7.8.1" in out.getvalue()


def test_array_types_are_those_that_a_variable_takes():
    assert engine.get_array_types()[0] is np.ndarray
    assert engine.get_cpu_array_types() == (np.ndarray,)


def test_arrays_of_one_library_are_compatible(monkeypatch):
    assert engine.is_arrays_compatible([np.zeros(1), None, np.zeros(2)])
    assert engine.is_arrays_compatible([])
    monkeypatch.setitem(engine.backend._module_of_type, list, object())
    assert not engine.is_arrays_compatible([np.zeros(1), [0]])
