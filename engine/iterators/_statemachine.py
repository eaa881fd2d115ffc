"""Where an iterator stands in its dataset, and how a batch moves it on; for iterators of a script's own, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy

__all__ = ["IteratorState", "iterator_statemachine"]


class IteratorState(NamedTuple):
    """Where an iterator stands.

    Attributes:
        current_position: how many examples of this epoch were handed out.
        epoch: how many epochs are complete.
        is_new_epoch: whether the latest batch completed one.
        order: the indexes of this epoch's examples, in order; None: as the dataset has them.
    """

    current_position: int
    epoch: int
    is_new_epoch: bool
    order: Any


def iterator_statemachine(
    state: IteratorState,
    batch_size: int,
    repeat: bool,
    order_sampler: Callable[[numpy.ndarray, int], numpy.ndarray] | None,
    dataset_len: int,
) -> tuple[IteratorState, Any]:
    """Take the next batch.

    Args:
        state: where the iterator stands.
        batch_size: how many examples a batch has.
        repeat: whether a batch goes over the end of an epoch; if not, the last one may be shorter.
        order_sampler: gives a new order from the old one and the position; called where `state.order` isn't None.
        dataset_len: how many examples there are, where `state.order` is None.

    Returns:
        The new state, and the indexes of the batch; None if the only epoch is over.

    Raises:
        ValueError: the sampler gave an order without examples.
    """
    begin, epoch, _, order = state
    if not repeat and epoch > 0:
        return state, None
    size = dataset_len if order is None else len(order)
    places = numpy.arange(size) if order is None else order
    end = begin + batch_size
    if end < size:
        return IteratorState(end, epoch, False, order), places[begin:end]

    def next_order(order: Any) -> Any:
        assert order_sampler is not None
        new_order = order_sampler(order, begin)
        if len(new_order) == 0:
            raise ValueError("the order_sampler gave an order without examples")
        return new_order

    epoch += 1
    if not repeat:
        return IteratorState(0, epoch, True, None if order is None else next_order(order)), places[begin:end]
    parts = [places[begin:]]
    missing = end - size
    while True:
        if order is not None:
            order = places = next_order(order)
        if missing < size:
            break
        # The batch is larger than what is left: it takes whole epochs in, each in an order of its own.
        parts.append(places)
        missing -= size
        epoch += 1
    parts.append(places[:missing])
    return IteratorState(missing, epoch, True, order), numpy.concatenate(parts)
