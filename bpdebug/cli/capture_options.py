"""The options of `run` that say how much is recorded; they are checked before the script runs."""

from __future__ import annotations

import argparse

from ..errors import ConditionError, UsageError
from ..launch import KEEP_ALL, CaptureOptions

__all__ = ["add_capture_options", "capture_options"]


def add_capture_options(parser: argparse.ArgumentParser) -> None:
    """Add `--capture` and what goes with it."""
    parser.add_argument(
        "--capture",
        metavar="WHAT",
        default=KEEP_ALL.policy,
        help="how much of the tensors is recorded: full (default), sample, stats, none, sparse, last:N; of some "
        "ops another way: 'full@MLP.l1/*;stats'",
    )
    parser.add_argument("--iterations", metavar="A:B", help="keep values in iterations A to B-1 only")
    parser.add_argument(
        "--max-bytes",
        metavar="SIZE",
        help="a budget, such as 2GB: used up, only statistics are kept from there on",
    )
    parser.add_argument(
        "--keep-when",
        metavar="CONDITION",
        help="record as last:10 does, and keep the values for good each time the condition comes to hold",
    )
    parser.add_argument(
        "--until", metavar="CONDITION", help="the same, and end the script when it holds (with --headless)"
    )


def capture_options(options: argparse.Namespace) -> CaptureOptions:
    """What they say.

    Raises:
        UsageError: something that can't be done, or a condition that can't be read; under that is a caret.
    """
    if options.until is not None and not options.headless:
        raise UsageError("--until goes with --headless; on the screen, set a breakpoint with a condition")
    found = CaptureOptions(
        options.capture, options.iterations, options.max_bytes, options.keep_when, options.until
    )
    if found != KEEP_ALL:
        from ..capture import (
            plan_of,  # brings NumPy, for which a run that records everything doesn't wait here
        )

        plan_of(found)
        if found.keep_when is not None or found.until is not None:
            from ..conditions import condition

            for option, text in (("--keep-when", found.keep_when), ("--until", found.until)):
                if text is not None:
                    try:
                        condition(text)
                    except ConditionError as error:
                        raise UsageError(f"{option}: {error}") from error
    return found
