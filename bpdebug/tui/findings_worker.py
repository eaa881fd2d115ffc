"""Looks for findings in a process of its own, which a thread waits for, so that no key press waits for the rules."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BpdebugError

if TYPE_CHECKING:
    from ..diagnosis import Finding
    from ..diagnosis.apart import DiagnosisApart

__all__ = ["FindingsWorker"]

MAX_EVENTS = 100_000
"""Of a longer log, so many events from its beginning are looked at."""
_GROWN = 1.25
_BETWEEN_S = 2.0


class FindingsWorker:
    """The findings of one log; `notify` is called from the thread when there are new ones.

    Attributes:
        findings: the latest, None before the first look is over.
        looked_at: how many events they are from.
        events: how many the log had at the latest call of `look`.
        failure: why the log could not be looked at; empty where it could.
        busy: whether a look is under way.
    """

    def __init__(self, notify: Callable[[], object], clock: Callable[[], float] = time.monotonic) -> None:
        self.findings: list[Finding] | None = None
        self.looked_at = 0
        self.events = 0
        self.failure = ""
        self.busy = False
        self._notify = notify
        self._clock = clock
        self._ended_at = 0.0
        self._closed = False
        self._running: DiagnosisApart | None = None

    def look(self, directory: Path, events: int, finished: bool) -> None:
        """Look at the log if it has grown by much since the last time, or has come to its end."""
        self.events = events
        grown = events > self.looked_at * _GROWN or (finished and events > self.looked_at)
        capped = self.looked_at >= MAX_EVENTS
        if self.busy or self._closed or capped or not grown:
            return
        if not finished and self.findings is not None and self._clock() - self._ended_at < _BETWEEN_S:
            return
        self.busy = True
        threading.Thread(target=self._work, args=(directory,), name="bpdebug-findings", daemon=True).start()

    @property
    def stopped_short(self) -> bool:
        """Whether the log has more events than are looked at."""
        return self.looked_at >= MAX_EVENTS < self.events

    def close(self) -> None:
        """What is still being looked at is dropped."""
        self._closed = True
        running = self._running
        if running is not None:
            running.cancel()

    def _work(self, directory: Path) -> None:
        # Only now: the rules take a while to import, and the first frame shouldn't wait for them.
        from ..diagnosis.apart import DiagnosisApart

        try:
            running = self._running = DiagnosisApart(directory, MAX_EVENTS)
            if self._closed:
                running.cancel()
            self.findings, self.looked_at = running.result()
            self.failure = ""
        except (BpdebugError, OSError) as error:
            self.failure = str(error).partition("\n")[0]
            self.findings = self.findings or []
        finally:
            self._running = None
            self.busy = False
            self._ended_at = self._clock()
        if not self._closed:
            self._notify()
