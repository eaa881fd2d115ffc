"""Tabular datasets computed from another: example by example, or by whole columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .tabular_dataset import TabularDataset, called_with, in_mode

__all__ = ["Transform", "TransformBatch"]


class _Computed(TabularDataset):
    def __init__(self, dataset: TabularDataset, keys: Any, function: Callable[..., Any]) -> None:
        self._dataset = dataset
        self._keys = (keys,) if isinstance(keys, str) else tuple(keys)
        self._function = function

    def __len__(self) -> int:
        return len(self._dataset)

    @property
    def keys(self) -> tuple[str, ...]:
        return self._keys

    @property
    def mode(self) -> type | None:
        """What the function gives for the first example."""
        if not hasattr(self, "_mode"):
            result = self._first_result()
            self._mode = next((kind for kind in (tuple, dict) if isinstance(result, kind)), None)
        return self._mode

    def _first_result(self) -> Any:
        raise NotImplementedError

    def _values(self, result: Any, key_indices: tuple[int, ...] | None) -> list[Any]:
        """What the function gave, for these columns."""
        places = range(len(self._keys)) if key_indices is None else key_indices
        if isinstance(result, dict):
            return [result[self._keys[place]] for place in places]
        values = result if isinstance(result, tuple) else (result,)
        return [values[place] for place in places]


class Transform(_Computed):
    """A function of each example; see `TabularDataset.transform`."""

    def _first_result(self) -> Any:
        return self._result(self._dataset.get_examples([0], None), 0)

    def _result(self, columns: tuple[Any, ...], place: int) -> Any:
        return called_with(self._function, in_mode(self._dataset, tuple(column[place] for column in columns)))

    def get_example(self, i: int) -> Any:
        result = self._result(self._dataset.get_examples([i], None), 0)
        if not isinstance(result, tuple | dict):
            return in_mode(self, tuple(self._values(result, None)))
        return result

    def get_examples(self, indices: Any, key_indices: tuple[int, ...] | None) -> tuple[Any, ...]:
        given = self._dataset.get_examples(indices, None)
        rows = [self._values(self._result(given, place), key_indices) for place in range(len(given[0]))]
        count = len(self._keys) if key_indices is None else len(key_indices)
        return tuple([row[place] for row in rows] for place in range(count))


class TransformBatch(_Computed):
    """A function of whole columns; see `TabularDataset.transform_batch`."""

    def _first_result(self) -> Any:
        return self._result(self._dataset.get_examples([0], None))

    def _result(self, columns: tuple[Any, ...]) -> Any:
        return called_with(self._function, in_mode(self._dataset, columns))

    def get_examples(self, indices: Any, key_indices: tuple[int, ...] | None) -> tuple[Any, ...]:
        given = self._dataset.get_examples(indices, None)
        columns = self._values(self._result(given), key_indices)
        for column in columns:
            if len(column) != len(given[0]):
                raise ValueError(
                    f"transform_batch must not change the number of rows: {len(given[0])} in, {len(column)} out"
                )
        return tuple(columns)
