"""Work on big arrays off the screen's thread, each result once: a key press never waits for it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

__all__ = ["SMALL", "Background", "Failure"]

SMALL = 40_000
"""Elements that are worked on at once: a millisecond or two."""

_KEPT = 512
_KEPT_BYTES = 128 << 20
_WAITING = 64
_PATIENCE_S = 0.1


class Failure:
    """In place of a result: computing it raised `error`."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __str__(self) -> str:
        return str(self.error) or type(self.error).__name__


class Background:
    """Results by key, computed by one daemon thread, the latest question first.

    Keys must name the content (a tensor's number in its log, a slice, a size), so that a result never goes
    stale. `notify` is called from the thread after results; it must be safe there
    (`Widget.post_message` is).
    """

    def __init__(self, notify: Callable[[], object]) -> None:
        self._notify = notify
        self._results: OrderedDict[Hashable, Any] = OrderedDict()
        self._bytes = 0
        self._waiting: OrderedDict[Hashable, Callable[[], Any]] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._working_on: Hashable = None
        self._closed = False

    def ask(self, key: Hashable, compute: Callable[[], Any], size: int) -> Any:
        """The result for `key`; None while it is being computed; a Failure if that raised.

        Args:
            key: names the result; not None.
            compute: makes it, and never makes None.
            size: elements to go through; up to `SMALL` the answer is made at once, in the caller's thread.
        """
        with self._changed:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
            if size > SMALL:
                if key != self._working_on and not self._closed:
                    self._waiting[key] = compute
                    self._waiting.move_to_end(key)
                    while len(self._waiting) > _WAITING:
                        self._waiting.popitem(last=False)
                    self._start()
                    self._changed.notify()
                return None
        result = _attempt(compute)
        with self._changed:
            self._keep(key, result)
        return result

    def close(self) -> None:
        """Let the thread end; what it is computing is dropped."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="bpdebug-arrays", daemon=True)
            self._thread.start()

    def _keep(self, key: Hashable, result: Any) -> None:
        replaced = self._results.pop(key, None)
        self._results[key] = result
        self._bytes += _size_bytes(result) - _size_bytes(replaced)
        # The newest one stays, however large it is: somebody is about to draw it.
        while len(self._results) > _KEPT or (self._bytes > _KEPT_BYTES and len(self._results) > 1):
            _, dropped = self._results.popitem(last=False)
            self._bytes -= _size_bytes(dropped)

    def _work(self) -> None:
        told = time.monotonic()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                key, compute = self._waiting.popitem(last=True)
                self._working_on = key
            result = _attempt(compute)
            with self._changed:
                self._working_on = None
                self._keep(key, result)
                if self._closed:
                    return
                more = bool(self._waiting)
            # What comes quickly is shown at once and not piece by piece.
            if more and time.monotonic() - told < _PATIENCE_S:
                continue
            told = time.monotonic()
            try:
                self._notify()
            except RuntimeError:  # the screen went away meanwhile
                return


def _size_bytes(result: Any) -> int:
    return result.nbytes if isinstance(result, np.ndarray) else 0


def _attempt(compute: Callable[[], Any]) -> Any:
    try:
        return compute()
    except Exception as error:  # shown in place of the result; the screen goes on
        return Failure(error)
