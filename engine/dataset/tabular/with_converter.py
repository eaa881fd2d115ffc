"""A tabular dataset with another way to make arrays of its columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .delegate_dataset import DelegateDataset
from .tabular_dataset import TabularDataset, called_with

__all__ = ["WithConverter"]


class WithConverter(DelegateDataset):
    """A dataset with another `convert`; see `TabularDataset.with_converter`."""

    def __init__(self, dataset: TabularDataset, converter: Callable[..., Any]) -> None:
        super().__init__(dataset)
        self._converter = converter

    def convert(self, data: Any) -> Any:
        return called_with(self._converter, data)
