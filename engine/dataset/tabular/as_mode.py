"""A tabular dataset with other examples: tuples or dicts."""

from __future__ import annotations

from .delegate_dataset import DelegateDataset
from .tabular_dataset import TabularDataset

__all__ = ["AsMode"]


class AsMode(DelegateDataset):
    """A dataset in another mode; see `TabularDataset.mode`."""

    def __init__(self, dataset: TabularDataset, mode: type | None) -> None:
        super().__init__(dataset)
        self._mode = mode

    @property
    def mode(self) -> type | None:
        return self._mode
