"""The options that say what may differ between two runs: one table for `diff`, `show` and `view`."""

from __future__ import annotations

import argparse
import contextlib
import math
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from ..diff import Tolerance

__all__ = ["add_tolerance_options", "add_with_option", "check_tolerance_has_run", "tolerance_from"]


def add_with_option(parser: argparse.ArgumentParser) -> None:
    """`--with RUN`, and what may differ from it."""
    parser.add_argument(
        "--with",
        dest="with_run",
        metavar="RUN",
        help="a second recorded run beside the first: where they differ, and how far apart the tensors are",
    )
    add_tolerance_options(parser)


def add_tolerance_options(parser: argparse.ArgumentParser) -> None:
    """`--rtol`, `--atol` and `--ulp`."""
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


def check_tolerance_has_run(options: argparse.Namespace) -> None:
    """That what may differ isn't said of a run alone, where it would do nothing.

    Raises:
        UsageError: it is.
    """
    for name in ("rtol", "atol", "ulp"):
        if options.with_run is None and getattr(options, name):
            raise UsageError(f"--{name} says what may differ from a second run: name that with --with RUN")


def tolerance_from(options: argparse.Namespace) -> Tolerance:
    """What was asked for."""
    from ..diff import Tolerance  # most runs are looked at alone

    return Tolerance(options.rtol, options.atol, options.ulp)


def _tolerance(text: str) -> float:
    with contextlib.suppress(ValueError):
        value = float(text)
        if math.isfinite(value) and value >= 0:
            return value
    raise argparse.ArgumentTypeError(f"{text}: a number that isn't negative is wanted")


def _units(text: str) -> int:
    with contextlib.suppress(ValueError):
        value = int(text)
        if 0 <= value < 2**63:
            return value
    raise argparse.ArgumentTypeError(f"{text}: a whole number that isn't negative is wanted")
