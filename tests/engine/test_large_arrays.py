"""Ways that ops take for large arrays only: they give what the way for small ones gives."""

from __future__ import annotations

import tracemalloc

import numpy
import pytest

import engine.functions as F
from engine import Variable
from engine.backends import blas
from engine.functions.array.adding_rows import add_rows_at


@pytest.mark.parametrize("nobias", [False, True])
@pytest.mark.parametrize("wide", [False, True])
def test_linear_of_few_rows_and_many_outputs(
    monkeypatch: pytest.MonkeyPatch, nobias: bool, wide: bool
) -> None:
    monkeypatch.setattr(blas, "has_wide_kernels", lambda: wide)
    rng = numpy.random.RandomState(0)
    x, W, b = (rng.rand(*shape).astype(numpy.float32) for shape in ((8, 64), (600, 64), (600,)))
    y = F.linear(x, W, None if nobias else b)
    expected = x.astype(float) @ W.T.astype(float) + (0 if nobias else b)
    numpy.testing.assert_allclose(y.array, expected, rtol=1e-5)
    assert y.array.flags.c_contiguous
    assert y.dtype == numpy.float32


@pytest.mark.parametrize("dtype", "efd")
@pytest.mark.parametrize("order", "CF")
def test_relu_of_many_elements(dtype: str, order: str) -> None:
    x = numpy.array(numpy.random.RandomState(0).randn(50, 2, 99), dtype, order=order)
    x[0, 0, :3] = numpy.nan, numpy.inf, -numpy.inf
    y = F.relu(x).array
    assert y.dtype == x.dtype
    assert numpy.isnan(y[0, 0, 0])
    assert y[0, 0, 1:3].tolist() == [numpy.inf, 0]
    numpy.testing.assert_array_equal(y.ravel()[1:], numpy.where(x > 0, x, 0).ravel()[1:])


def test_the_gradient_of_a_long_running_product_takes_memory_in_proportion() -> None:
    x = Variable(numpy.linspace(0.99, 1.01, 5000))
    x.array[7] = 0
    tracemalloc.start()
    try:
        F.sum(F.cumprod(x)).backward()
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 50 * x.array.nbytes
    assert x.grad[8:].tolist() == [0.0] * 4992
    before, behind = numpy.cumprod(x.array[:7]), numpy.cumprod(x.array[8:])
    numpy.testing.assert_allclose(x.grad[7], before[-1] * (1 + behind.sum()))


@pytest.mark.parametrize("dtype", "ifd")
def test_rows_that_are_named_often_add_up(dtype: str) -> None:
    rng = numpy.random.RandomState(0)
    numbers, rows = rng.randint(-7, 7, 600), rng.randint(-9, 9, (600, 8)).astype(dtype)
    table = numpy.ones((7, 8), dtype)
    add_rows_at(table, numbers, rows)
    expected = numpy.ones((7, 8), dtype)
    numpy.add.at(expected, numbers, rows)
    numpy.testing.assert_array_equal(table, expected)


def test_the_gradient_of_many_rows_of_a_table_is_that_of_few() -> None:
    rng = numpy.random.RandomState(0)
    numbers, W = rng.randint(0, 5, (60, 10)), Variable(rng.rand(5, 4, 4))
    F.sum(W[numbers.reshape(-1)] * 2).backward()
    assert W.grad[:, 0, 0].tolist() == (2.0 * numpy.bincount(numbers.reshape(-1), minlength=5)).tolist()
    table = Variable(rng.rand(5, 16))
    F.sum(F.embed_id(numbers, table, ignore_label=3)).backward()
    counts = numpy.bincount(numbers.reshape(-1), minlength=5).astype(float)
    counts[3] = 0
    numpy.testing.assert_array_equal(table.grad, numpy.repeat(counts[:, None], 16, 1))
