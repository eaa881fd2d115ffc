"""The order of the examples in an epoch."""

from __future__ import annotations

from typing import Any

import numpy

__all__ = ["OrderSampler", "ShuffleOrderSampler"]


class OrderSampler:
    """Makes the order of the next epoch; a subclass defines the call."""

    def __call__(self, current_order: numpy.ndarray, current_position: int) -> numpy.ndarray:
        """The indexes of the next epoch's examples.

        Args:
            current_order: those of the epoch that ends.
            current_position: where in that order the latest batch began.
        """
        raise NotImplementedError(f"{type(self).__name__} doesn't define its call")


class ShuffleOrderSampler(OrderSampler):
    """A new random order each time.

    Args:
        random_state: a `numpy.random.RandomState`; None for the global one (`numpy.random`).
    """

    def __init__(self, random_state: Any = None) -> None:
        self._random = numpy.random if random_state is None else random_state

    def __call__(self, current_order: numpy.ndarray, current_position: int) -> numpy.ndarray:
        return self._random.permutation(len(current_order))
