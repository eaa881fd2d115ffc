"""Measures tensors while a run is recorded: the records of `tensors.stats`.

As `statistics` does, but in one pass over memory where the compiled part is there, else in as few as NumPy allows, and
many small tensors at once. NumPy's `mean`, `std` and `l2` of large float32 tensors are right to about five digits; the
compiled part adds up in float64. What doesn't fit the fast way (squares that leave the range of floats; for NumPy also
values that are not finite, a mean that hides the deviations, integers) goes the slow one.

No warning and no exception of NumPy's comes from here, whatever the script's `numpy.seterr` says.
"""

from __future__ import annotations

import functools
import math
import struct
from collections.abc import Iterable, Sequence

import numpy as np

from ..native import part
from .schema import TENSOR_STATISTICS
from .statistics import Statistics, statistics
from .tensor_rows import TensorRows

__all__ = ["NOT_MEASURED", "PIECE", "Tally", "complete_statistics", "measure", "measure_all", "record"]

NOT_MEASURED = bytes(TENSOR_STATISTICS.itemsize)
_BATCHED = frozenset("efdbBhHiI?")
"""`dtype.char` of what `measure_all` takes: every value has a float64 of its own."""

_kernels = part("kernels")

_RECORD = struct.Struct("<QdddddIIII")
assert _RECORD.size == TENSOR_STATISTICS.itemsize
_MAX_COUNT = 0xFFFFFFFF
_ROW = 1 << 12
"""Elements that are summed in their own dtype; longer sums of float32 would lose digits."""
PIECE = 1 << 16
"""Elements that are measured at a time, so that all passes but the first find them in cache."""
_HIDDEN = 2e-2
"""A variance below this part of the squared mean has lost digits to it."""


def measure(array: np.ndarray) -> bytes:
    """The record of one tensor of any shape and dtype that the log keeps; NOT_MEASURED for one without elements."""
    if not array.size:
        return NOT_MEASURED
    if _kernels is not None:
        found = _kernels.measure(array)
        if found is not None:
            return found
    with np.errstate(all="ignore"):
        if array.dtype.char in "fd" and array.flags.c_contiguous and array.dtype.isnative:
            found = _measure_floats(array.reshape(-1))
            if found is not None:
                return found
        return record(statistics(array))


def record(measured: Statistics) -> bytes:
    """As `tensors.stats` has it."""
    nothing = math.nan
    numbers = (measured.min, measured.max, measured.mean, measured.std, measured.l2)
    counts = (measured.nan, measured.pos_inf, measured.neg_inf, measured.zeros)
    return _RECORD.pack(
        measured.size,
        *(nothing if number is None else float(number) for number in numbers),
        *(min(count, _MAX_COUNT) for count in counts),
    )


def _measure_floats(flat: np.ndarray) -> bytes | None:
    """The fast way for native float32 and float64; None where it would not be right."""
    tally = Tally(flat.dtype)
    for start in range(0, flat.size, PIECE):
        if not tally.add(flat[start : start + PIECE]):
            return None
    return tally.record()


class Tally:
    """Measures a tensor of native float32 or float64 piece by piece, each while it is in cache.

    After an `add` that says False the tensor is to be measured the slow way. Call it under `np.errstate(all="ignore")`.
    """

    def __init__(self, dtype: np.dtype) -> None:
        self._smallest = float(_smallest_normal(dtype))
        self._size = self._zeros = 0
        self._low, self._high = math.inf, -math.inf
        self._mean = self._deviations = self._squares = 0.0

    def add(self, piece: np.ndarray) -> bool:
        """Take the next elements, at most PIECE of them, contiguous; whether they could be measured so."""
        size = piece.size
        low, high = float(np.minimum.reduce(piece)), float(np.maximum.reduce(piece))  # NaN where there is one
        if not (math.isfinite(low) and math.isfinite(high)):
            return False
        if low <= 0 <= high:
            self._zeros += size - int(np.count_nonzero(np.not_equal(piece, 0)))
        if low == high:
            mean, deviations, squares = low, 0.0, low * low * size
        else:
            total, squares = _sums(piece)
            mean = total / size
            deviations = squares - total * mean
            if not (
                math.isfinite(squares)
                and squares > self._smallest
                and deviations > _HIDDEN * mean * mean * size
            ):
                return False
        before, self._size = self._size, self._size + size
        # Chan, Golub, LeVeque 1979: the deviations of two parts from their common mean.
        off = mean - self._mean
        self._mean += off * size / self._size
        self._deviations += deviations + off * off * before * size / self._size
        self._squares += squares
        self._low, self._high = min(self._low, low), max(self._high, high)
        return True

    def record(self) -> bytes | None:
        """As `tensors.stats` has it; None where squares have left the range of floats on the way."""
        if not (math.isfinite(self._squares) and math.isfinite(self._deviations)):
            return None
        low, high = self._low, self._high
        if self._squares <= self._smallest and high > low:
            return None
        if low == high:
            std, l2 = 0.0, abs(low) * math.sqrt(self._size)
        else:
            std, l2 = math.sqrt(self._deviations / self._size), math.sqrt(self._squares)
        mean = min(max(self._mean, low), high)
        return _RECORD.pack(self._size, low, high, mean, std, l2, 0, 0, 0, min(self._zeros, _MAX_COUNT))


