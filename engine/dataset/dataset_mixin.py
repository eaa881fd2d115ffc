"""The base of datasets that compute one example at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy

__all__ = ["DatasetMixin"]


class DatasetMixin:
    """A dataset from `__len__` and `get_example(i)`, which a subclass defines."""

    def __getitem__(self, index: Any) -> Any:
        """One example; a list of them for a slice, a list or an array of indexes."""
        if isinstance(index, slice):
            return [self.get_example(i) for i in range(*index.indices(len(self)))]
        if isinstance(index, list | numpy.ndarray):
            return [self.get_example(i) for i in index]
        return self.get_example(index)

    def __iter__(self) -> Iterator[Any]:
        return (self.get_example(i) for i in range(len(self)))

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} doesn't define __len__()")

    def get_example(self, i: int) -> Any:
        """Example number `i`."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define get_example(i)")
