"""A part of a dataset, and ways to split one into parts."""

from __future__ import annotations

import itertools
from typing import Any

import numpy

from ..dataset.dataset_mixin import DatasetMixin
from ..utils.arguments import parse_kwargs
from ..utils.deprecation import warn_deprecated

__all__ = [
    "SubDataset",
    "get_cross_validation_datasets",
    "get_cross_validation_datasets_random",
    "split_dataset",
    "split_dataset_n",
    "split_dataset_n_random",
    "split_dataset_random",
]


class SubDataset(DatasetMixin):
    """The examples of a dataset from place `start` up to, and without, place `finish`.

    Args:
        dataset: anything with a length and examples at indexes.
        start, finish: places in `order`.
        order: the indexes of the examples, as a sequence; by default 0, 1, 2 ...

    Raises:
        ValueError: the places are outside of the dataset, or `order` has another length.
    """

    def __init__(self, dataset: Any, start: int, finish: int, order: Any = None) -> None:
        if start < 0 or finish > len(dataset):
            raise ValueError(
                f"subset overruns the base dataset: {start} to {finish} of {len(dataset)} examples"
            )
        if order is not None and len(order) != len(dataset):
            raise ValueError(
                f"order option must have the same length as the base dataset: "
                f"len(order) = {len(order)} while len(dataset) = {len(dataset)}"
            )
        self._dataset = dataset
        self._start = start
        self._size = finish - start
        self._order = order

    def __len__(self) -> int:
        return self._size

    def get_example(self, i: int) -> Any:
        """Example number i of this part; a negative one counts from the end.

        Raises:
            IndexError: there are fewer.
        """
        if not -self._size <= i < self._size:
            raise IndexError(f"dataset index out of range: {i} of {self._size}")
        place = self._start + (i if i >= 0 else i + self._size)
        return self._dataset[place if self._order is None else self._order[place]]


def split_dataset(dataset: Any, split_at: int, order: Any = None) -> tuple[SubDataset, SubDataset]:
    """The first `split_at` examples, and the others.

    Raises:
        TypeError: split_at is no whole number.
        ValueError: it is negative or beyond the end.
    """
    size = len(dataset)
    if not isinstance(split_at, int | numpy.integer):
        raise TypeError(f"split_at must be int, got {type(split_at)} instead")
    if split_at < 0:
        raise ValueError(f"split_at must be non-negative, not {split_at}")
    if split_at > size:
        raise ValueError(f"split_at exceeds the dataset size: {split_at} > {size}")
    return SubDataset(dataset, 0, int(split_at), order), SubDataset(dataset, int(split_at), size, order)


def split_dataset_random(dataset: Any, first_size: int, seed: Any = None) -> tuple[SubDataset, SubDataset]:
    """`first_size` examples by chance, and the others; `seed` makes the choice repeatable."""
    order = numpy.random.RandomState(seed).permutation(len(dataset))
    return split_dataset(dataset, first_size, order)


def split_dataset_n(dataset: Any, n: int, order: Any = None) -> list[SubDataset]:
    """`n` parts of one size; examples that remain are in none of them."""
    size = len(dataset) // n
    return [SubDataset(dataset, size * i, size * (i + 1), order) for i in range(n)]


def split_dataset_n_random(dataset: Any, n: int, seed: Any = None) -> list[SubDataset]:
    """`n` parts of one size by chance; `seed` makes the choice repeatable."""
    return split_dataset_n(dataset, n, numpy.random.RandomState(seed).permutation(len(dataset)))


def get_cross_validation_datasets(
    dataset: Any, n_folds: int | None = None, order: Any = None, **kwargs: Any
) -> list[tuple[SubDataset, SubDataset]]:
    """Pairs of a training and a test part, such that each example is in one test part; the last ones come first.

    Args:
        dataset: anything with a length and examples at indexes.
        n_folds: how many pairs.
        order: the indexes of the examples; by default 0, 1, 2 ...
    """
    (older_name,) = parse_kwargs(kwargs, ("n_fold", None))
    if older_name is not None:
        warn_deprecated("The argument n_fold", "use n_folds")
    folds = older_name if n_folds is None else n_folds
    if folds is None:
        raise ValueError("Number of folds must be given: say n_folds=...")
    size = len(dataset)
    order = numpy.arange(size) if order is None else numpy.asarray(order)
    borders = [size * i // folds for i in range(folds + 1)]
    pairs = []
    for first, last in reversed(list(itertools.pairwise(borders))):
        # Seen from the end of the test part, once around: first all that trains, then all that tests.
        around = numpy.concatenate([order[last:], order[:last]])
        pairs.append(split_dataset(dataset, size - (last - first), around))
    return pairs


def get_cross_validation_datasets_random(
    dataset: Any, n_folds: int | None = None, seed: Any = None, **kwargs: Any
) -> list[tuple[SubDataset, SubDataset]]:
    """`get_cross_validation_datasets` in an order by chance; `seed` makes it repeatable."""
    order = numpy.random.RandomState(seed).permutation(len(dataset))
    return get_cross_validation_datasets(dataset, n_folds, order, **kwargs)
