"""Row numbers: what a person writes in brackets, and what a dataset is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

__all__ = ["as_indices", "chosen", "rows_of"]

Rows = range | list[int]


def rows_of(length: int, index: Any) -> Rows:
    """The row numbers from 0 on that a slice, a list of numbers or a list of truth values means.

    Raises:
        IndexError: there is no such row.
        ValueError: there are more or fewer truth values than rows.
    """
    if isinstance(index, slice):
        return range(length)[index]
    values = list(index)
    if values and all(isinstance(value, bool | numpy.bool_) for value in values):
        if len(values) != length:
            raise ValueError(f"{len(values)} truth values for a dataset with {length} rows")
        return [row for row, wanted in enumerate(values) if wanted]
    rows = []
    for value in values:
        if not -length <= value < length:
            raise IndexError(f"index {value} is out of bounds for a dataset with {length} rows")
        rows.append(int(value) % length)
    return rows


def chosen(rows: Rows, indices: Any) -> Rows:
    """Some of these rows: `indices` as `get_examples` takes them, counted within `rows`."""
    if indices is None:
        return rows
    if isinstance(indices, slice):
        return rows[indices]
    return [rows[i] for i in indices]


def as_indices(rows: Sequence[int]) -> Any:
    """Rows as an argument for `get_examples`: a slice where they are evenly spaced."""
    if not isinstance(rows, range):
        return rows
    if not rows:
        return slice(0, 0)
    return slice(rows.start, rows.stop if rows.stop >= 0 else None, rows.step)
