"""Ends a run that is only to be looked at for so long: after a number of iterations, or of seconds.

The script is stopped as by `sys.exit()`, where an iteration begins or at an event, and on its main thread, so that its
`with` and `finally` blocks run and its files are closed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from ..recorder import Recorder
from ..recorder.emitter import ALL_KINDS

__all__ = ["Bound", "BoundReached"]

_PATIENCE = 200
"""So many times a script may swallow the exit, with a bare `except:`, before its process is ended."""


class BoundReached(SystemExit):
    """The run has been long enough."""


class Bound:
    """Raises `BoundReached` in the script once the bound is reached, again and again until it lets itself be stopped.

    Args:
        recorder: says when an iteration begins, and what happens.
        iterations: how many iterations are run; None for any number.
        seconds: how long the run may take; None for any time.
        leave: ends the process at once, for a script that doesn't let itself be stopped.
    """

    def __init__(
        self,
        recorder: Recorder,
        iterations: int | None,
        seconds: float | None,
        leave: Callable[[], None],
    ) -> None:
        self.reason = ""
        """Why the run was stopped; empty while it wasn't."""
        self._recorder = recorder
        self._iterations = iterations
        self._leave = leave
        self._raised = 0
        self._closed = False
        self._timer: threading.Timer | None = None
        if iterations is not None:
            recorder.on_iteration = self._iteration_begins
        if seconds is not None:
            self._timer = threading.Timer(seconds, self._reached, (f"stopped after {seconds:g} seconds",))
            self._timer.daemon = True

    def start(self) -> None:
        """The script begins now."""
        if self._timer is not None:
            self._timer.start()

    def close(self) -> None:
        """Let everything through: the script has ended."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    def __call__(self, header: Mapping[str, Any]) -> None:
        """Stop the script at this event."""
        self._stop()

    def _iteration_begins(self, iteration: int) -> None:
        assert self._iterations is not None
        if iteration >= self._iterations and not self.reason:
            self._reached(f"stopped after {self._iterations} iterations")
        if self.reason:
            self._stop()

    def _reached(self, reason: str) -> None:
        if not self._closed:
            self.reason = self.reason or reason
            # Only from here on: an observer of every event costs the recorder more than one of iterations.
            self._recorder.shown = ALL_KINDS
            self._recorder.on_event = self

    def _stop(self) -> None:
        if self._closed or threading.current_thread() is not threading.main_thread():
            return
        self._raised += 1
        if self._raised > _PATIENCE:
            self._leave()
        raise BoundReached(0)
