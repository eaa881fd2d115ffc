"""Lines at the end of what a terminal shows that are written over again and again: the base of progress bars."""

from __future__ import annotations

import collections
import sys
import time
from typing import Any, TextIO

__all__ = ["ProgressBar"]


class ProgressBar:
    """Draws lines, and draws them anew at the same place; a subclass defines `get_lines`.

    Args:
        bar_length: letters of a bar, 50 by default.
        out: where to; None for what is stdout when something is drawn.
    """

    def __init__(self, bar_length: int | None = None, out: TextIO | None = None) -> None:
        self._bar_length = 50 if bar_length is None else bar_length
        self._given_out = out
        self._recent: collections.deque[tuple[float, float, float]] = collections.deque(maxlen=100)

    @property
    def _out(self) -> TextIO:
        return self._given_out or sys.stdout

    def get_lines(self) -> list[str]:
        """What is drawn, each line with its end."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define get_lines()")

    def update(self) -> None:
        """Draw the lines, over those of the last time."""
        self.erase_console()
        lines = self.get_lines()
        for line in lines:
            self._out.write(line)
        self.move_cursor_up(len(lines))
        self.flush()

    def close(self) -> None:
        """Take the lines away."""
        self.erase_console()
        self.flush()

    def update_speed(self, iteration: float, epoch_detail: float) -> tuple[float, float]:
        """Iterations and epochs a second, over the latest 100 calls; infinite at the first."""
        now = time.perf_counter()
        self._recent.append((iteration, epoch_detail, now))
        first_iteration, first_epoch, first_time = self._recent[0]
        if now == first_time or len(self._recent) == 1:
            return float("inf"), float("inf")
        took_s = now - first_time
        return (iteration - first_iteration) / took_s, (epoch_detail - first_epoch) / took_s

    def bar(self, rate: float) -> str:
        """`[####......] 40.00%` for a rate from 0 to 1."""
        marks = "#" * int(min(rate, 1) * self._bar_length)
        return f"[{marks.ljust(self._bar_length, '.')}] {rate:6.2%}"

    def erase_console(self) -> None:
        """Clear from the cursor on."""
        self._out.write("\033[J")

    def move_cursor_up(self, n: int) -> None:
        """Go up n lines."""
        self._out.write(f"\033[{n}A")

    def flush(self) -> None:
        """Write out what is buffered, where `out` can."""
        flush: Any = getattr(self._out, "flush", None)
        if flush is not None:
            flush()
