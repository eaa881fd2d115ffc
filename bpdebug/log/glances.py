"""Quick looks at an array while it is recorded: whether it is finite, and some of its values."""

from __future__ import annotations

import functools
import math
import struct

import numpy as np

from .schema import TENSOR_STATISTICS, TensorFlag

__all__ = ["flags_of", "nonfinite_flags", "sample_of"]

_FEW = 32
_PYTHON_FLOATS = frozenset("efd")
"""`dtype.char` of what `tolist` makes Python floats of."""
_MANY = 1 << 12
_VERY_MANY = 1 << 18
"""From so many elements on, a product with a vector of ones reads memory twice as fast as a dot product."""
_ROW = 1 << 10
_NAN = int(TensorFlag.nan)
_INF = int(TensorFlag.inf)
_COUNTS = struct.Struct("<III")
_COUNTS_AT = 48
"""Where counts of NaN, +inf and -inf stand in a record of statistics."""
assert TENSOR_STATISTICS.fields is not None
assert TENSOR_STATISTICS.fields["nan"][1] == _COUNTS_AT


def sample_of(array: np.ndarray, count: int) -> np.ndarray:
    """At most `count` values of `array`, evenly spaced in C order, the first one among them."""
    flat = array.reshape(-1)
    return flat[:: -(-flat.size // count)]


def flags_of(measured: bytes) -> int:
    """TensorFlag bits by what was counted."""
    nan, pos_inf, neg_inf = _COUNTS.unpack_from(measured, _COUNTS_AT)
    return (_NAN if nan else 0) | (_INF if pos_inf or neg_inf else 0)


def nonfinite_flags(array: np.ndarray) -> int:
    """TensorFlag bits: whether `array` holds a NaN, an infinity.

    No arithmetic under the script's `numpy.seterr`, which could turn an overflow into a warning or an exception.
    """
    # A sum of Python floats is finite only if every element is, and takes a fraction of two calls of NumPy.
    few = array.size <= _FEW
    if few and array.dtype.char in _PYTHON_FLOATS and math.isfinite(sum(array.ravel().tolist())):
        return 0
    kind = array.dtype.kind
    if kind not in "fc":
        return 0
    if kind == "f" and array.size >= _MANY and array.itemsize in (4, 8) and array.flags.c_contiguous:
        flat = array.reshape(-1)
        with np.errstate(all="ignore"):
            # Squares and sums of finite values can overflow, but what isn't finite always shows; BLAS reads once.
            if math.isfinite(np.dot(flat, flat) if array.size < _VERY_MANY else _sum(flat)):
                return 0
    if np.isfinite(array).all():
        return 0
    return (_NAN if np.isnan(array).any() else 0) | (_INF if np.isinf(array).any() else 0)


def _sum(flat: np.ndarray) -> float:
    """The sum of the elements, not to be relied on but for whether it is finite."""
    rows = flat.size // _ROW
    sums = flat[: rows * _ROW].reshape(rows, _ROW).dot(_ones(flat.dtype))
    return float(np.add.reduce(sums)) + float(np.add.reduce(flat[rows * _ROW :]))


@functools.cache
def _ones(dtype: np.dtype) -> np.ndarray:
    return np.ones(_ROW, dtype)
