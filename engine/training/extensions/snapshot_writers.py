"""What writes snapshots: at once, or beside the training in a thread."""

from __future__ import annotations

import os
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable
from typing import Any

from ...serializers import save_npz

__all__ = ["SimpleWriter", "StandardWriter", "ThreadQueueWriter", "ThreadWriter", "Writer"]


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
            self._worker = None
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure


class ThreadWriter(StandardWriter):
    """Writes in a thread, one file at a time; arguments as in `SimpleWriter`."""

    def create_worker(self, filename: str, outdir: str, target: dict[str, Any], **kwds: Any) -> Any:
        return threading.Thread(target=self._write, args=(filename, outdir, target, kwds))


class ThreadQueueWriter(StandardWriter):
    """Writes in one thread, which takes files from a queue, so that the training never waits."""

    _queue: Any = None

    def __call__(self, filename: str, outdir: str, target: dict[str, Any]) -> None:
        if self._worker is None:
            self._queue = queue.Queue()
            self._worker = threading.Thread(target=self._consume, args=(self._queue,))
            self._worker.start()
        copied = {name: array.copy() if hasattr(array, "copy") else array for name, array in target.items()}
        self._queue.put((filename, outdir, copied))

    def _consume(self, pending: Any) -> None:
        while (task := pending.get()) is not None:
            filename, outdir, target = task
            self._write(filename, outdir, target, self._kwds)

    def finalize(self) -> None:
        if self._worker is not None:
            self._queue.put(None)
        super().finalize()
