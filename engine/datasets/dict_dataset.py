"""Several datasets side by side, whose examples are dicts."""

from __future__ import annotations

from typing import Any

__all__ = ["DictDataset"]


class DictDataset:
    """Example `i` is the dict of the datasets' examples `i`, by name.

    Args:
        datasets: names, each with a list, an array or a dataset; all of one length.

    Raises:
        ValueError: there are none, or they differ in length.
    """

    def __init__(self, **datasets: Any) -> None:
        if not datasets:
            raise ValueError("no datasets are given")
        lengths = {name: len(dataset) for name, dataset in datasets.items()}
        self._length = next(iter(lengths.values()))
        for name, length in lengths.items():
            if length != self._length:
                raise ValueError(
                    f'dataset length conflicts at "{name}": {length}, but the first one has {self._length}'
                )
        self._datasets = datasets

    def __getitem__(self, index: Any) -> Any:
        """One example; a list of them for a slice."""
        members = {name: dataset[index] for name, dataset in self._datasets.items()}
        if isinstance(index, slice):
            names = list(members)
            return [dict(zip(names, values, strict=True)) for values in zip(*members.values(), strict=True)]
        return members

    def __len__(self) -> int:
        return self._length