@functools.cache
def _smallest_normal(dtype: np.dtype) -> float:
    return float(np.finfo(dtype).tiny)


def _sums(flat: np.ndarray) -> tuple[float, float]:
    """The sum of the elements and that of their squares, by BLAS, which is several times as fast as `sum`.

    Rows of `_ROW` elements are summed in their own dtype, the rows in float64.
    """
    rows = flat.size // _ROW
    total = squares = 0.0
    if rows:
        whole = flat[: rows * _ROW].reshape(rows, _ROW)
        total = float(np.add.reduce(whole.dot(_ones(flat.dtype)), dtype=np.float64))
        squares = float(np.add.reduce(np.vecdot(whole, whole), dtype=np.float64))
    rest = flat[rows * _ROW :]
    if rest.size:
        total += float(np.add.reduce(rest))
        squares += float(rest.dot(rest))
    return total, squares


@functools.cache
def _ones(dtype: np.dtype) -> np.ndarray:
    return np.ones(_ROW, dtype)


def complete_statistics(rows: TensorRows, unmeasured: Iterable[tuple[int, np.dtype, bytes]]) -> None:
    """Measure small tensors: each is its row, its dtype and its bytes."""
    by_dtype: dict[np.dtype, tuple[list[int], list[bytes]]] = {}
    for row, dtype, content in unmeasured:
        if _kernels is not None:
            found = _kernels.measure(np.frombuffer(content, dtype))
            if found is not None:
                rows.set_statistics(row, found)
                continue
        numbers, contents = by_dtype.setdefault(dtype, ([], []))
        numbers.append(row)
        contents.append(content)
    for dtype, (numbers, contents) in by_dtype.items():
        if dtype.char in _BATCHED and dtype.isnative:
            measured = measure_all(dtype, contents).tobytes()
            size = TENSOR_STATISTICS.itemsize
            for i, row in enumerate(numbers):
                rows.set_statistics(row, measured[i * size : (i + 1) * size])
        else:
            for row, content in zip(numbers, contents, strict=True):
                rows.set_statistics(row, measure(np.frombuffer(content, dtype)))


def measure_all(dtype: np.dtype, contents: Sequence[bytes]) -> np.ndarray:
    """The records of many small tensors of one dtype.

    Args:
        dtype: native, with a `char` in _BATCHED.
        contents: the bytes of each, none of them empty.

    Returns:
        One row of TENSOR_STATISTICS a tensor.
    """
    rows = np.empty(len(contents), TENSOR_STATISTICS)
    sizes = np.fromiter(map(len, contents), np.int64, len(contents)) // dtype.itemsize
    starts = np.cumsum(sizes) - sizes
    values = np.frombuffer(b"".join(contents), dtype).astype(np.float64)
    with np.errstate(all="ignore"):
        squares = np.add.reduceat(values * values, starts)
        means = np.add.reduceat(values, starts) / sizes
        rows["size"] = sizes
        rows["min"] = low = np.minimum.reduceat(values, starts)
        rows["max"] = high = np.maximum.reduceat(values, starts)
        rows["mean"] = np.clip(means, low, high)
        values_off = values - np.repeat(means, sizes)
        rows["std"] = np.sqrt(np.add.reduceat(values_off * values_off, starts) / sizes)
        rows["l2"] = np.sqrt(squares)
        rows["zeros"] = np.add.reduceat((values == 0).view(np.uint8), starts, dtype=np.int64)
        for name in ("nan", "pos_inf", "neg_inf"):
            rows[name] = 0
        # Not finite, or with squares that are too large or too small for a float64.
        odd = ~np.isfinite(squares) | ((squares < 1e-280) & ((low != 0) | (high != 0)))
    for place in np.flatnonzero(odd).tolist():
        array = np.frombuffer(contents[place], dtype)
        rows[place] = np.frombuffer(record(statistics(array)), TENSOR_STATISTICS)[0]
    return rows
