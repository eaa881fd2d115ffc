"""The options that set breakpoints and watches: the same for `run`, `view` and `show`."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import ConditionError, UsageError

if TYPE_CHECKING:
    from ..stepping import Breakpoint

__all__ = ["Stops", "add_stop_options", "stops_from"]


@dataclass
class Stops:
    """What the command line sets."""

    breakpoints: list[Breakpoint] = field(default_factory=list)
    watches: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.breakpoints or self.watches)


def add_stop_options(parser: argparse.ArgumentParser) -> None:
    """Add `--break`, `--break-on` and `--watch`."""
    parser.add_argument(
        "--break",
        dest="breaks",
        metavar="EXPR",
        action="append",
        default=[],
        help="set a breakpoint: train.py:41, relu, 'MLP.l1/* if norm(gx) > 100' ...; may be given several times",
    )
    parser.add_argument(
        "--break-on", metavar="NAMES", default="", help="set breakpoints that are built in: nan,inf,warning"
    )
    parser.add_argument(
        "--watch",
        dest="watches",
        metavar="EXPR",
        action="append",
        default=[],
        help="show the value of an expression over time, such as 'norm(MLP.l1.W.grad)'",
    )


def stops_from(options: argparse.Namespace) -> Stops:
    """What the options set.

    Raises:
        UsageError: one of them can't be read; of a condition the message has a caret under the place.
    """
    found = Stops()
    if not (options.breaks or options.watches or options.break_on):
        return found
    from ..breakpoints import breakpoint_from_text, breakpoints_on
    from ..timeline.watches import watched_at

    for name, texts in (("--break", options.breaks), ("--watch", options.watches)):
        for text in texts:
            try:
                if name == "--break":
                    found.breakpoints.append(breakpoint_from_text(text))
                else:
                    watched_at(text)
                    found.watches.append(text)
            except ConditionError as error:
                raise UsageError(f"{name}: {error}") from error
    if options.break_on:
        found.breakpoints += breakpoints_on(options.break_on)
    return found
