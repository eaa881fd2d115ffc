"""How long each link's call took."""

from __future__ import annotations

from typing import Any, TextIO

from ..link_hook import LinkHook
from ..utils.stopwatch import TIME_UNITS, Stopwatch, print_times, summarized

__all__ = ["TimerHook"]


class TimerHook(LinkHook):
    """Measures the time of each link's call; a link called by another counts in both.

    Attributes:
        call_history: pairs of the link's class and seconds, in the order in which they ended.
    """

    name = "TimerHook"
    table = TIME_UNITS

    def __init__(self) -> None:
        self.call_history: list[tuple[str, float]] = []
        self._depth = 0
        self._total_s = 0.0
        self._stopwatch = Stopwatch()

    def forward_preprocess(self, args: Any) -> None:
        self._stopwatch.start(args.link.xp)
        self._depth += 1

    def forward_postprocess(self, args: Any) -> None:
        elapsed_s = self._stopwatch.stop()
        self.call_history.append((type(args.link).__name__, elapsed_s))
        self._depth -= 1
        if self._depth == 0:
            self._total_s += elapsed_s

    def total_time(self) -> float:
        """Seconds in all links together, nested ones counted once."""
        return self._total_s

    def summary(self) -> dict[str, dict[str, Any]]:
        """By link class: `elapsed_time` in seconds and `occurrence`, the number of calls."""
        return summarized(self.call_history)

    def print_report(self, unit: str = "auto", file: TextIO | None = None) -> None:
        """Print the summary as a table; for `unit` see `utils.stopwatch.print_times`."""
        print_times("LinkName", self.summary(), unit, file)
