"""Several datasets side by side, whose examples are tuples."""

from __future__ import annotations

from typing import Any

__all__ = ["TupleDataset"]


class TupleDataset:
    """Example `i` is the tuple of the datasets' examples `i`.

    Args:
        datasets: lists, arrays or datasets of one length.

    Raises:
        ValueError: there are none, or they differ in length.
    """

    def __init__(self, *datasets: Any) -> None:
        if not datasets:
            raise ValueError("no datasets are given")
        self._length = len(datasets[0])
        for place, dataset in enumerate(datasets):
            if len(dataset) != self._length:
                raise ValueError(
                    f"dataset of the index {place} has a wrong length: "
                    f"{len(dataset)}, but the first one has {self._length}"
                )
        self._datasets = datasets

    def __getitem__(self, index: Any) -> Any:
        """One example; a list of them for a slice."""
        members = [dataset[index] for dataset in self._datasets]
        if isinstance(index, slice):
            return list(zip(*members, strict=True))
        return tuple(members)

    def __len__(self) -> int:
        return self._length
