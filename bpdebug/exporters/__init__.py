"""Recorded runs in other formats: one table, one format a file.

A format's module offers `write(reader, stream, options) -> ExportReport`: it writes the selected events to a binary
stream that it can't seek in, event by event, so that memory stays flat however long the run.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from ..errors import ExportError, UsageError
from ..log.schema import EVENT_INDEX_FILE, RUN_FILE
from ..text import count_text

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = [
    "EXPORTERS",
    "ExportOptions",
    "ExportReport",
    "Exporter",
    "check_takes",
    "export_run",
    "exporter_for",
]


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format.

    Attributes:
        name: what `--format` says.
        suffix: of files in this format; chooses it where no format is given.
        summary: one line for help and documents.
        module: where its `write` is; loaded when it is used.
        text: whether a person could read it on a terminal.
        tensors: whether the values of tensors are in it `never`, `always`, or where they are `asked` for.
        needs: the package that it can't do without; the extra that brings it is called like the format.
    """

    name: str
    suffix: str
    summary: str
    module: str
    text: bool = True
    tensors: Literal["never", "always", "asked"] = "never"
    needs: str = ""


EXPORTERS: dict[str, Exporter] = {
    exporter.name: exporter
    for exporter in (
        Exporter(
            "jsonl",
            ".jsonl",
            "JSON Lines: one event a line, tensors with statistics",
            f"{__name__}.jsonl",
            tensors="asked",
        ),
        Exporter("csv", ".csv", "CSV: one line an iteration, reported values and norms", f"{__name__}.csv"),
        Exporter(
            "npz",
            ".npz",
            "NumPy: every tensor by address and role",
            f"{__name__}.npz",
            text=False,
            tensors="always",
        ),
        Exporter(
            "safetensors",
            ".safetensors",
            "safetensors: every tensor by address and role",
            f"{__name__}.safetensors",
            text=False,
            tensors="always",
        ),
        Exporter(
            "parquet",
            ".parquet",
            "Parquet: one row an event, tensors with statistics",
            f"{__name__}.parquet",
            text=False,
            needs="pyarrow",
        ),
        Exporter(
            "chrome-trace",
            ".trace.json",
            "Chrome trace, for Perfetto: time and memory",
            f"{__name__}.chrome_trace",
        ),
        Exporter("dot", ".dot", "Graphviz: graph of one iteration", f"{__name__}.dot"),
        Exporter("mermaid", ".mmd", "Mermaid: graph of one iteration", f"{__name__}.mermaid"),
        Exporter(
            "tensorboard",
            ".tfevents",
            "TensorBoard: scalars and histograms",
            f"{__name__}.tensorboard",
            text=False,
            needs="tensorboard",
        ),
        Exporter(
            "html",
            ".html",
            "HTML: one page with loss, weights, findings, graph and steps",
            f"{__name__}.html",
        ),
    )
}
"""All formats by name: choices, help and dispatch read this."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What to write.

    Attributes:
        tensors: the values of every tensor, too, not only its statistics; for formats that ask.
        at: only this event: an address, or an event's number.
        iterations: only those from the first number up to the second, which isn't part of it; None for the end.
        only: only events of these kinds, or whose name fits one of these patterns; empty for all.
        progress: is told now and then how far it is: events done, events in all.
        find: looks for faults of the training, for formats that tell them; clean lines of each. None: it isn't done.
    """

    tensors: bool = False
    at: str = ""
    iterations: tuple[int, int | None] | None = None
    only: tuple[str, ...] = ()
    progress: Callable[[int, int], None] | None = None
    find: Callable[[LogReader], Sequence[Sequence[str]]] | None = None


@dataclass(frozen=True, slots=True)
class ExportReport:
    """How it went: events looked at, of how many the body could not be read, and what else is to be said."""

    events: int
    damaged: int = 0
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """What is to be told of it: what the file doesn't have that one would look for."""
        told = []
        if not self.events:
            told.append("no event was written: none is selected, or none can be shown")
        if self.damaged:
            told.append(f"{count_text(self.damaged, 'event')} of {self.events:,} could not be read")
        return [*told, *self.notes]


