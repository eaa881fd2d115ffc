"""The rows of several tabular datasets, one after the other."""

from __future__ import annotations

from typing import Any

from .rows import chosen
from .tabular_dataset import TabularDataset

__all__ = ["Concat"]


class Concat(TabularDataset):
    """Several datasets with the same columns; see `TabularDataset.concat`."""

    def __init__(self, *datasets: TabularDataset) -> None:
        for dataset in datasets[1:]:
            if dataset.keys != datasets[0].keys:
                raise ValueError(
                    f"concat: all datasets must have the same columns; not {datasets[0].keys} and {dataset.keys}"
                )
        self._datasets = datasets

    def __len__(self) -> int:
        return sum(map(len, self._datasets))

    @property
    def keys(self) -> tuple[str, ...]:
        return self._datasets[0].keys

    @property
    def mode(self) -> type | None:
        return self._datasets[0].mode

    def get_examples(self, indices: Any, key_indices: tuple[int, ...] | None) -> tuple[Any, ...]:
        length = len(self)
        rows = [row + length if row < 0 else row for row in chosen(range(length), indices)]
        count = len(self.keys) if key_indices is None else len(key_indices)
        columns: tuple[list[Any], ...] = tuple([None] * len(rows) for _ in range(count))
        begin = 0
        for dataset in self._datasets:
            places = [place for place, row in enumerate(rows) if begin <= row < begin + len(dataset)]
            if places:
                found = dataset.get_examples([rows[place] - begin for place in places], key_indices)
                for column, part in zip(columns, found, strict=True):
                    for place, value in zip(places, part, strict=True):
                        column[place] = value
            begin += len(dataset)
        return columns

    def convert(self, data: Any) -> Any:
        """As the first dataset does it."""
        return self._datasets[0].convert(data)
