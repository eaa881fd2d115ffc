"""Finding an element of an array: the largest, the smallest, the next one that isn't finite."""

from __future__ import annotations

import numpy as np

from ...log.statistics import measurable

__all__ = ["FINDERS", "find_element"]

_PIECE = 1 << 20

FINDERS = {"max": "largest", "min": "smallest", "nonfinite": "next NaN or infinity"}
"""What can be looked for, in words."""


def find_element(array: np.ndarray, what: str, after: int = -1) -> tuple[int, ...]:
    """The index of the element; () where there is none (and for an array without axes).

    Args:
        array: any shape, not empty. Complex values count by their magnitude.
        what: a key of `FINDERS`.
        after: for `nonfinite`, the flat place behind which to look first; then it goes round.
    """
    flat = np.asarray(array).reshape(-1)
    place = _next_nonfinite(flat, after) if what == "nonfinite" else _extreme(flat, what == "max")
    return () if place is None else tuple(int(one) for one in np.unravel_index(place, array.shape))


def _extreme(flat: np.ndarray, largest: bool) -> int | None:
    best: int | None = None
    best_value = None
    for start in range(0, flat.size, _PIECE):
        piece = measurable(flat[start : start + _PIECE])
        finite = np.isfinite(piece)
        if not finite.any():
            continue
        if not finite.all():
            piece = np.where(finite, piece, -np.inf if largest else np.inf)
        place = int(piece.argmax() if largest else piece.argmin())
        value = piece[place]
        if best_value is None or (value > best_value if largest else value < best_value):
            best, best_value = start + place, value
    return best


def _next_nonfinite(flat: np.ndarray, after: int) -> int | None:
    if flat.dtype.kind not in "fc":
        return None
    for begin, end in ((after + 1, flat.size), (0, after + 1)):
        for start in range(begin, end, _PIECE):
            bad = ~np.isfinite(flat[start : min(start + _PIECE, end)])
            place = int(bad.argmax())
            if bad[place]:
                return start + place
    return None
