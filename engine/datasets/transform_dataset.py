"""A dataset whose examples go through a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

__all__ = ["TransformDataset"]


class TransformDataset:
    """Example `i` is `transform(dataset[i])`, computed when it is asked for.

    Args:
        dataset: anything with a length and examples at indexes.
        transform: takes an example and gives another.
    """

    def __init__(self, dataset: Any, transform: Callable[[Any], Any]) -> None:
        self._dataset = dataset
        self._transform = transform

    def get_example(self, i: int) -> Any:
        """Example `i`, transformed."""
        return self._transform(self._dataset[i])

    def __getitem__(self, index: Any) -> Any:
        """One example; a list of them for a slice, a list or an array of indexes."""
        if isinstance(index, list | numpy.ndarray):
            return [self._transform(self._dataset[i]) for i in index]
        found = self._dataset[index]
        if isinstance(index, slice):
            return [self._transform(example) for example in found]
        return self._transform(found)

    def __len__(self) -> int:
        return len(self._dataset)
