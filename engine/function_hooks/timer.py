"""How long each op took."""

from __future__ import annotations

from typing import Any, TextIO

from .. import backend
from ..function_hook import FunctionHook
from ..utils.stopwatch import TIME_UNITS, Stopwatch, print_times, summarized

__all__ = ["TimerHook"]


class TimerHook(FunctionHook):
    """Measures the time of each op, forward and backward; an op called by another counts in both.

    Attributes:
        call_history: pairs of op and seconds, in the order in which they ended.
    """

    name = "TimerHook"
    table = TIME_UNITS

    def __init__(self) -> None:
        self.call_history: list[tuple[str, float]] = []
        self._depth = 0
        self._total_s = 0.0
        self._stopwatch = Stopwatch()

    def _begin(self, in_data: tuple[Any, ...]) -> None:
        self._stopwatch.start(backend.get_array_module(*in_data))
        self._depth += 1

    def _end(self, function: Any) -> None:
        elapsed_s = self._stopwatch.stop()
        self.call_history.append((function._impl_name, elapsed_s))
        self._depth -= 1
        if self._depth == 0:
            self._total_s += elapsed_s

    def forward_preprocess(self, function: Any, in_data: tuple[Any, ...]) -> None:
        self._begin(in_data)

    def forward_postprocess(self, function: Any, in_data: tuple[Any, ...]) -> None:
        self._end(function)

    def backward_preprocess(self, function: Any, in_data: tuple[Any, ...], out_grad: tuple[Any, ...]) -> None:
        self._begin(in_data + out_grad)

    def backward_postprocess(
        self, function: Any, in_data: tuple[Any, ...], out_grad: tuple[Any, ...]
    ) -> None:
        self._end(function)

    def total_time(self) -> float:
        """Seconds in all ops together, nested ones counted once."""
        return self._total_s

    def summary(self) -> dict[str, dict[str, Any]]:
        """By op: `elapsed_time` in seconds and `occurrence`, the number of calls."""
        return summarized(self.call_history)

    def print_report(self, unit: str = "auto", file: TextIO | None = None) -> None:
        """Print the summary as a table; for `unit` see `utils.stopwatch.print_times`."""
        print_times("FunctionName", self.summary(), unit, file)
