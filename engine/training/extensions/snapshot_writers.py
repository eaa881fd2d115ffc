"""What writes snapshots: at once, or beside the training in a thread or a process."""

from __future__ import annotations

import os
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable
from typing import Any

from ...serializers import save_npz

__all__ = [
    "ProcessQueueWriter",
    "ProcessWriter",
    "QueueWriter",
    "SimpleWriter",
    "StandardWriter",
    "ThreadQueueWriter",
    "ThreadWriter",
    "Writer",
]


class Writer:
    """Base of writers; a subclass defines the call."""

    def __call__(self, filename: str, outdir: str, target: dict[str, Any]) -> None:
        """Write arrays by name into a file of a directory."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define its call")

    def finalize(self) -> None:
        """Wait until everything is written."""

    def save(
        self, filename: str, outdir: str, target: dict[str, Any], savefun: Callable[..., Any], **kwds: Any
    ) -> None:
        """Write beside the place, then put the file there, so that no snapshot is ever half written."""
        folder = tempfile.mkdtemp(prefix=f"tmp{filename}", dir=outdir)
        try:
            path = os.path.join(folder, filename)
            savefun(path, target, **kwds)
            os.replace(path, os.path.join(outdir, filename))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class SimpleWriter(Writer):
    """Writes at once; the training waits.

    Args:
        savefun: writes a path from a dict of arrays.
        kwds: its further arguments.
    """

    def __init__(self, savefun: Callable[..., Any] = save_npz, **kwds: Any) -> None:
        self._savefun = savefun
        self._kwds = kwds

    def __call__(self, filename: str, outdir: str, target: dict[str, Any]) -> None:
        self.save(filename, outdir, target, self._savefun, **self._kwds)


class StandardWriter(SimpleWriter):
    """Writes in a worker that a subclass makes by `create_worker`, one at a time; arguments as in `SimpleWriter`."""

    _worker: Any = None
    _failure: BaseException | None = None

    def __call__(self, filename: str, outdir: str, target: dict[str, Any]) -> None:
        self.finalize()
        copied = {name: array.copy() if hasattr(array, "copy") else array for name, array in target.items()}
        self._worker = self.create_worker(filename, outdir, copied, **self._kwds)
        self._worker.start()

    def create_worker(self, filename: str, outdir: str, target: dict[str, Any], **kwds: Any) -> Any:
        """A worker with the methods `start` and `join`."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define create_worker(...)")

    def _write(self, filename: str, outdir: str, target: dict[str, Any], kwds: dict[str, Any]) -> None:
        try:
            self.save(filename, outdir, target, self._savefun, **kwds)
        except BaseException as error:
            self._failure = error

    def finalize(self) -> None:
        """Wait until everything is written; raises what went wrong in the worker."""
        if self._worker is not None:
            self._worker.join()
            failure = self._failure or _failure_of(self._worker)
            self._worker = self._failure = None
            if failure is not None:
                raise failure


class ThreadWriter(StandardWriter):
    """Writes in a thread, one file at a time; arguments as in `SimpleWriter`."""

    def create_worker(self, filename: str, outdir: str, target: dict[str, Any], **kwds: Any) -> Any:
        return threading.Thread(target=self._write, args=(filename, outdir, target, kwds))


class ProcessWriter(StandardWriter):
    """Writes in a process, one file at a time; arguments as in `SimpleWriter`.

    Where Python starts processes afresh (`spawn`), `savefun` must be picklable.
    """

    def create_worker(self, filename: str, outdir: str, target: dict[str, Any], **kwds: Any) -> Any:
        import multiprocessing  # only now: it changes the interpreter for scripts that use no processes

        return multiprocessing.Process(target=_save, args=(self._savefun, kwds, filename, outdir, target))


class QueueWriter(Writer):
    """Base of writers whose worker takes files from a queue, so that the training never waits.

    Args:
        savefun: writes a path from a dict of arrays.
        task: what the worker calls with file name, directory and arrays by name; None: what writes with `savefun`.
    """

    _queue: Any = None
    _consumer: Any = None
    _failure: BaseException | None = None

    def __init__(
        self, savefun: Callable[..., Any] = save_npz, task: Callable[..., Any] | None = None
    ) -> None:
        self._task = self.create_task(savefun) if task is None else task

    def create_task(self, savefun: Callable[..., Any]) -> Callable[..., Any]:
        """What the worker calls for each file."""
        return SimpleWriter(savefun=savefun)

    def create_queue(self) -> Any:
        """A queue with the methods `put` and `get`."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define create_queue()")

    def create_consumer(self, q: Any) -> Any:
        """A worker with the methods `start` and `join`, which calls `consume(q)`."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define create_consumer(q)")

    def __call__(self, filename: str, outdir: str, target: dict[str, Any]) -> None:
        if self._consumer is None:
            self._queue = self.create_queue()
            self._consumer = self.create_consumer(self._queue)
            self._consumer.start()
        copied = {name: array.copy() if hasattr(array, "copy") else array for name, array in target.items()}
        self._queue.put((self._task, filename, outdir, copied))

    def consume(self, q: Any) -> None:
        """Write what comes out of the queue, until None comes."""
        while (entry := q.get()) is not None:
            task, *arguments = entry
            try:
                task(*arguments)
            except BaseException as error:
                self._failed(error)

    def _failed(self, error: BaseException) -> None:
        self._failure = error

    def finalize(self) -> None:
        """Wait until everything is written; raises what went wrong in the worker."""
        if self._consumer is not None:
            self._queue.put(None)
            self._consumer.join()
            failure = self._failure or _failure_of(self._consumer)
            self._consumer = self._failure = None
            if failure is not None:
                raise failure


class ThreadQueueWriter(QueueWriter):
    """A `QueueWriter` with a thread."""

    def create_queue(self) -> Any:
        return queue.Queue()

    def create_consumer(self, q: Any) -> Any:
        return threading.Thread(target=self.consume, args=(q,))


class ProcessQueueWriter(QueueWriter):
    """A `QueueWriter` with a process. Where Python starts processes afresh (`spawn`), it must be picklable."""

    def create_queue(self) -> Any:
        import multiprocessing

        return multiprocessing.SimpleQueue()

    def create_consumer(self, q: Any) -> Any:
        import multiprocessing

        return multiprocessing.Process(target=self.consume, args=(q,))

    def _failed(self, error: BaseException) -> None:
        raise error  # ends the process, whose exit status tells


def _save(
    savefun: Callable[..., Any], kwds: dict[str, Any], filename: str, outdir: str, target: dict[str, Any]
) -> None:
    Writer().save(filename, outdir, target, savefun, **kwds)


def _failure_of(worker: Any) -> BaseException | None:
    """What to raise for a process that failed; its own traceback is on stderr."""
    status = getattr(worker, "exitcode", None)
    if not isinstance(status, int) or status == 0:  # a worker of the script's own may know no status
        return None
    return RuntimeError(f"the process that writes snapshots ended with status {status}")
