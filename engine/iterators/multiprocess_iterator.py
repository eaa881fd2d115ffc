"""The iterator that reads the next batches in other processes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import numpy

from .prefetching import PrefetchingIterator

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

__all__ = ["MultiprocessIterator"]


class MultiprocessIterator(PrefetchingIterator):
    """A `SerialIterator` that reads the next batches in other processes, for datasets that compute.

    Where Python starts processes afresh (`spawn`), the dataset must be picklable and the script's main part must stand
    under `if __name__ == "__main__":`.

    Args:
        dataset, batch_size, repeat, shuffle, order_sampler: as for `SerialIterator`.
        n_processes: how many processes; by default one a CPU.
        n_prefetch: how many batches are read ahead.
        shared_mem: accepted, and of no effect: examples come through pipes.
        dataset_timeout: after how many seconds of waiting for an example to warn; None: never.
        maxtasksperchild: after how many examples a process is replaced; makes processes start afresh.
    """

    class TimeoutWarning(RuntimeWarning):
        """An example takes longer than `dataset_timeout`."""

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        repeat: bool = True,
        shuffle: bool | None = None,
        n_processes: int | None = None,
        n_prefetch: int = 1,
        shared_mem: int | None = None,
        order_sampler: Callable[..., Any] | None = None,
        dataset_timeout: float | None = 30.0,
        maxtasksperchild: int | None = None,
    ) -> None:
        self.shuffle = shuffle
        self.n_processes = n_processes or os.cpu_count() or 1
        self.n_prefetch = self._n_prefetch = max(n_prefetch, 1)
        self.shared_mem = shared_mem
        self.dataset_timeout = dataset_timeout
        self.maxtasksperchild = maxtasksperchild
        self._pool: ProcessPoolExecutor | None = None
        super().__init__(dataset, batch_size, repeat, shuffle, order_sampler)

    def _start(self, indices: list[int]) -> list[Future[Any]]:
        if self._pool is None:
            # Only now: this import changes the interpreter for scripts that use no processes.
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            # A process that ends after some work can't be replaced by a fork of this one, which has threads by then.
            context = multiprocessing.get_context("spawn" if self.maxtasksperchild else None)
            self._pool = ProcessPoolExecutor(
                self.n_processes,
                mp_context=context,
                initializer=_begin_work,
                initargs=(self.dataset,),
                max_tasks_per_child=self.maxtasksperchild,
            )
        return [self._pool.submit(_example, index) for index in indices]

    def _wait(self, started: list[Future[Any]]) -> list[Any]:
        return [self._example_of(example) for example in started]

    def _example_of(self, example: Future[Any]) -> Any:
        try:
            return example.result(self.dataset_timeout)
        except TimeoutError:
            if example.done():
                raise  # the dataset's own TimeoutError
            warnings.warn(
                f"Stalled dataset is detected: an example takes longer than {self.dataset_timeout} s. "
                "Maybe a worker process waits for something that it will never get "
                "(OpenCV and OpenMP threads are known for it after a fork).",
                MultiprocessIterator.TimeoutWarning,
                stacklevel=4,
            )
        return example.result()

    def finalize(self) -> None:
        """End the processes; the iterator hands out nothing more."""
        super().finalize()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def __copy__(self) -> MultiprocessIterator:
        twin = type(self)(
            self.dataset,
            self.batch_size,
            self._repeat,
            n_processes=self.n_processes,
            n_prefetch=self.n_prefetch,
            dataset_timeout=self.dataset_timeout,
            maxtasksperchild=self.maxtasksperchild,
            **({"order_sampler": self.order_sampler} if self.order_sampler else {"shuffle": False}),
        )
        self.hand_state_to(twin)
        return twin


_dataset: Any = None


def _begin_work(dataset: Any) -> None:
    """In a worker: keep the dataset, and draw other random numbers than the sister processes."""
    global _dataset
    _dataset = dataset
    numpy.random.seed()


def _example(index: int) -> Any:
    return _dataset[index]
