"""`bpdebug export`: write a recorded run in another format."""

from __future__ import annotations

import argparse
import os
import sys

from ..errors import UsageError
from ..exporters import EXPORTERS, ExportOptions, check_takes, export_run, exporter_for
from ..exporters.selection import parse_iterations
from ..log.reader import LogReader
from .addresses import event_address
from .opening import open_run
from .progress_bar import ProgressBar
from .run_names import RUN_HELP
from .telling import tell
from .unwinding import unwinding

__all__ = ["configure", "execute", "find_faults"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    formats = "; ".join(f"{exporter.name}: {exporter.summary}" for exporter in EXPORTERS.values())
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument(
        "--format", metavar="NAME", default="", help=f"format (default: by the suffix of FILE). {formats}"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", default="-", help="where to write; - is stdout (the default)"
    )
    parser.add_argument(
        "--tensors",
        action="store_true",
        help="write the values of the tensors, too (jsonl only; npz and safetensors always do)",
    )
    parser.add_argument(
        "--at", metavar="ADDRESS", type=event_address, help="only this event (address or number)"
    )
    parser.add_argument(
        "--iterations", metavar="A:B", help="only iterations A up to B, which isn't part of it"
    )
    parser.add_argument(
        "--only",
        metavar="KIND|PATTERN",
        action="append",
        default=[],
        help="only events of this kind, or whose name fits, such as 'MLP.l1*'; may be given several times",
    )


def find_faults(reader: LogReader) -> list[list[str]]:
    """What the rules say of a run; the lines of each finding, clean."""
    # Only here: most formats don't ask, and the rules take a while to import.
    from ..diagnosis.report import lines_of_findings

    return lines_of_findings(reader)


def execute(options: argparse.Namespace) -> int:
    """Export the run; returns the exit status.

    Raises:
        BpdebugError: the run can't be read, the format isn't known, or the file can't be written.
    """
    fallback = next(iter(EXPORTERS)) if options.output == "-" and not options.format else options.format
    exporter = exporter_for(fallback, options.output)
    if options.output == "-" and not exporter.text and sys.stdout.isatty():
        raise UsageError(f"{exporter.name} is nothing for a terminal; name a file: -o run{exporter.suffix}")
    if options.at and options.iterations is not None:
        raise UsageError("--at names one event; it can't be combined with --iterations")
    packed = os.path.isfile(options.run)
    if packed and os.path.exists(options.output) and os.path.samefile(options.run, options.output):
        raise UsageError(f"-o {options.output}: that is the run itself; write the export elsewhere")
    iterations = None if options.iterations is None else parse_iterations(options.iterations)
    check_takes(exporter, ExportOptions(options.tensors))  # before a packed run is unpacked
    with unwinding(), open_run(options.run) as reader, ProgressBar(f"writing {exporter.name}") as bar:
        asked = ExportOptions(
            options.tensors, options.at or "", iterations, tuple(options.only), bar.tell, find_faults
        )
        report = export_run(reader, options.output, exporter, asked)
        problem = reader.problem
    if problem:
        tell(f"{options.run}: {problem}")
    for line in report.lines():
        tell(line)
    return 0
