"""The extension that prints the log as a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, TextIO

from ..extension import Extension
from .log_report import LogReport

__all__ = ["PrintReport"]


class PrintReport(Extension):
    """Prints each new entry of a log as one line of a table.

    Args:
        entries: names of the columns; an entry that lacks one leaves it empty.
        log_report: the `LogReport`, or its name in the trainer.
        out: where to; None for stdout.
    """

    def __init__(
        self, entries: Sequence[str], log_report: str | LogReport = "LogReport", out: TextIO | None = None
    ) -> None:
        self._entries = list(entries)
        self._log_report = log_report
        self._out = out
        self._log_len = 0
        self._widths = [max(10, len(entry)) for entry in self._entries]
        self._header: str | None = (
            "  ".join(entry.ljust(width) for entry, width in zip(self._entries, self._widths, strict=True))
            + "\n"
        )

    def __call__(self, trainer: Any) -> None:
        out = self._out or sys.stdout
        if self._header is not None:
            out.write(self._header)
            self._header = None
        if isinstance(self._log_report, str):
            log_report = trainer.get_extension(self._log_report)
        elif isinstance(self._log_report, LogReport):
            log_report = self._log_report
            log_report(trainer)
        else:
            raise TypeError(f"log report has a wrong type {type(self._log_report)}")
        for entry in log_report.log[self._log_len :]:
            out.write("\033[J")  # what a progress bar may have left below
            self._print(out, entry)
        self._log_len = len(log_report.log)

    def _print(self, out: TextIO, entry: dict[str, Any]) -> None:
        for name, width in zip(self._entries, self._widths, strict=True):
            out.write(f"{entry[name]:<{width}g}  " if name in entry else " " * (width + 2))
        out.write("\n")
        out.flush()

    def serialize(self, serializer: Any) -> None:
        if isinstance(self._log_report, LogReport):
            self._log_report.serialize(serializer["_log_report"])
