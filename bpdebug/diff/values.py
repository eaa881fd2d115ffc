"""How far two arrays are apart: absolute, relative, and in units in the last place (ULP).

Reads arrays in pieces, so that comparing two huge ones takes no memory of their size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["DISTANCES", "Gap", "Tolerance", "compare_arrays", "compare_numbers", "distances"]

DISTANCES = {"absolute": "|A - B|", "relative": "|A - B| / max(|A|, |B|)", "ulp": "units in the last place"}
"""How far two elements can be said to be apart, and in which words."""

_PIECE = 1 << 16
_ULP_TYPES = {2: (np.float16, np.int16), 4: (np.float32, np.int32), 8: (np.float64, np.int64)}


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What may differ: an element is within it if |a - b| <= atol + rtol max(|a|, |b|), or by at most `ulp` ULP.

    A dtype may differ only where some tolerance is given.
    """

    rtol: float = 0.0
    atol: float = 0.0
    ulp: int = 0

    @property
    def exact(self) -> bool:
        """Nothing may differ."""
        return self.rtol == 0 and self.atol == 0 and self.ulp == 0


@dataclass(frozen=True, slots=True)
class Gap:
    """What two arrays of one shape differ in; the maxima are over all elements.

    A NaN or an infinity against anything else is infinitely far apart; two NaNs are equal, and so are 0.0 and -0.0.
    `max_ulp` is None where no floats are compared; it counts in the coarser of the two dtypes, and is a whole number or
    infinite, as it is where one of the elements is beyond what the coarser dtype holds, too. `place` is the index
    of the element that is furthest apart (absolute), `a` and `b` are its values. `why` says what else is different.
    """

    size: int
    differing: int
    beyond: int
    max_abs: float
    max_rel: float
    max_ulp: float | None
    place: tuple[int, ...]
    a: Any
    b: Any
    why: str = ""


def compare_arrays(a: np.ndarray, b: np.ndarray, tolerance: Tolerance) -> Gap:
    """How far `a` and `b` are apart.

    Args:
        a: an array of any boolean, integer, float or complex dtype.
        b: one of the same shape, of the same or of another such dtype.
    """
    assert a.shape == b.shape
    flat_a, flat_b = a.reshape(-1), b.reshape(-1)
    differing = beyond = worst = 0
    max_abs, max_rel = -1.0, 0.0
    max_ulp: float = 0
    ulp_dtype = _ulp_dtype(a.dtype, b.dtype)
    for begin in range(0, flat_a.size, _PIECE):
        piece_a, piece_b = flat_a[begin : begin + _PIECE], flat_b[begin : begin + _PIECE]
        with np.errstate(all="ignore"):
            equal, distances, scales = _distances(piece_a, piece_b)
            relative = np.where(equal, 0.0, distances / scales)
            relative[np.isnan(relative)] = np.inf
            within = equal | (
                np.isfinite(distances) & (distances <= tolerance.atol + tolerance.rtol * scales)
            )
            if ulp_dtype is not None:
                units, finite = _units(piece_a, piece_b, ulp_dtype)
                units[equal] = 0
                if tolerance.ulp:
                    within |= finite & (units <= np.uint64(tolerance.ulp))
                far = bool((~(equal | finite)).any())
                max_ulp = max(max_ulp, math.inf if far else int(units.max(initial=0)))
        differing += int((~equal).sum())
        beyond += int((~within).sum())
        place = int(distances.argmax())
        if float(distances[place]) > max_abs:
            max_abs, worst = float(distances[place]), begin + place
        max_rel = max(max_rel, float(relative.max()))
    index = tuple(int(i) for i in np.unravel_index(worst, a.shape)) if a.size else ()
    return Gap(
        a.size,
        differing,
        beyond,
        max(max_abs, 0.0),
        max_rel,
        None if ulp_dtype is None else max_ulp,
        index,
        _plain(flat_a[worst]) if a.size else None,
        _plain(flat_b[worst]) if a.size else None,
    )


def _plain(element: Any) -> Any:
    """A Python number; long doubles, for which Python has none, as the nearest float."""
    value = element.item()
    if isinstance(value, np.clongdouble):
        return complex(value)
    return float(value) if isinstance(value, np.longdouble) else value


def compare_numbers(a: float | int, b: float | int, tolerance: Tolerance) -> Gap:
    """How far two plain numbers are apart."""
    return compare_arrays(np.asarray(a, np.float64), np.asarray(b, np.float64), tolerance)


