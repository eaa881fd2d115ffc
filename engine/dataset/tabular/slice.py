"""Some rows and columns of a tabular dataset."""

from __future__ import annotations

from typing import Any

from .delegate_dataset import DelegateDataset
from .rows import as_indices, chosen, rows_of
from .tabular_dataset import TabularDataset

__all__ = ["Slice", "Slicer"]


class Slicer:
    """What `dataset.slice` is: something with brackets."""

    def __init__(self, dataset: TabularDataset) -> None:
        self._dataset = dataset

    def __getitem__(self, index: Any) -> TabularDataset:
        rows, columns = index if isinstance(index, tuple) else (index, None)
        return Slice(self._dataset, rows, columns)


class Slice(DelegateDataset):
    """Some rows and columns; see `TabularDataset.slice`.

    Raises:
        IndexError: there is no such row or no column at that place.
        KeyError: there is no column of that name.
    """

    def __init__(self, dataset: TabularDataset, rows: Any, columns: Any) -> None:
        super().__init__(dataset)
        self._rows = rows_of(len(dataset), rows)
        self._single = columns is not None and not isinstance(columns, tuple | list)
        self._columns: tuple[int, ...] | None = None
        if columns is not None:
            names = (columns,) if self._single else columns
            self._columns = tuple(_place(dataset.keys, name) for name in names)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def keys(self) -> tuple[str, ...]:
        keys = self.dataset.keys
        return keys if self._columns is None else tuple(keys[place] for place in self._columns)

    @property
    def mode(self) -> type | None:
        if self._single:
            return None
        several = self._columns is not None and self.dataset.mode is None
        return tuple if several else self.dataset.mode

    def get_examples(self, indices: Any, key_indices: tuple[int, ...] | None) -> tuple[Any, ...]:
        columns = self._columns
        if columns is None:
            columns = key_indices
        elif key_indices is not None:
            columns = tuple(columns[place] for place in key_indices)
        return self.dataset.get_examples(as_indices(chosen(self._rows, indices)), columns)


def _place(keys: tuple[str, ...], name: Any) -> int:
    if isinstance(name, int) and not isinstance(name, bool):
        if not -len(keys) <= name < len(keys):
            raise IndexError(f"column {name} is out of bounds for a dataset with {len(keys)} columns")
        return name % len(keys)
    if name not in keys:
        raise KeyError(f"there is no column {name!r}; there are {', '.join(keys)}")
    return keys.index(name)
