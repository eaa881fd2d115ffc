"""What datasets and iterators are made of, and how examples become a batch."""

from . import download
from .convert import concat_examples, to_device
from .dataset_mixin import DatasetMixin
from .download import (
    cache_or_load_file,
    cached_download,
    get_dataset_directory,
    get_dataset_root,
    set_dataset_root,
)
from .iterator import Iterator

__all__ = [
    "DatasetMixin",
    "Iterator",
    "cache_or_load_file",
    "cached_download",
    "concat_examples",
    "download",
    "get_dataset_directory",
    "get_dataset_root",
    "set_dataset_root",
    "to_device",
]
