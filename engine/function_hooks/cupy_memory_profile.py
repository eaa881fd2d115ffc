"""How much memory of the GPU each op took."""

from __future__ import annotations

import sys
from typing import Any, TextIO

from ..backends import cuda
from ..function_hook import FunctionHook
from ..utils.installed import is_installed

__all__ = ["CupyMemoryProfileHook", "memory_hook_available"]

memory_hook_available = is_installed("cupy")
"""Whether CuPy, whose memory hook this takes, is there."""

_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}


class CupyMemoryProfileHook(FunctionHook):
    """Notes what each op took from CuPy's memory pool, and what the pool took from the device for it.

    Attributes:
        call_history: op, bytes used of the pool, bytes that the pool acquired.

    Raises:
        RuntimeError: there is no usable GPU.
    """

    name = "CupyMemoryProfileHook"

    def __init__(self) -> None:
        cuda.check_cuda_available()
        self._pool: Any = cuda.cupy.get_default_memory_pool()
        self.call_history: list[tuple[str, int, int]] = []
        self._starts: list[tuple[int, int]] = []
        self._total_used = self._total_acquired = 0

    def _begin(self) -> None:
        self._starts.append((self._pool.used_bytes(), self._pool.total_bytes()))

    def _end(self, function: Any) -> None:
        used_before, held_before = self._starts.pop()
        used = max(0, self._pool.used_bytes() - used_before)
        acquired = max(0, self._pool.total_bytes() - held_before)
        self.call_history.append((function._impl_name, used, acquired))
        if not self._starts:
            self._total_used += used
            self._total_acquired += acquired

    def forward_preprocess(self, function: Any, in_data: tuple[Any, ...]) -> None:
        self._begin()

    def forward_postprocess(self, function: Any, in_data: tuple[Any, ...]) -> None:
        self._end(function)

    def backward_preprocess(self, function: Any, in_data: tuple[Any, ...], out_grad: tuple[Any, ...]) -> None:
        self._begin()

    def backward_postprocess(
        self, function: Any, in_data: tuple[Any, ...], out_grad: tuple[Any, ...]
    ) -> None:
        self._end(function)

    def total_used_bytes(self) -> int:
        """Bytes that ops used, nested ones counted once."""
        return self._total_used

    def total_acquired_bytes(self) -> int:
        """Bytes that the pool acquired for ops."""
        return self._total_acquired

    def summary(self) -> dict[str, dict[str, int]]:
        """By op: `used_bytes`, `acquired_bytes` and `occurrence`."""
        summary: dict[str, dict[str, int]] = {}
        for name, used, acquired in self.call_history:
            record = summary.setdefault(name, {"used_bytes": 0, "acquired_bytes": 0, "occurrence": 0})
            record["used_bytes"] += used
            record["acquired_bytes"] += acquired
            record["occurrence"] += 1
        return summary

    def print_report(self, unit: str = "auto", file: TextIO | None = None) -> None:
        """Print the summary as a table.

        Args:
            unit: one of B, KB, MB, GB, TB; `auto` takes the one of the largest value, `auto_foreach` one a value.
            file: where to; None for stdout.

        Raises:
            ValueError: there is no such unit.
        """
        if unit not in ("auto", "auto_foreach", *_UNITS):
            raise ValueError(f"unit must be one of auto, auto_foreach, {', '.join(_UNITS)}, not {unit!r}")
        summary = self.summary()
        if unit == "auto":
            unit = _unit_for(max((record["used_bytes"] for record in summary.values()), default=0))
        rows = [("FunctionName", "UsedBytes", "AcquiredBytes", "Occurrence")]
        for name, record in summary.items():
            sizes = [_text(record[key], unit) for key in ("used_bytes", "acquired_bytes")]
            rows.append((name, sizes[0], sizes[1], str(record["occurrence"])))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            line = "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            print(line, file=file or sys.stdout)


def _unit_for(size_bytes: int) -> str:
    return [unit for unit, factor in _UNITS.items() if factor == 1 or size_bytes >= factor][-1]


def _text(size_bytes: int, unit: str) -> str:
    unit = _unit_for(size_bytes) if unit == "auto_foreach" else unit
    return f"{size_bytes / _UNITS[unit]:3.2f}{unit}"
