"""TabularDataset: a dataset whose examples all have the same columns, and views of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from ... import backend
from ..dataset_mixin import DatasetMixin

__all__ = ["TabularDataset", "called_with", "in_mode"]


class TabularDataset(DatasetMixin):
    """Base of datasets in columns; a subclass defines `__len__`, `keys`, `mode` and `get_examples`.

    Its methods give views, which compute nothing until examples are asked for.
    """

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the columns."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define keys")

    @property
    def mode(self) -> type | None:
        """What an example is: `tuple`, `dict`, or None: the value of the only column."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define mode")

    def get_examples(self, indices: Any, key_indices: tuple[int, ...] | None) -> tuple[Any, ...]:
        """Some columns of some rows.

        Args:
            indices: list of row numbers, or a slice; None: all.
            key_indices: the columns' places in `keys`; None: all.

        Returns:
            One list or array a column.
        """
        raise NotImplementedError(f"{type(self).__name__} doesn't define get_examples(indices, key_indices)")

    def get_example(self, i: int) -> Any:
        """Row number i, in the dataset's mode."""
        return in_mode(self, tuple(column[0] for column in self.get_examples([i], None)))

    def fetch(self) -> Any:
        """All columns in full: a tuple or dict of them, or the only one."""
        return in_mode(self, self.get_examples(None, None))

    def convert(self, data: Any) -> Any:
        """Columns as `fetch` gives them, as arrays; see `with_converter`."""
        if isinstance(data, tuple):
            return tuple(map(_as_array, data))
        if isinstance(data, dict):
            return {key: _as_array(column) for key, column in data.items()}
        return _as_array(data)

    # ---- views ----

    @property
    def slice(self) -> Any:
        """Rows and columns by brackets: `dataset.slice[10:20, ("a", "b")]`.

        Rows are a slice, a list of numbers or a list with a truth value a row; columns a name, a place, or a tuple of
        them. A single column that is no tuple gives a view whose examples are plain values.
        """
        from .slice import Slicer

        return Slicer(self)

    def astuple(self) -> TabularDataset:
        """The dataset with tuples as examples."""
        from .as_mode import AsMode

        return AsMode(self, tuple)

    def asdict(self) -> TabularDataset:
        """The dataset with dicts as examples."""
        from .as_mode import AsMode

        return AsMode(self, dict)

    def concat(self, *datasets: TabularDataset) -> TabularDataset:
        """The rows of this dataset, then those of the others.

        Raises:
            ValueError: they have other columns.
        """
        from .concat import Concat

        return Concat(self, *datasets)

    def join(self, *datasets: TabularDataset) -> TabularDataset:
        """The columns of this dataset, then those of the others.

        Raises:
            ValueError: they have another length, or two columns have one name.
        """
        from .join import Join

        return Join(self, *datasets)

    def transform(self, keys: Any, transform: Callable[..., Any]) -> TabularDataset:
        """A dataset computed example by example.

        Args:
            keys: the names of the new columns, a tuple or one name.
            transform: called with the values of an example (by name if they are in a dict); gives a tuple, a dict or,
                for one name, a value. What it gives for the first example decides the mode.
        """
        from .transform import Transform

        return Transform(self, keys, transform)

    def transform_batch(self, keys: Any, transform_batch: Callable[..., Any]) -> TabularDataset:
        """A dataset computed from whole columns; arguments as for `transform`, with columns for values."""
        from .transform import TransformBatch

        return TransformBatch(self, keys, transform_batch)

    def with_converter(self, converter: Callable[..., Any]) -> TabularDataset:
        """The dataset with another `convert`: `converter` is called with the columns, by name if in a dict."""
        from .with_converter import WithConverter

        return WithConverter(self, converter)


def in_mode(dataset: TabularDataset, values: tuple[Any, ...]) -> Any:
    """One value a column, as the dataset's mode says."""
    mode = dataset.mode
    if mode is dict:
        return dict(zip(dataset.keys, values, strict=True))
    return values if mode is tuple else values[0]


def called_with(function: Callable[..., Any], data: Any) -> Any:
    """Call a function with the values of a tuple, with those of a dict by name, or with one value."""
    if isinstance(data, tuple):
        return function(*data)
    if isinstance(data, dict):
        return function(**data)
    return function(data)


def _as_array(column: Any) -> Any:
    if backend.is_array(column):
        return column
    if len(column) and backend.is_array(column[0]):
        return backend.get_array_module(column[0]).stack(column)
    return numpy.asarray(column)
