"""What iterators that read ahead share: which batch is on its way, and where in the epoch it leaves the iterator."""

from __future__ import annotations

from collections import deque
from typing import Any

from .serial_iterator import SerialIterator

__all__ = ["PrefetchingIterator"]

_STATE = ("epoch", "is_new_epoch", "current_position", "_previous_epoch_detail", "_order")


class PrefetchingIterator(SerialIterator):
    """A `SerialIterator` whose next batches are already being read while the script works on the latest one.

    A subclass defines `_start(indices)`, which begins to read a batch and returns at once, and `_wait(started)`, which
    gives the list of examples.
    """

    _n_prefetch = 1
    _ahead: deque[tuple[Any, tuple[Any, ...]]] = deque()
    _planner: SerialIterator | None = None
    _closed = False

    def reset(self) -> None:
        """Go back to the beginning, with a new order.

        Raises:
            NotImplementedError: the iterator was finalized.
        """
        if self._closed:
            raise NotImplementedError(f"reset of a finalized {type(self).__name__} is not supported")
        self._discard()
        super().reset()

    def __next__(self) -> list[Any]:
        if self._closed:
            raise RuntimeError(f"this {type(self).__name__} was finalized: it hands out nothing more")
        self._fill()
        if not self._ahead:
            raise StopIteration
        started, state = self._ahead.popleft()
        self._fill()
        try:
            batch = self._wait(started)
        except BaseException:
            self._discard()  # go on at this batch, should the script try again
            raise
        for name, value in zip(_STATE, state, strict=True):
            setattr(self, name, value)
        return batch

    next = __next__

    def serialize(self, serializer: Any) -> None:
        """Save or load where the iterator is; what was read ahead is no part of it."""
        place, order = (self.epoch, self.current_position), self._order
        super().serialize(serializer)
        if place != (self.epoch, self.current_position) or order is not self._order:
            self._discard()

    def hand_state_to(self, twin: PrefetchingIterator) -> None:
        """Let a copy begin where this iterator is."""
        twin._discard()
        for name in _STATE:
            setattr(twin, name, getattr(self, name))

    def finalize(self) -> None:
        """End the workers; the iterator hands out nothing more."""
        self._closed = True
        self._discard()

    def _fill(self) -> None:
        """Start batches until enough are on their way."""
        planner = self._planner
        if planner is None:
            planner = self._planner = object.__new__(SerialIterator)
            planner.__dict__.update(
                dataset=self.dataset,
                batch_size=self.batch_size,
                _repeat=self._repeat,
                order_sampler=self.order_sampler,
                **{name: getattr(self, name) for name in _STATE},
            )
        while len(self._ahead) < max(self._n_prefetch, 1):
            if not self._repeat and planner.epoch > 0:
                return
            planner._previous_epoch_detail = planner.epoch_detail
            indices = [int(index) for index in planner._next_indices()]
            state = tuple(getattr(planner, name) for name in _STATE)
            self._ahead.append((self._start(indices), state))

    def _discard(self) -> None:
        """Forget what was read ahead."""
        self._ahead = deque()
        self._planner = None

    def _start(self, indices: list[int]) -> Any:
        raise NotImplementedError(f"{type(self).__name__} doesn't define _start()")

    def _wait(self, started: Any) -> list[Any]:
        raise NotImplementedError(f"{type(self).__name__} doesn't define _wait()")
