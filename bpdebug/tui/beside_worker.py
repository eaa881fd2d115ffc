"""Compares two runs on a thread of its own, with readers of its own, so that no key press waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from ..diff.beside import Beside
from ..diff.marking import mark_runs
from ..errors import BpdebugError
from ..log.reader import LogReader
from ..text import clean

__all__ = ["BesideWorker"]

_TELL_S = 0.2
_PAUSE_S = 0.001
"""After each step: whoever waits to draw the screen goes first."""
_QUIET_S = 0.15
"""It goes on when no key has come for so long."""


class BesideWorker:
    """Fills in the marks of two runs; `notify` is called from the thread when there is more, and at the end.

    Attributes:
        failure: why it could not go on; "" where it could.
    """

    def __init__(self, beside: Beside, notify: Callable[[], object]) -> None:
        self._marks, self._tolerance = beside.marks, beside.tolerance
        self._directories = tuple(run.reader.directory for run in (beside.this, beside.other))
        self._notify = notify
        self._closed = False
        self._held_until_s = 0.0
        self.failure = ""

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._work, name="bpdebug-beside", daemon=True).start()

    def hold(self) -> None:
        """A key came: let the screen answer it, and those behind it, with the whole processor."""
        self._held_until_s = time.monotonic() + _QUIET_S

    def close(self) -> None:
        """Stop soon."""
        self._closed = True

    def _work(self) -> None:
        try:
            self._compare(*self._directories)
        except Exception as error:  # told on the screen, which goes on
            known = isinstance(error, BpdebugError)
            self.failure = clean(f"{'' if known else f'{type(error).__name__}: '}{error}".partition("\n")[0])
        if not self._closed:
            self._tell()

    def _compare(self, a: Path, b: Path) -> None:
        told, settled = time.monotonic(), False
        with LogReader(a) as first, LogReader(b) as second:
            for _ in mark_runs(first, second, self._tolerance, self._marks):
                if self._closed:
                    return
                now = time.monotonic()
                if now - told > _TELL_S or self._marks.settled != settled:
                    told, settled = now, self._marks.settled
                    self._tell()
                time.sleep(max(_PAUSE_S, self._held_until_s - now))

    def _tell(self) -> None:
        try:
            self._notify()
        except RuntimeError:  # the screen went away meanwhile
            self._closed = True
