"""The options of `run` that say how much is recorded; they are checked before the script runs."""

from __future__ import annotations

import argparse

from ..launch import KEEP_ALL, CaptureOptions

__all__ = ["add_capture_options", "capture_options"]


def add_capture_options(parser: argparse.ArgumentParser) -> None:
    """Add `--capture` and what goes with it."""
    parser.add_argument(
        "--capture",
        metavar="WHAT",
        default=KEEP_ALL.policy,
        help="how much of the tensors is recorded: full (default), sample, stats, none, last:N; of some ops another "
        "way: 'full@MLP.l1/*;stats'",
    )
    parser.add_argument("--iterations", metavar="A:B", help="keep values in iterations A to B-1 only")
    parser.add_argument(
        "--max-bytes",
        metavar="SIZE",
        help="a budget, such as 2GB: used up, only statistics are kept from there on",
    )


def capture_options(options: argparse.Namespace) -> CaptureOptions:
    """What they say.

    Raises:
        UsageError: something that can't be done.
    """
    found = CaptureOptions(options.capture, options.iterations, options.max_bytes)
    if found != KEEP_ALL:
        from ..capture import (
            plan_of,  # brings NumPy, for which a run that records everything doesn't wait here
        )

        plan_of(found)
    return found
