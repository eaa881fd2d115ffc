"""Datasets in columns, and views of them."""

from .delegate_dataset import DelegateDataset
from .from_data import from_data

__all__ = ["DelegateDataset", "from_data"]