def distances(a: np.ndarray, b: np.ndarray, what: str) -> np.ndarray:
    """How far each two elements are apart, float64 in the shape of both; 0 where they are equal.

    Args:
        a: an array of any boolean, integer, float or complex dtype.
        b: one of the same shape, of the same or of another such dtype.
        what: a key of `DISTANCES`. In ULP, which count in the coarser dtype, NaN stands between numbers that
            aren't floats.
    """
    assert a.shape == b.shape
    with np.errstate(all="ignore"):
        equal, apart, scales = _distances(a.reshape(-1), b.reshape(-1))
        if what == "relative":
            apart = np.where(equal, 0.0, apart / scales)
            apart[np.isnan(apart)] = np.inf
        elif what == "ulp":
            ulp_dtype = _ulp_dtype(a.dtype, b.dtype)
            apart = np.full(a.size, np.nan)
            if ulp_dtype is not None:
                units, finite = _units(a.reshape(-1), b.reshape(-1), ulp_dtype)
                apart = np.where(finite, units, np.inf)
            apart[equal] = 0.0
    return apart.reshape(a.shape)


def _distances(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which elements are equal; |a - b|; the larger of |a| and |b|: bool and float64 arrays."""
    if a.dtype.kind in "biu" and b.dtype.kind in "biu":
        return _whole_distances(a, b)
    wide = np.result_type(a.dtype, b.dtype, np.float64)
    if any(dtype.kind in "iu" and dtype.itemsize == 8 for dtype in (a.dtype, b.dtype)):
        wide = np.result_type(wide, np.longdouble)  # a float64 rounds large integers
    a, b = a.astype(wide), b.astype(wide)
    equal = (a == b) | (np.isnan(a) & np.isnan(b))
    distances = np.abs(a - b).astype(np.float64)
    distances[equal] = 0.0
    distances[np.isnan(distances)] = np.inf
    return equal, distances, np.maximum(np.abs(a), np.abs(b)).astype(np.float64)


def _whole_distances(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As `_distances`, with the exact difference of 64-bit integers before it is rounded."""
    if {a.dtype.kind, b.dtype.kind} == {"i", "u"} and max(a.itemsize, b.itemsize) == 8:
        wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
        # Where neither is negative, the exact difference; else it is a sum.
        first, second = a.astype(np.uint64), b.astype(np.uint64)
        apart = np.where(first > second, first - second, second - first).astype(np.float64)
        distances = np.where((a < 0) | (b < 0), np.abs(wide_a - wide_b), apart)
    else:
        wide = np.uint64 if "i" not in (a.dtype.kind, b.dtype.kind) else np.int64
        wide_a, wide_b = a.astype(wide), b.astype(wide)
        first, second = wide_a.view(np.uint64), wide_b.view(np.uint64)
        # Modulo 2**64, the larger minus the smaller is exact.
        distances = np.where(wide_a > wide_b, first - second, second - first).astype(np.float64)
        wide_a, wide_b = wide_a.astype(np.float64), wide_b.astype(np.float64)
    equal = a == b
    distances[equal] = 0.0
    return equal, distances, np.maximum(np.abs(wide_a), np.abs(wide_b))


def _ulp_dtype(a: np.dtype, b: np.dtype) -> Any:
    """The float type to count ULP in: the coarser of the two; None if that makes no sense."""
    sizes = [dtype.itemsize for dtype in (a, b) if dtype.kind == "f"]
    if not sizes or "c" in (a.kind, b.kind):
        return None
    return _ULP_TYPES.get(min(sizes))


def _units(a: np.ndarray, b: np.ndarray, types: Any) -> tuple[np.ndarray, np.ndarray]:
    """How many floats of the type lie between, uint64, of any number for NaN; where both are finite."""
    floats, integers = types
    near_a, near_b = a.astype(floats), b.astype(floats)
    finite = np.isfinite(near_a) & np.isfinite(near_b)
    places = []
    for near in (near_a, near_b):
        bits = near.view(integers).astype(np.int64)
        # Negative floats count downwards from -0.0, which is the same place as 0.0.
        low = np.int64(np.iinfo(integers).min)
        places.append(np.where(bits < 0, low - bits, bits))
    first, second = places[0].view(np.uint64), places[1].view(np.uint64)
    units = np.where(places[0] > places[1], first - second, second - first)
    return units, finite
