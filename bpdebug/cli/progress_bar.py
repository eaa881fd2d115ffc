"""One line on stderr that says how far something is; nothing where stderr is no terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

__all__ = ["ProgressBar"]

_WIDTH = 30
_WAIT_S = 0.5
"""What takes less shows no bar."""
_BETWEEN_S = 0.1
_USUAL_COLUMNS = 80


class ProgressBar:
    """A context manager; `tell(done, total)` moves the bar, leaving takes it away."""

    def __init__(self, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._clock = clock
        self._next_s = clock() + _WAIT_S
        self._shown = 0
        self._on = sys.stderr is not None and sys.stderr.isatty()

    def tell(self, done: int, total: int) -> None:
        """So much of so much is done."""
        now_s = self._clock()
        if not self._on or now_s < self._next_s:
            return
        self._next_s = now_s + _BETWEEN_S
        part = min(done / total, 1.0) if total else 1.0
        columns = _columns()
        # What is longer than the terminal's line goes on below, and \r doesn't come back from there.
        width = min(_WIDTH, columns - len(f"{self._what} [] {part:4.0%} "))
        bar = f"[{('#' * round(part * width)).ljust(width, '.')}] " if width > 0 else ""
        line = f"{self._what} {bar}{part:4.0%}"[-columns + 1 :]
        sys.stderr.write("\r" + line.ljust(min(self._shown, columns - 1)))
        sys.stderr.flush()
        self._shown = len(line)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL_COLUMNS
    except (OSError, ValueError):
        return _USUAL_COLUMNS
