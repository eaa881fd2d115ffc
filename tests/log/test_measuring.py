"""What is measured while a run is recorded is what the values say, however odd they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bpdebug import native
from bpdebug.log import measuring
from bpdebug.log.measuring import complete_statistics, measure, measure_all
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import RUN_FILE, TENSOR_STATISTICS
from bpdebug.log.statistics import Statistics, statistics
from bpdebug.log.tensor_rows import TensorRows
from bpdebug.log.writer import LogWriter
from bpdebug.verify import verify_run

DTYPES = st.sampled_from(["f2", "f4", "f8", "i1", "u4", "i8", "?", ">f4", "c8"])
ARRAYS = arrays.arrays(DTYPES, st.integers(1, 40))


WAYS = [None] if native.part("kernels") is None else [None, native.part("kernels")]
both_ways = pytest.mark.parametrize("kernels", WAYS, ids=["Python", "compiled"][: len(WAYS)])


def same(measured: Statistics | None, array: np.ndarray, digits: float = 1e-12) -> bool:
    told = statistics(array)
    assert measured is not None
    # The record has no integers beyond those that a float64 can tell apart.
    exact = ("size", "nan", "pos_inf", "neg_inf", "zeros")
    assert [getattr(measured, name) for name in exact] == [getattr(told, name) for name in exact]
    assert (measured.min is None) == (told.min is None)
    if told.min is not None:
        assert (measured.min, measured.max) == (float(told.min), float(told.max))
        size = max(abs(float(told.min)), abs(float(told.max)))
        assert measured.mean == pytest.approx(told.mean, rel=digits, abs=digits * size)
        assert measured.std == pytest.approx(told.std, rel=10 * digits, abs=1e-7 * size)
        assert measured.l2 == pytest.approx(told.l2, rel=digits)
    return True


def one(record: bytes, array: np.ndarray) -> Statistics | None:
    return Statistics.recorded(np.frombuffer(record, TENSOR_STATISTICS)[0], array.dtype.kind)


@given(array=ARRAYS)
@example(array=np.array([1e200, -1e200]))
@example(array=np.array([1e-200, 0.0]))
@example(array=np.array([-0.0, 0.0], "f4"))
@settings(max_examples=150, deadline=None)
@both_ways
def test_one_tensor_is_measured_as_its_values_say(kernels: Any, array: np.ndarray) -> None:
    with mock.patch.object(measuring, "_kernels", kernels):
        assert same(one(measure(array), array), array, 1e-6 if array.dtype.itemsize <= 4 else 1e-12)


@given(
    found=st.lists(arrays.arrays("f8", st.integers(1, 9)), min_size=1, max_size=6),
    dtype=st.sampled_from("efd"),
)
@settings(max_examples=100, deadline=None)
def test_many_small_tensors_are_each_measured_alone(found: list[np.ndarray], dtype: str) -> None:
    with np.errstate(all="ignore"):
        several = [array.astype(dtype) for array in found]
    rows = measure_all(np.dtype(dtype), [array.tobytes() for array in several])
    for row, array in zip(rows, several, strict=True):
        assert same(one(row.tobytes(), array), array)


@both_ways
@pytest.mark.parametrize(
    "array",
    [
        np.random.default_rng(0).standard_normal(300_000).astype("f4"),
        np.random.default_rng(0).standard_normal((300, 400)) + 1000,
        np.full(200_000, 0.1, "f4"),
        np.asfortranarray(np.random.default_rng(0).random((200, 300), "f4")),
        np.append(np.random.default_rng(0).random(50_000), [np.nan, np.inf, -np.inf]),
        np.arange(100_000),
        np.full(5_000, 3e30, "f4"),
        np.full(5_000, 2.0**60) + 1,
    ],
    ids=[
        "normal",
        "mean hides deviations",
        "constant",
        "Fortran",
        "not finite",
        "integers",
        "squares overflow",
        "huge",
    ],
)
def test_a_large_tensor_is_right_to_five_digits(kernels: Any, array: np.ndarray) -> None:
    with mock.patch.object(measuring, "_kernels", kernels):
        assert same(one(measure(array), array), array, 1e-6 if array.dtype == np.float32 else 1e-11)


def test_a_log_has_a_row_of_statistics_for_each_tensor(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    found = [
        np.array([1.0, -2.0, 0.0]),
        np.arange(4, dtype="i8"),
        np.arange(3_000, dtype="f4") - 7,
        np.array([2**62, -1]),
        np.array([1 + 1j, np.nan]),
        np.array([np.inf, 1.0], "f4"),
        np.empty((0, 3)),
        np.array(["text"]),
    ]
    rows = [writer.tensor(array) for array in found]
    writer.close()
    with LogReader(tmp_path / "run") as reader:
        assert reader.statistics.dtype == TENSOR_STATISTICS
        assert len(reader.statistics) == reader.tensor_count == len(found)
        for row, array in zip(rows[:6], found[:6], strict=True):
            assert same(reader.recorded_statistics(row), array, 1e-6)
        assert isinstance(reader.recorded_statistics(rows[1]).min, int)
        assert reader.recorded_statistics(rows[6]) is reader.recorded_statistics(rows[7]) is None


@both_ways
@given(found=st.lists(ARRAYS, max_size=8))
@settings(max_examples=50, deadline=None)
def test_small_tensors_are_completed(kernels: Any, found: list[np.ndarray]) -> None:
    rows = TensorRows()
    unmeasured = [(rows.add(), array.dtype, array.tobytes()) for array in found]
    with mock.patch.object(measuring, "_kernels", kernels):
        complete_statistics(rows, unmeasured)
    for row, array in zip(np.frombuffer(rows.statistics, TENSOR_STATISTICS), found, strict=True):
        assert same(one(row.tobytes(), array), array, 1e-6 if array.dtype.itemsize <= 4 else 1e-12)


LARGEST = float(np.finfo("f8").max)


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.array([3e38 + 3e38j, 0], "c8"), {"min": 0.0, "max": pytest.approx(4.24264069489e38)}),
        (np.array([1.5e308 + 1.5e308j]), {"min": LARGEST, "max": LARGEST}),
        (np.array([complex(np.nan, np.inf), 1]), {"max": 1.0, "nan": 1}),
        (np.array([complex(-np.inf, 0), 1], "c8"), {"max": 1.0, "pos_inf": 1}),
        (
            np.array([1, 0], np.longdouble) * np.longdouble("1e300") ** 5,
            {"max": LARGEST, "mean": LARGEST / 2},
        ),
        (np.array([1], np.longdouble) / np.longdouble("1e300") ** 5, {"min": 0.0, "zeros": 0}),
    ],
    ids=[
        "complex64",
        "complex128",
        "NaN beside infinity",
        "infinite",
        "huge long double",
        "tiny long double",
    ],
)
@pytest.mark.skipif(np.finfo(np.longdouble).maxexp == 1024, reason="its long double is a float64")
def test_what_no_float64_holds_is_measured_as_finite_as_it_is(
    tmp_path: Path, array: np.ndarray, told: dict[str, float]
) -> None:
    expected = {"nan": 0, "pos_inf": 0, "neg_inf": 0, "zeros": int((array == 0).sum()), **told}
    writer = LogWriter.create(tmp_path / "run")
    row = writer.tensor(array)
    writer.close()
    with LogReader(tmp_path / "run") as reader:
        measured = reader.recorded_statistics(row)
        assert {name: getattr(measured, name) for name in expected} == expected
        assert verify_run(reader).whole


def test_a_log_of_the_first_format_has_no_statistics_and_opens(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    row = writer.tensor(np.arange(3.0))
    writer.close()
    (tmp_path / "run" / "tensors.stats").unlink()
    run = tmp_path / "run" / RUN_FILE
    run.write_text(run.read_text().replace('"schema":2', '"schema":1'))
    with LogReader(tmp_path / "run") as reader:
        assert reader.run.schema == 1
        assert len(reader.statistics) == 0
        assert reader.recorded_statistics(row) is None
        assert reader.array(row).tolist() == [0, 1, 2]


@both_ways
def test_measuring_warns_of_nothing(kernels: Any) -> None:
    with mock.patch.object(measuring, "_kernels", kernels), np.errstate(all="raise"):
        measure(np.array([1e308, 1e308, np.inf]))
        measure(np.full(5_000, 1e300))
        measure_all(np.dtype("f8"), [np.array([1e300, -1e300]).tobytes(), np.array([np.nan]).tobytes()])
