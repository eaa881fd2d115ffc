"""What the engine says of itself."""

import io
import pathlib

import numpy as np
import pytest

import engine
from engine.backends import blas


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
    assert f"BLAS: {blas.description()}" in out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("name", "avx512", "wide", "says"),
    [
        ("SkylakeX", True, True, "OpenBLAS, kernels SkylakeX"),
        ("Haswell", False, False, "OpenBLAS, kernels Haswell"),
        ("Haswell", True, False, "OPENBLAS_CORETYPE=SKYLAKEX"),
        ("Zen", True, False, "OPENBLAS_CORETYPE=SKYLAKEX"),
        ("neoversev1", False, False, "OpenBLAS, kernels neoversev1"),
        ("", True, False, "not NumPy's own OpenBLAS"),
    ],
)
def test_kernels_for_older_processors_are_told(monkeypatch, name, avx512, wide, says):
    monkeypatch.setattr(blas, "kernels", lambda: name)
    monkeypatch.setattr(blas, "_processor_has_avx512", lambda: avx512)
    assert blas.has_wide_kernels() is wide
    assert says in blas.description()
    assert ("OPENBLAS_CORETYPE" in blas.description()) is (avx512 and name in ("Haswell", "Zen"))


def test_openblas_says_which_kernels_it_has_chosen():
    folder = pathlib.Path(np.__file__).parent.parent / "numpy.libs"
    assert bool(blas.kernels()) or not list(folder.glob("*openblas*"))


def test_array_types_are_those_that_a_variable_takes():
    assert engine.get_array_types()[0] is np.ndarray
    assert engine.get_cpu_array_types() == (np.ndarray,)


def test_arrays_of_one_library_are_compatible(monkeypatch):
    assert engine.is_arrays_compatible([np.zeros(1), None, np.zeros(2)])
    assert engine.is_arrays_compatible([])
    monkeypatch.setitem(engine.backend._module_of_type, list, object())
    assert not engine.is_arrays_compatible([np.zeros(1), [0]])
