"""`bpdebug diff`: where two recorded runs part, and how the difference grows."""

from __future__ import annotations

import argparse
import json

from ..diff import compare_runs
from ..diff.as_json import comparison_json
from ..diff.report import report_lines
from ..errors import LogError, UsageError
from .opening import open_run
from .run_names import RUN_HELP
from .telling import tell
from .tolerance_options import add_tolerance_options, tolerance_from

__all__ = ["configure", "execute"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    parser.epilog = (
        "Exit status: 0 the runs are the same, 1 they differ, 2 one of them can't be read, or misuse."
    )
    parser.add_argument("a", metavar="A", help=RUN_HELP)
    parser.add_argument("b", metavar="B", help="the run to compare it with")
    add_tolerance_options(parser)
    parser.add_argument(
        "--first", action="store_true", help="stop at the first tensor that differs; no tables"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON value (docs/diff.md)")


def execute(options: argparse.Namespace) -> int:
    """Print the comparison; returns the exit status.

    Raises:
        BpdebugError: a run can't be read.
    """
    tolerance = tolerance_from(options)
    try:
        with open_run(options.a) as a, open_run(options.b) as b:
            found = compare_runs(a, b, tolerance, options.first)
            problems = [
                (name, reader.problem) for name, reader in ((options.a, a), (options.b, b)) if reader.problem
            ]
    except LogError as error:  # 1 means that they differ
        raise UsageError(str(error)) from error
    if options.json:
        print(json.dumps(comparison_json(found, options.a, options.b), indent=1))
    else:
        for line in report_lines(found, options.a, options.b):
            print(line)
    for name, problem in problems:
        tell(f"{name}: {problem}")
    return 0 if found.same else 1
