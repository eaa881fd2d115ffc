"""Several datasets, one after the other."""

from __future__ import annotations

import bisect
import itertools
from typing import Any

from ..dataset.dataset_mixin import DatasetMixin

__all__ = ["ConcatenatedDataset"]


class ConcatenatedDataset(DatasetMixin):
    """The examples of the first dataset, then those of the second, and so on.

    Args:
        datasets: anything with a length and examples at indexes.
    """

    def __init__(self, *datasets: Any) -> None:
        self._datasets = datasets
        self._ends = list(itertools.accumulate(len(dataset) for dataset in datasets))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def get_example(self, i: int) -> Any:
        """Example number i.

        Raises:
            IndexError: there are fewer.
        """
        if i < 0:
            i += len(self)
        if not 0 <= i < len(self):
            raise IndexError(f"dataset index out of range: {i} of {len(self)}")
        which = bisect.bisect_right(self._ends, i)
        return self._datasets[which][i - (self._ends[which - 1] if which else 0)]
