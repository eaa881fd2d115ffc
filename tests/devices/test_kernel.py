"""The kernel's figures: compiled as C++, its body gives what `log.statistics` gives."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from device_figures import fingerprint, measured

from bpdebug.devices import kernel
from bpdebug.devices.kernel import MEASURED, compile_options

SHIM = Path(__file__).parents[1] / "support" / "kernel_on_host.h"
SOURCE = Path(kernel.__file__).with_name("measure.cu")
THREADS, BLOCKS = 8, 4
COUNTS = ("size", "nan", "pos_inf", "neg_inf", "zeros")
DTYPES = ["?", "b", "B", "h", "H", "i", "I", "q", "Q", "e", "f", "d"]


def program() -> str:
    """The kernel for every dtype, as C++ for the host."""
    lines = [
        f"#define THREADS {THREADS}",
        f"#define BLOCKS {BLOCKS}",
        f"#define TALLY_BYTES {kernel.TALLY_BYTES}",
    ]
    lines.append(f'#include "{SHIM}"')
    for name in sorted({name_of(dtype) for dtype in DTYPES}):
        kind, size = name[1:].split("_")
        lines += [f"#define KIND {kind}", f"#define SIZE {size}", f"#define measure measure_{name}"]
        lines += [f"namespace {name} {{", f'#include "{SOURCE}"', "}", f"RUN({name})"]
        lines += ["#undef KIND", "#undef SIZE", "#undef measure"]
    return "\n".join(lines) + "\n"


def name_of(dtype) -> str:
    options = dict(option[2:].split("=") for option in compile_options(np.dtype(dtype)) if option[:2] == "-D")
    return f"k{options['KIND']}_{options['SIZE']}"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """`compiled(dtype)`: the kernel for it, as a function of a C library."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("needs g++")
    folder = tmp_path_factory.mktemp("kernel")
    (folder / "kernel.cpp").write_text(program())
    command = [compiler, "-std=c++20", "-O1", "-shared", "-fPIC", "-pthread", "kernel.cpp", "-o", "kernel.so"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if done.returncode and "barrier" in done.stderr:
        pytest.skip("needs a g++ that knows C++20")
    assert not done.returncode, done.stderr
    library = ctypes.CDLL(str(folder / "kernel.so"))
    return lambda dtype: library[f"run_{name_of(dtype)}"]


def run(library, array, copied=None, blocks=BLOCKS):
    found = np.zeros((), MEASURED)
    parts = np.zeros(kernel.PARTS_BYTES, np.uint8)
    pointers = [None if a is None else ctypes.c_void_p(a.ctypes.data) for a in (array, copied, found, parts)]
    library(blocks, *pointers[:2], ctypes.c_ulonglong(array.size), *pointers[2:])
    counter = parts[BLOCKS * kernel.TALLY_BYTES :][:4]
    assert not counter.any()  # ready for the next launch
    return found


def check(library, array, rtol=1e-13):
    expected, copied = measured(array), np.zeros_like(array)
    found = run(library, array, copied)
    for name in COUNTS:
        assert found["statistics"][name] == expected["statistics"][name], name
    for name in ("min", "max"):
        np.testing.assert_equal(found["statistics"][name], expected["statistics"][name], name)
    largest = np.nanmax(np.abs([expected["statistics"]["max"], expected["statistics"]["min"], 0]))
    for name in ("mean", "std", "l2"):
        np.testing.assert_allclose(
            found["statistics"][name], expected["statistics"][name], rtol, rtol * largest, err_msg=name
        )
    assert found["fingerprint"].tobytes() == expected["fingerprint"].tobytes()
    assert copied.tobytes() == array.tobytes()
    for blocks in (1, 3):
        again = run(library, array, blocks=blocks)
        assert again["fingerprint"] == found["fingerprint"]
        np.testing.assert_allclose(again["statistics"]["std"], found["statistics"]["std"], 1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
def test_figures_are_those_of_the_host(compiled, dtype):
    library, rng = compiled(dtype), np.random.default_rng(0)
    for size in (1, 5, 31, 1000):
        if np.dtype(dtype).kind == "f":
            array = rng.normal(3, 1e-2, size).astype(dtype)
            array[::7] = 0
        else:
            info = np.iinfo(dtype) if dtype != "?" else np.iinfo("u1")
            top = 1 if dtype == "?" else info.max
            array = rng.integers(info.min, top, size, endpoint=True, dtype=info.dtype).astype(dtype)
        check(library, array)
    check(library, np.zeros(40, dtype))


@pytest.mark.parametrize("dtype", "efd")
def test_what_is_not_finite_is_counted_and_left_out(compiled, dtype):
    rng = np.random.default_rng(1)
    array = rng.normal(size=500).astype(dtype)
    array[[0, 3, 77]], array[[1, 400]], array[499] = np.nan, np.inf, -np.inf
    check(compiled(dtype), array)
    check(compiled(dtype), np.full(9, np.nan, dtype))
    check(compiled(dtype), np.array([np.inf, 2, -np.inf], dtype))


def test_every_half_precision_number_is_read_rightly(compiled):
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    check(compiled("e"), every)
    library = compiled("e")
    for one in every[:: 1 << 11]:
        found = run(library, np.array([one]), blocks=1)["statistics"]
        np.testing.assert_equal(found["min"], float(one) if np.isfinite(one) else np.nan)


@pytest.mark.parametrize(
    "array",
    [
        np.linspace(1, 2, 300) * 1e300,
        np.linspace(-1, 2, 300) * 1e-300,
        np.linspace(1, 2, 300) * 5e-320,
        np.array([1e-310, 1e300, -1e300, 1e-5, 0.0] * 20),
        np.array([1e-310, 1.0, 2.0, 1e-200]),
        np.array([1.7e308, -1.7e308]),
        1e8 + np.linspace(0, 1e-6, 999),
        np.array([1e16, *np.linspace(0, 1, 500)]),
        np.full(77, 0.1),
    ],
    ids=["large", "small", "denormal", "mixed", "scales", "extreme", "shifted", "outlier", "constant"],
)
def test_figures_keep_their_digits_at_the_edges_of_doubles(compiled, array):
    check(compiled("d"), array, 1e-9)


def test_no_digit_is_lost_to_a_large_mean(compiled):
    array = (1000 + np.random.default_rng(2).normal(0, 1e-3, 4000)).astype(np.float32)
    found = run(compiled("f"), array)["statistics"]
    assert abs(found["std"] / array.astype(np.float64).std() - 1) < 1e-9


def test_fingerprints_differ_where_one_bit_or_the_order_does(compiled):
    library, rng = compiled("f"), np.random.default_rng(3)
    array = rng.normal(size=256).astype(np.float32)
    known = {run(library, array)["fingerprint"].tobytes()}
    for place in (0, 100, 255):
        other = array.copy()
        other.view(np.uint32)[place] ^= 1
        known.add(run(library, other)["fingerprint"].tobytes())
    other = array.copy()
    other[[0, 255]] = other[[255, 0]]
    known |= {
        run(library, a)["fingerprint"].tobytes() for a in (other, array[::-1].copy(), array[:-1].copy())
    }
    known.add(run(library, np.zeros(5, np.float32))["fingerprint"].tobytes())
    known.add(run(library, np.zeros(6, np.float32))["fingerprint"].tobytes())
    assert len(known) == 9


def test_fingerprints_of_many_similar_arrays_are_all_different():
    known = {fingerprint(np.full(size, value, np.float32)) for size in range(1, 40) for value in range(40)}
    assert len(known) == 39 * 40


@pytest.mark.parametrize("dtype", ["?", "h", "Q", "e", "f", "d"])
def test_it_compiles_for_devices(dtype, tmp_path):
    compiler = shutil.which("nvcc")
    if compiler is None:
        pytest.skip("needs nvcc")
    options = compile_options(np.dtype(dtype))
    command = [compiler, "-ptx", "-Werror=all-warnings", *options, str(SOURCE), "-o", str(tmp_path / "m.ptx")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    assert ".entry measure" in (tmp_path / "m.ptx").read_text()


def test_other_dtypes_are_not_measured_there():
    for dtype in ("F", "D", "g", ">f4", "M8[s]"):
        assert compile_options(np.dtype(dtype)) is None
