"""Numbers about the elements of arrays: over the finite ones, as everywhere on the screen, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..log.statistics import measurable

__all__ = ["MEASURES", "measure", "measure_each"]

Measured = float | bool | None
"""None: there is no such number (the least of no elements)."""


def measure(arrays: Sequence[np.ndarray], name: str) -> Measured:
    """The measure `name` of all elements of `arrays` together.

    Args:
        arrays: one or more, of any shapes and of numbers or truth values; complex ones by their magnitude.
        name: a key of `MEASURES`.
    """
    flat = [np.asarray(array).reshape(-1) for array in arrays]
    whole = flat[0] if len(flat) == 1 else np.concatenate(flat)
    whole = measurable(whole)
    with np.errstate(all="ignore"):
        return MEASURES[name](whole)


def _floats(flat: np.ndarray) -> np.ndarray:
    """The finite elements as float64."""
    wide = flat.astype(np.float64, copy=False)
    if flat.dtype.kind == "f":
        finite = np.isfinite(flat)
        if not finite.all():
            wide = wide[finite]
    return wide


def _is_float(flat: np.ndarray) -> bool:
    return flat.dtype.kind == "f"


def _over_finite(rule: Callable[[np.ndarray], float]) -> Callable[[np.ndarray], Measured]:
    def measured(flat: np.ndarray) -> Measured:
        floats = _floats(flat)
        return float(rule(floats)) if floats.size else None

    return measured


def _zeros(flat: np.ndarray) -> Measured:
    return float(flat.size - np.count_nonzero(flat)) / flat.size if flat.size else None


MEASURES: dict[str, Callable[[np.ndarray], Measured]] = {
    "nan": lambda flat: _is_float(flat) and bool(np.isnan(flat).any()),
    "inf": lambda flat: _is_float(flat) and bool(np.isinf(flat).any()),
    "finite": lambda flat: not _is_float(flat) or bool(np.isfinite(flat).all()),
    "zeros": _zeros,
    "any": lambda flat: bool(np.count_nonzero(flat)),
    "all": lambda flat: bool(np.count_nonzero(flat) == flat.size),
    "size": lambda flat: float(flat.size),
    "min": _over_finite(np.min),
    "max": _over_finite(np.max),
    "largest": _over_finite(lambda floats: max(abs(floats.min()), abs(floats.max()))),
    "mean": _over_finite(np.mean),
    "std": _over_finite(np.std),
    "sum": lambda flat: float(_floats(flat).sum()),
    "norm": lambda flat: math.sqrt(float(floats @ floats)) if (floats := _floats(flat)).size else 0.0,
}
"""Every measure by its name; `largest` is the greatest absolute value."""


_ROWS: dict[str, Callable[[np.ndarray], Any]] = {
    "nan": lambda rows: False,
    "inf": lambda rows: False,
    "finite": lambda rows: True,
    "size": lambda rows: rows.shape[1],
    "zeros": lambda rows: (rows.shape[1] - np.count_nonzero(rows, axis=1)) / rows.shape[1],
    "any": lambda rows: np.count_nonzero(rows, axis=1) > 0,
    "all": lambda rows: np.count_nonzero(rows, axis=1) == rows.shape[1],
    "min": lambda rows: rows.min(axis=1),
    "max": lambda rows: rows.max(axis=1),
    "largest": lambda rows: np.maximum(np.abs(rows.min(axis=1)), np.abs(rows.max(axis=1))),
    "mean": lambda rows: rows.mean(axis=1),
    "std": lambda rows: rows.std(axis=1),
    "sum": lambda rows: rows.sum(axis=1),
    "norm": lambda rows: np.sqrt(np.vecdot(rows, rows)),
}
"""What `MEASURES` says of one array, of each row; of float64 or truth values, finite, at least one a row."""


def measure_each(stack: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The measure `name` of each array in a stack of them: the values, and where there is one.

    Args:
        stack: arrays along the first axis.
        name: a key of `MEASURES`.
    """
    rows = stack.reshape(len(stack), -1) if stack.size else stack
    values, known = np.zeros(len(stack)), np.ones(len(stack), bool)
    alone = np.ones(len(stack), bool)
    if stack.size and name in _ROWS and rows.dtype.kind in "bf":
        truths = rows.dtype.kind == "b" and name in ("zeros", "any", "all")
        wide = rows if truths else rows.astype(np.float64, copy=False)
        alone = ~np.isfinite(rows).all(axis=1)
        with np.errstate(all="ignore"):
            values[~alone] = _ROWS[name](wide[~alone])
    for place in np.flatnonzero(alone).tolist():
        found = measure([stack[place]], name)
        known[place] = found is not None
        values[place] = 0.0 if found is None else float(found)
    return values, known
