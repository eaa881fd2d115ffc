"""The iterator that reads the next batch in threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ..serializer import Serializer
from .prefetching import PrefetchingIterator

__all__ = ["MultithreadIterator"]


class MultithreadIterator(PrefetchingIterator):
    """A `SerialIterator` that reads the next batch in threads, for datasets that wait for disk or network.

    Args:
        dataset, batch_size, repeat, shuffle, order_sampler: as for `SerialIterator`.
        n_threads: how many threads read at the same time.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        repeat: bool = True,
        shuffle: bool | None = None,
        n_threads: int = 1,
        order_sampler: Callable[..., Any] | None = None,
    ) -> None:
        self.n_threads = n_threads
        self._pool: ThreadPoolExecutor | None = None
        super().__init__(dataset, batch_size, repeat, shuffle, order_sampler)

    def _start(self, indices: list[int]) -> list[Future[Any]]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.n_threads, thread_name_prefix="MultithreadIterator")
        return [self._pool.submit(self.dataset.__getitem__, index) for index in indices]

    def _wait(self, started: list[Future[Any]]) -> list[Any]:
        return [example.result() for example in started]

    def finalize(self) -> None:
        """End the threads; the iterator hands out nothing more."""
        super().finalize()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _serialize_order(self, serializer: Any) -> None:
        if isinstance(serializer, Serializer):
            serializer("_order", self._order)  # the key that Chainer's MultithreadIterator has
        else:
            super()._serialize_order(serializer)

    def __copy__(self) -> MultithreadIterator:
        twin = type(self)(
            self.dataset,
            self.batch_size,
            self._repeat,
            n_threads=self.n_threads,
            **({"order_sampler": self.order_sampler} if self.order_sampler else {"shuffle": False}),
        )
        self.hand_state_to(twin)
        return twin
