"""What one array holds, in a few numbers: for the half that records and the half that reads."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Statistics", "joint_norm", "measurable", "statistics"]

_EXACT_INTEGERS = 2.0**53
"""Larger ones have no place of their own in a float64."""

_CHUNK = (
    1 << 13
)  # elements at a time: their float64 copy stays in cache, and BLAS wakes no threads for so few


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over all elements; the other figures over the finite ones, None where there are none.

    `min` and `max` are exact, and ints for integer and boolean arrays; `mean`, `std` (of the population) and
    `l2` are computed in float64.
    """

    size: int
    min: float | int | None
    max: float | int | None
    mean: float | None
    std: float | None
    l2: float | None
    nan: int = 0
    pos_inf: int = 0
    neg_inf: int = 0
    zeros: int = 0

    @property
    def nonfinite(self) -> int:
        """How many elements are NaN or infinite."""
        return self.nan + self.pos_inf + self.neg_inf

    @staticmethod
    def recorded(row: Any, kind: str) -> Statistics | None:
        """What a record of `schema.TENSOR_STATISTICS` says; None where nothing was measured.

        Args:
            row: the record.
            kind: `dtype.kind` of the tensor.
        """
        size, low, high, mean, std, l2, nan, pos_inf, neg_inf, zeros = row.item()
        if not size:
            return None
        if not (math.isfinite(low) and math.isfinite(high)):
            return Statistics(size, None, None, None, None, None, nan, pos_inf, neg_inf, zeros)
        if kind in "iub" and max(abs(low), abs(high)) <= _EXACT_INTEGERS:
            low, high = int(low), int(high)
        return Statistics(size, low, high, mean, std, l2, nan, pos_inf, neg_inf, zeros)


def joint_norm(parts: Iterable[Statistics]) -> float | None:
    """The L2 norm of several tensors taken as one: NaN or infinite if an element is; None for no tensor."""
    found = list(parts)
    if not found:
        return None
    if any(one.nan for one in found):
        return math.nan
    if any(one.nonfinite for one in found):
        return math.inf
    return math.hypot(*(one.l2 or 0.0 for one in found))


def measurable(array: np.ndarray) -> np.ndarray:
    """The numbers that an array is measured by: its own, unless it has complex numbers or long doubles.

    Of complex numbers these are the magnitudes, NaN where a part is NaN. They and long doubles come as float64; a
    finite one that is too large for that is the largest there is, not infinite.
    """
    if array.dtype.kind != "c" and array.dtype.char != "g":
        return array
    largest = np.finfo(np.float64).max
    with np.errstate(all="ignore"):
        wide = array.astype(np.result_type(array.dtype, np.float64), copy=False)
        sizes = np.abs(wide) if wide.dtype.kind == "c" else wide
        found = sizes.astype(np.float64)
        found = np.where(np.isfinite(wide), np.clip(found, -largest, largest), found)
        return np.where(np.isnan(wide), np.nan, found)


def statistics(array: np.ndarray) -> Statistics:
    """The statistics of an array of any shape and any numeric or boolean dtype.

    Complex arrays are measured by their magnitude.
    """
    whole = np.asarray(array).reshape(-1)
    flat = measurable(whole)
    nan = pos_inf = neg_inf = zeros = count = 0
    lows, highs = [], []
    for start in range(0, flat.size, _CHUNK):
        piece = flat[start : start + _CHUNK]
        zeros += int(piece.size - np.count_nonzero(whole[start : start + _CHUNK]))
        if piece.dtype.kind == "f":
            finite = np.isfinite(piece)
            if not finite.all():
                nan += int(np.count_nonzero(np.isnan(piece)))
                pos_inf += int(np.count_nonzero(np.isposinf(piece)))
                neg_inf += int(np.count_nonzero(np.isneginf(piece)))
                piece = piece[finite]
        if piece.size:
            count += int(piece.size)
            lows.append(piece.min())
            highs.append(piece.max())
    if not count:
        return Statistics(int(flat.size), None, None, None, None, None, nan, pos_inf, neg_inf, zeros)
    exact = float if flat.dtype.kind == "f" else int
    low, high = exact(min(lows)), exact(max(highs))
    with np.errstate(all="ignore"):  # whatever the script's `numpy.seterr` says
        mean, std, l2 = _moments(flat, count, low, high)
    mean = min(max(mean, low), high)  # rounding must not put the mean outside the values
    return Statistics(int(flat.size), low, high, mean, std, l2, nan, pos_inf, neg_inf, zeros)


def _moments(flat: np.ndarray, count: int, low: float, high: float) -> tuple[float, float, float]:
    """Mean, standard deviation and L2 norm of the `count` finite elements, which lie in `[low, high]`.

    In one pass: deviations are taken from the middle of the range, near enough to the mean for the difference to
    keep its digits. Values whose squares or sum would leave float64 are worked on over the largest of them.
    """
    largest = float(max(abs(low), abs(high)))
    scale = largest if largest > 1e140 or 0 < largest < 1e-140 else 1.0
    middle = low / scale / 2 + high / scale / 2
    squares = shifted_sum = shifted_squares = 0.0
    for piece in _finite_pieces(flat, scale):
        squares += float(piece @ piece)
        piece -= middle
        shifted_sum += float(piece.sum())
        shifted_squares += float(piece @ piece)
    shift = shifted_sum / count
    variance = max(shifted_squares / count - shift * shift, 0.0)
    return (middle + shift) * scale, variance**0.5 * scale, squares**0.5 * scale


def _finite_pieces(flat: np.ndarray, scale: float) -> Iterator[np.ndarray]:
    """Float64 copies of the finite elements over `scale`, a chunk at a time."""
    for start in range(0, flat.size, _CHUNK):
        piece = flat[start : start + _CHUNK].astype(np.float64)
        if flat.dtype.kind == "f":
            piece = piece[np.isfinite(piece)]
        if scale != 1.0:
            piece /= scale
        yield piece
