"""Measuring durations of nested calls, on the CPU or (by events in its queue) on a GPU, and saying them in words."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any, TextIO

from ..backends import cuda

__all__ = ["TIME_UNITS", "Stopwatch", "print_times", "summarized"]

TIME_UNITS = {"sec": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class Stopwatch:
    """Starts and stops, nested; on a GPU it waits for it, so that the time is that of the call's own work."""

    def __init__(self) -> None:
        self._starts: list[Any] = []

    def start(self, xp: Any) -> None:
        """Begin, in the array module of what is measured."""
        if xp is not None and xp.__name__ == "cupy":
            begin = xp.cuda.Event()
            begin.record()
            self._starts.append(begin)
        else:
            self._starts.append(time.perf_counter())

    def stop(self) -> float:
        """End the latest one that was begun, and give its seconds."""
        begin = self._starts.pop()
        if isinstance(begin, float):
            return time.perf_counter() - begin
        cupy = cuda.cupy
        end = cupy.cuda.Event()
        end.record()
        end.synchronize()
        return cupy.cuda.get_elapsed_time(begin, end) / 1000


def summarized(history: Iterable[tuple[str, float]]) -> dict[str, dict[str, Any]]:
    """Seconds and number of calls by name."""
    summary: dict[str, dict[str, Any]] = {}
    for name, elapsed_s in history:
        record = summary.setdefault(name, {"elapsed_time": 0, "occurrence": 0})
        record["elapsed_time"] += elapsed_s
        record["occurrence"] += 1
    return summary


def print_times(head: str, summary: dict[str, dict[str, Any]], unit: str, file: TextIO | None) -> None:
    """Print a table of names, times and numbers of calls.

    Args:
        head: what the names are.
        summary: as `summarized` gives it.
        unit: one of `sec`, `ms`, `us`, `ns`; `auto` takes one for each row, `auto_foreach` the same.
        file: where to; None for stdout.

    Raises:
        ValueError: there is no such unit.
    """
    if unit not in ("auto", "auto_foreach", *TIME_UNITS):
        raise ValueError(f"unit must be one of auto, auto_foreach, {', '.join(TIME_UNITS)}, not {unit!r}")
    rows = [(head, "ElapsedTime", "Occurrence")]
    common = unit
    if unit == "auto":
        longest = max((record["elapsed_time"] for record in summary.values()), default=0)
        common = _unit_for(longest)
    for name, record in summary.items():
        elapsed_s = record["elapsed_time"]
        row_unit = _unit_for(elapsed_s) if unit == "auto_foreach" else common
        rows.append((name, f"{elapsed_s * TIME_UNITS[row_unit]:3.2f}{row_unit}", str(record["occurrence"])))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print(line, file=file or sys.stdout)


def _unit_for(elapsed_s: float) -> str:
    return next((unit for unit, factor in TIME_UNITS.items() if elapsed_s * factor >= 1), "ns")
