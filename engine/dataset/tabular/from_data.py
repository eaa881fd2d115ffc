"""Tabular datasets from lists, arrays and functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import backend
from .as_mode import AsMode
from .join import Join
from .rows import chosen
from .tabular_dataset import TabularDataset
from .transform import Transform

__all__ = ["from_data"]


def from_data(data: Any, *, size: int | None = None) -> TabularDataset:
    """A tabular dataset of columns.

    Args:
        data: one column, a tuple of columns (examples are tuples), or a dict of them (examples are dicts). A column is
            a list or an array, with or without a name: `("x", [1, 2])`. A function of the row number with a name is
            one, too: `("x", f)`, or several: `(("x", "y"), f)`. A column without a name gets one.
        size: the number of rows, where only functions are given.

    Raises:
        ValueError: the columns differ in length, a function has no name, or nothing says how many rows there are.
    """
    if isinstance(data, tuple | dict) and not data:
        raise ValueError("from_data: there are no columns")
    if isinstance(data, dict):
        return AsMode(Join(*_columns(list(data.items()), size)), dict)
    if isinstance(data, tuple) and not _is_named(data):
        columns = _columns([part if _is_named(part) else (None, part) for part in data], size)
        return AsMode(Join(*columns), tuple)
    named = data if isinstance(data, tuple) else (None, data)
    return _columns([named], size)[0]


def _is_named(data: Any) -> bool:
    """Whether this is a pair of name and column, or of several names and a function."""
    if not isinstance(data, tuple) or len(data) != 2:
        return False
    return isinstance(data[0], str) or (isinstance(data[0], tuple) and callable(data[1]))


def _columns(named: list[tuple[Any, Any]], size: int | None) -> list[TabularDataset]:
    if size is None:
        size = next((len(column) for _, column in named if not callable(column)), None)
    return [_column(key, column, size) for key, column in named]


def _column(key: Any, column: Any, size: int | None) -> TabularDataset:
    if not callable(column):
        return _Values(f"_{id(column)}" if key is None else key, column)
    if key is None:
        raise ValueError("from_data: a function needs a name for what it gives: ('x', f)")
    if size is None:
        raise ValueError("from_data: with functions only, `size` must say how many rows there are")
    return _computed(key, column, size)


def _computed(keys: Any, function: Callable[[int], Any], size: int) -> TabularDataset:
    return Transform(_Values("index", range(size)), keys, function)


class _Values(TabularDataset):
    """One column of a list or an array."""

    def __init__(self, key: str, values: Any) -> None:
        self._key = key
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @property
    def keys(self) -> tuple[str, ...]:
        return (self._key,)

    @property
    def mode(self) -> None:
        return None

    def get_examples(self, indices: Any, key_indices: tuple[int, ...] | None) -> tuple[Any, ...]:
        if indices is None:
            column = self._values
        elif backend.is_array(self._values):
            column = self._values[indices]
        else:
            column = chosen(self._values, indices)
        return (column,) * (1 if key_indices is None else len(key_indices))
