"""`bpdebug diff`: where two recorded runs part, and how the difference grows."""

from __future__ import annotations

import argparse
import json
import math
import sys

from ..diff import Tolerance, compare_runs
from ..diff.as_json import comparison_json
from ..diff.report import report_lines
from ..errors import LogError, UsageError
from .opening import open_run

__all__ = ["configure", "execute"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    parser.epilog = (
        "Exit status: 0 the runs are the same, 1 they differ, 2 one of them can't be read, or misuse."
    )
    parser.add_argument("a", metavar="A", help="a recorded run, as a directory or packed")
    parser.add_argument("b", metavar="B", help="the run to compare it with")
    parser.add_argument(
        "--rtol",
        metavar="R",
        type=_tolerance,
        default=0.0,
        help="relative difference that is allowed (default: 0)",
    )
    parser.add_argument(
        "--atol",
        metavar="D",
        type=_tolerance,
        default=0.0,
        help="absolute difference that is allowed (default: 0)",
    )
    parser.add_argument(
        "--ulp",
        metavar="N",
        type=_units,
        default=0,
        help="difference in units in the last place that is allowed",
    )
    parser.add_argument(
        "--first", action="store_true", help="stop at the first tensor that differs; no tables"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON value (docs/diff.md)")


def execute(options: argparse.Namespace) -> int:
    """Print the comparison; returns the exit status.

    Raises:
        BpdebugError: a run can't be read.
    """
    tolerance = Tolerance(options.rtol, options.atol, options.ulp)
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
        print(f"bpdebug: {name}: {problem}", file=sys.stderr)
    return 0 if found.same else 1


def _tolerance(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value >= 0):
        raise argparse.ArgumentTypeError(f"{text}: a number that isn't negative is wanted")
    return value


def _units(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**63:
        raise argparse.ArgumentTypeError(f"{text}: a whole number that isn't negative is wanted")
    return value