def exporter_for(name: str = "", path: str = "") -> Exporter:
    """The exporter called `name`, or that of the file's suffix.

    Raises:
        UsageError: there is none; the message lists those that there are.
        ExportError: it needs a package that isn't installed; the message says what to type.
    """
    if name in EXPORTERS:
        return _usable(EXPORTERS[name])
    known = "; ".join(f"{exporter.name} ({exporter.summary})" for exporter in EXPORTERS.values())
    if name:
        raise UsageError(f"there is no export format {name!r}\nFormats: {known}")
    for exporter in EXPORTERS.values():
        if path.lower().endswith(exporter.suffix):
            return _usable(exporter)
    raise UsageError(f"{path}: which format? No format has this suffix; say --format\nFormats: {known}")


def check_takes(exporter: Exporter, options: ExportOptions) -> None:
    """See that the format does with the options what they say.

    Raises:
        UsageError: it can't.
    """
    if not options.tensors or exporter.tensors == "asked":
        return
    if exporter.tensors == "always":
        raise UsageError(f"--tensors: {exporter.name} always has the values of the tensors; leave it out")
    named = {
        when: " and ".join(one.name for one in EXPORTERS.values() if one.tensors == when)
        for when in ("asked", "always")
    }
    raise UsageError(
        f"--tensors: {exporter.name} has no place for the values of tensors\n"
        f"Formats that have: {named['asked']} with this option, {named['always']} without it."
    )


def _usable(exporter: Exporter) -> Exporter:
    if exporter.needs and importlib.util.find_spec(exporter.needs) is None:
        raise ExportError(
            f"the format {exporter.name} needs the package {exporter.needs}, which isn't installed\n"
            f"Type: pip install 'bpdebug[{exporter.name}]'"
        )
    return exporter


def export_run(
    reader: LogReader, path: str | os.PathLike[str], exporter: Exporter, options: ExportOptions | None = None
) -> ExportReport:
    """Write the run to a file (`-` is stdout). The file appears when it is whole, replacing an older one.

    Raises:
        ExportError: it can't be written.
        AddressError, UsageError: the options name an event, iterations or names that the run doesn't have, or ask for
            what the format can't hold.
    """
    options = options or ExportOptions()
    check_takes(exporter, options)
    from .selection import what_fits_nothing  # which needs what is defined here

    unfit = what_fits_nothing(reader, options.only)
    report = _export(reader, path, exporter, options)
    notes = [f"--only: nothing in the run fits {', '.join(unfit)}"] if unfit else []
    return replace(report, notes=(*notes, *report.notes))


def _export(
    reader: LogReader, path: str | os.PathLike[str], exporter: Exporter, options: ExportOptions
) -> ExportReport:
    write: Callable[..., ExportReport] = importlib.import_module(exporter.module).write
    if str(path) == "-":
        report = write(reader, sys.stdout.buffer, options)
        sys.stdout.buffer.flush()
        return report
    if _is_in_a_run(Path(path)):
        raise UsageError(f"{path}: a file of a recorded run has this name; write the export elsewhere")
    try:
        with _whole_file(Path(path)) as stream:
            return write(reader, stream, options)
    except OSError as error:
        raise ExportError(f"{path}: can't write the export: {error.strerror or error}") from error


def _is_in_a_run(path: Path) -> bool:
    """Whether a file there would be taken for one of a run, or replace it."""
    from ..packing import is_file_of_run  # which brings what unpacks, too

    return is_file_of_run(path.name) and all(
        (path.parent / name).is_file() for name in (RUN_FILE, EVENT_INDEX_FILE)
    )


@contextlib.contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content becomes `path` at the end, and only if nothing fails; pipes are written directly."""
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as stream:
            yield stream
        unfinished.replace(path)
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
