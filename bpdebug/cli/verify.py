"""`bpdebug verify`: check every byte of a recorded run."""

from __future__ import annotations

import argparse

from ..text import clean, count_text
from ..verify import LISTED, verify_run
from .opening import open_run
from .progress_bar import ProgressBar
from .run_names import RUN_HELP

__all__ = ["configure", "execute"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "Exit status: 0 nothing is wrong, 1 something is, 2 there is no run to check."
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)


def execute(options: argparse.Namespace) -> int:
    """Print what is wrong, or that nothing is; returns the exit status.

    Raises:
        BpdebugError: the run can't be read at all.
    """
    with open_run(options.run) as reader, ProgressBar("checking") as bar:
        found = verify_run(reader, bar.tell)
        events, tensors = len(reader), reader.tensor_count
        finished, why_stopped = reader.finished, reader.why_stopped
        growing, how_ended = reader.being_written, reader.how_ended
    for line in found.lines:
        print(clean(line))
    for sort, count in found.counts.items():
        if count > LISTED:
            print(f"… and {count_text(count - LISTED, 'more fault')} of {sort}")
    if found.whole:
        end = "; the run was cut off after its last event, or is being written"
        if why_stopped:
            end = f"; recording stopped then: {clean(why_stopped)}"
        elif finished:
            end = ""
        elif growing:
            end = "; the run is being written"
        elif how_ended:
            end = f"; it has no end of its own: {clean(how_ended)}"
        print(
            f"{count_text(events, 'event')} and {count_text(tensors, 'tensor')} are whole:"
            f" every reference and every content id is right{end}"
        )
    return 0 if found.whole else 1
