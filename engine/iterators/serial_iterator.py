"""The iterator that reads the dataset itself, one batch after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from ..dataset.iterator import Iterator
from ._statemachine import IteratorState, iterator_statemachine
from .order_samplers import ShuffleOrderSampler

__all__ = ["SerialIterator"]


class SerialIterator(Iterator):
    """Hands out a dataset in batches, in a random order unless told otherwise.

    Args:
        dataset: anything with a length and examples at indexes.
        batch_size: how many examples a batch has.
        repeat: whether to begin again after the last example; if not, the last batch of the only epoch may be
            shorter. If so, batches go over the ends of epochs and are always full.
        shuffle: whether the order is random, drawn from `numpy.random`; None: yes.
        order_sampler: makes the order of each epoch, in the place of `shuffle`.

    Attributes:
        epoch: how many epochs are complete.
        is_new_epoch: whether the latest batch completed one.
        current_position: how many examples of this epoch were handed out.

    Raises:
        TypeError: batch_size is no whole number, or the dataset has no length.
        ValueError: batch_size is not positive, the dataset is empty, or both `shuffle` and `order_sampler` are given.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        repeat: bool = True,
        shuffle: bool | None = None,
        order_sampler: Callable[[numpy.ndarray, int], numpy.ndarray] | None = None,
    ) -> None:
        if not hasattr(batch_size, "__index__"):
            raise TypeError(f"SerialIterator: batch_size must be a whole number, not {batch_size!r}")
        if batch_size < 1:
            raise ValueError(f"SerialIterator: batch_size must be 1 or more, not {batch_size}")
        if order_sampler is not None and shuffle is not None:
            raise ValueError(
                "`shuffle` is not `None` and a custom `order_sampler` is set. "
                "Please set `shuffle` to `None` to use the custom order sampler."
            )
        if not len(dataset):
            raise ValueError("SerialIterator: the dataset is empty")
        self.dataset = dataset
        self.batch_size = batch_size
        self._repeat = repeat
        if order_sampler is None and (shuffle or shuffle is None):
            order_sampler = ShuffleOrderSampler()
        self.order_sampler = order_sampler
        self.reset()

    @property
    def repeat(self) -> bool:
        """Whether it begins again after the last example."""
        return self._repeat

    def reset(self) -> None:
        """Go back to the beginning, with a new order."""
        self.epoch = 0
        self.is_new_epoch = False
        self.current_position = 0
        self._previous_epoch_detail = -1.0
        self._order: numpy.ndarray | None = None
        if self.order_sampler is not None:
            self._order = self.order_sampler(numpy.arange(len(self.dataset)), 0)
            if len(self._order) == 0:
                raise ValueError(f"{type(self).__name__}: the order_sampler gave an order without examples")

    def __next__(self) -> list[Any]:
        self._previous_epoch_detail = self.epoch_detail
        if not self._repeat and self.epoch > 0:
            raise StopIteration
        return [self.dataset[index] for index in self._next_indices().tolist()]

    next = __next__

    def _next_indices(self) -> Any:
        """The indexes of the next batch; moves on."""
        state = IteratorState(self.current_position, self.epoch, self.is_new_epoch, self._order)
        state, indices = iterator_statemachine(
            state, self.batch_size, self._repeat, self.order_sampler, len(self.dataset)
        )
        self.current_position, self.epoch, self.is_new_epoch, self._order = state
        return indices

    @property
    def _epoch_size(self) -> int:
        return len(self.dataset) if self._order is None else len(self._order)

    def serialize(self, serializer: Any) -> None:
        """Save where it stands into a serializer, or go to where a saved one stood.

        Raises:
            ValueError: the saved order is that of a dataset of another size.
        """
        self.current_position = serializer("current_position", self.current_position)
        self.epoch = serializer("epoch", self.epoch)
        self.is_new_epoch = serializer("is_new_epoch", self.is_new_epoch)
        self._serialize_order(serializer)
        try:
            self._previous_epoch_detail = serializer("previous_epoch_detail", self._previous_epoch_detail)
        except KeyError:  # saved by a Chainer before 2: where the latest batch began
            before = self.epoch + (self.current_position - self.batch_size) / self._epoch_size
            self._previous_epoch_detail = max(before, 0.0) if self.epoch_detail > 0 else -1.0

    def _serialize_order(self, serializer: Any) -> None:
        if self._order is None:
            return
        try:
            self._order = serializer("order", self._order)
        except KeyError:  # the key of older versions, and of MultithreadIterator
            self._order = serializer("_order", self._order)
        if self._order is not None and numpy.max(self._order, initial=0) >= len(self.dataset):
            raise ValueError(
                f"{type(self).__name__}: the saved order has example {numpy.max(self._order)}, but the dataset only "
                f"{len(self.dataset)} examples; it was saved with another dataset"
            )

    @property
    def epoch_detail(self) -> float:
        """How many epochs are done, counting the current one in part."""
        return self.epoch + self.current_position / self._epoch_size

    @property
    def previous_epoch_detail(self) -> float | None:
        """What `epoch_detail` was before the latest batch; None before the first one."""
        return None if self._previous_epoch_detail < 0 else self._previous_epoch_detail
