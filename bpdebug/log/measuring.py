"""Measures tensors while a run is recorded: the records of `tensors.stats`.

As `statistics` does, but in as few passes over memory as NumPy allows, and many small tensors at once. Of large
float32 tensors `mean`, `std` and `l2` are right to about five digits. What doesn't fit the fast way (values that are
not finite, integers beyond 2**53, squares that leave the range of floats, a mean that hides the deviations) goes the
slow one.

No warning and no exception of NumPy's comes from here, whatever the script's `numpy.seterr` says.
"""

from __future__ import annotations

import functools
import math
import struct
from collections.abc import Iterable, Sequence

import numpy as np

from .schema import TENSOR_STATISTICS
from .statistics import Statistics, statistics

__all__ = ["NOT_MEASURED", "complete_statistics", "measure", "measure_all", "record"]

NOT_MEASURED = bytes(TENSOR_STATISTICS.itemsize)
_BATCHED = frozenset("efdbBhHiI?")
"""`dtype.char` of what `measure_all` takes: every value has a float64 of its own."""

_RECORD = struct.Struct("<QdddddIIII")
assert _RECORD.size == TENSOR_STATISTICS.itemsize
_MAX_COUNT = 0xFFFFFFFF
_ROW = 1 << 12
"""Elements that are summed in their own dtype; longer sums of float32 would lose digits."""
_COUNTED = 1 << 16
"""Elements that are compared at a time, so that the answers fit a cache and need no fresh memory."""
_HIDDEN = 2e-2
"""A variance below this part of the squared mean has lost digits to it."""


def measure(array: np.ndarray) -> bytes:
    """The record of one tensor of any shape and dtype that the log keeps; NOT_MEASURED for one without elements."""
    if not array.size:
        return NOT_MEASURED
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
    size = flat.size
    low, high = float(np.minimum.reduce(flat)), float(np.maximum.reduce(flat))  # NaN where there is one
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    zeros = _zeros(flat) if low <= 0 <= high else 0
    if low == high:
        return _RECORD.pack(
            size, low, high, low, 0.0, abs(low) * math.sqrt(size), 0, 0, 0, min(zeros, _MAX_COUNT)
        )
    total, squares = _sums(flat)
    mean = total / size
    variance = squares / size - mean * mean
    smallest = np.finfo(flat.dtype).tiny
    if not (math.isfinite(squares) and squares > smallest and variance > _HIDDEN * mean * mean):
        return None
    mean = min(max(mean, low), high)
    return _RECORD.pack(
        size, low, high, mean, math.sqrt(variance), math.sqrt(squares), 0, 0, 0, min(zeros, _MAX_COUNT)
    )  # fmt: skip


def _zeros(flat: np.ndarray) -> int:
    """How many elements are zero, a piece at a time: what is compared is still in cache when it is counted."""
    zeros = flat.size
    for start in range(0, flat.size, _COUNTED):
        zeros -= int(np.count_nonzero(np.not_equal(flat[start : start + _COUNTED], 0)))
    return zeros


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
    return total + float(np.add.reduce(rest)), squares + float(rest.dot(rest))


@functools.cache
def _ones(dtype: np.dtype) -> np.ndarray:
    return np.ones(_ROW, dtype)


def complete_statistics(records: list[bytes], unmeasured: Iterable[tuple[int, np.dtype, bytes]]) -> None:
    """Measure small tensors: each is its place among `records`, its dtype and its bytes."""
    by_dtype: dict[np.dtype, tuple[list[int], list[bytes]]] = {}
    for place, dtype, content in unmeasured:
        places, contents = by_dtype.setdefault(dtype, ([], []))
        places.append(place)
        contents.append(content)
    for dtype, (places, contents) in by_dtype.items():
        if dtype.char in _BATCHED and dtype.isnative:
            measured = measure_all(dtype, contents).tobytes()
            size = TENSOR_STATISTICS.itemsize
            for i, place in enumerate(places):
                records[place] = measured[i * size : (i + 1) * size]
        else:
            for place, content in zip(places, contents, strict=True):
                records[place] = measure(np.frombuffer(content, dtype))


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
