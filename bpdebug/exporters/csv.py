"""CSV: one line an iteration, with the loss and all else that was reported, and norms of parameters."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, BinaryIO

from ..timeline.names import Names
from . import ExportOptions, ExportReport
from .event_tensors import LeftOut
from .scalars import ParameterScalars, each_iteration, scalar_names
from .selection import Selection

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["PARAMETER_COLUMNS", "write"]

PARAMETER_COLUMNS = ("value", "gradient", "update", "ratio")
"""What is said of each parameter; fields of `ParameterScalars`."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(reader: LogReader, stream: BinaryIO, options: ExportOptions) -> ExportReport:
    """Write the table; a cell is empty where the log says nothing.

    Raises:
        OSError: the stream can't be written.
    """
    names, left_out = Names(reader), LeftOut()
    reported, parameters = scalar_names(names, Selection(reader, options))
    table = csv.writer(_Encoded(stream), lineterminator="\n")
    columns = [f"{name} {what}" for name in parameters for what in PARAMETER_COLUMNS]
    table.writerow(_distinct(["iteration", "time_us", *map(_harmless, reported), *map(_harmless, columns)]))
    nothing = ParameterScalars()
    for now in each_iteration(names, Selection(reader, options), left_out):
        row: list[object] = [now.iteration, now.time_us, *(now.reported.get(name) for name in reported)]
        for name in parameters:
            parameter = now.parameters.get(name, nothing)
            row += (getattr(parameter, what) for what in PARAMETER_COLUMNS)
        table.writerow(row)
    return left_out.report()


def _harmless(text: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _distinct(columns: list[str]) -> list[str]:
    """The names, of which one that was there before gets a number: scripts report an `iteration`, too."""
    taken = set(columns)
    seen: set[str] = set()
    for i, name in enumerate(columns):
        count = 1
        while columns[i] in seen:
            count += 1
            if (other := f"{name}~{count}") not in taken:
                columns[i] = other
        seen.add(columns[i])
    return columns


class _Encoded:
    """What `csv.writer` writes to, as UTF-8."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text.encode("utf-8"))
