"""The columns of several tabular datasets side by side."""

from __future__ import annotations

from typing import Any

from .tabular_dataset import TabularDataset

__all__ = ["Join"]


class Join(TabularDataset):
    """Several datasets of one length; see `TabularDataset.join`."""

    def __init__(self, *datasets: TabularDataset) -> None:
        lengths = [len(dataset) for dataset in datasets]
        if len(set(lengths)) > 1:
            raise ValueError(f"join: all datasets must have the same length, not {lengths}")
        keys = [key for dataset in datasets for key in dataset.keys]
        if len(set(keys)) < len(keys):
            raise ValueError(f"join: all columns must have different names, not {keys}")
        self._datasets = datasets
        self._keys = tuple(keys)

    def __len__(self) -> int:
        return len(self._datasets[0])

    @property
    def keys(self) -> tuple[str, ...]:
        return self._keys

    @property
    def mode(self) -> type | None:
        """That of the first dataset that has one; several columns without are a tuple."""
        modes = [dataset.mode for dataset in self._datasets]
        if len(modes) == 1:
            return modes[0]
        return next((mode for mode in modes if mode is not None), tuple)

    def get_examples(self, indices: Any, key_indices: tuple[int, ...] | None) -> tuple[Any, ...]:
        wanted = range(len(self._keys)) if key_indices is None else key_indices
        columns: dict[int, Any] = {}
        begin = 0
        for dataset in self._datasets:
            here = sorted({place for place in wanted if begin <= place < begin + len(dataset.keys)})
            if here:
                found = dataset.get_examples(indices, tuple(place - begin for place in here))
                columns.update(zip(here, found, strict=True))
            begin += len(dataset.keys)
        return tuple(columns[place] for place in wanted)

    def convert(self, data: Any) -> Any:
        """As the first dataset does it."""
        return self._datasets[0].convert(data)
