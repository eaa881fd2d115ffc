"""`bpdebug pack`: a recorded run as one compressed file."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import UsageError
from ..log.being_written import is_being_written
from ..packing import pack_run
from ..packing.files import PACKED_SUFFIX
from ..text import bytes_text
from .progress_bar import ProgressBar
from .run_names import UNPACKED_RUN_HELP, run_called
from .telling import tell
from .unwinding import unwinding

__all__ = ["configure", "execute"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    parser.add_argument("run", metavar="RUN", help=UNPACKED_RUN_HELP)
    parser.add_argument(
        "-o", "--output", metavar="FILE", help=f"the file to write (default: RUN{PACKED_SUFFIX}, here)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite FILE if it exists")


def execute(options: argparse.Namespace) -> int:
    """Pack the run; returns the exit status.

    Raises:
        BpdebugError: there is no run, or the file can't be written.
    """
    directory = run_called(options.run)
    if options.output is not None and Path(options.output).suffix != PACKED_SUFFIX:
        raise UsageError(f"-o {options.output}: the name of a packed run ends in {PACKED_SUFFIX}")
    target = Path(options.output or f"{directory.resolve().name}{PACKED_SUFFIX}")
    growing = is_being_written(directory)  # asked first: what ended meanwhile may lack its end
    with unwinding(), ProgressBar("packing") as bar:
        size = pack_run(directory, target, options.force, bar.tell)
    so_far = "; the run is being written, and what comes later is not in it" if growing else ""
    tell(f"{options.run} is packed in {target}, {bytes_text(size)}{so_far}")
    return 0
