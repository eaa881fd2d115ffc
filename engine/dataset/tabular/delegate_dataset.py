"""DelegateDataset: a dataset made of another one, to build one's own class on."""

from __future__ import annotations

from typing import Any

from .tabular_dataset import TabularDataset

__all__ = ["DelegateDataset"]


class DelegateDataset(TabularDataset):
    """The same as another dataset.

    Args:
        dataset: a tabular dataset, such as `from_data` makes.
    """

    def __init__(self, dataset: TabularDataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    @property
    def keys(self) -> tuple[str, ...]:
        return self.dataset.keys

    @property
    def mode(self) -> type | None:
        return self.dataset.mode

    def get_examples(self, indices: Any, key_indices: tuple[int, ...] | None) -> tuple[Any, ...]:
        return self.dataset.get_examples(indices, key_indices)

    def convert(self, data: Any) -> Any:
        return self.dataset.convert(data)
