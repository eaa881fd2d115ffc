"""`bpdebug show`: one event of a recorded run as plain text, for pipes and for screen readers."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..errors import AddressError, UsageError
from ..timeline import Moment, Timeline
from . import graph_views, list_views
from . import show_views as views
from .opening import open_run
from .stop_options import add_stop_options, stops_from
from .stop_views import stop_lines

__all__ = ["VIEWS", "columns_of_terminal", "configure", "event_text", "execute", "find_event"]


@dataclass(frozen=True, slots=True)
class View:
    """A part of what can be shown of an event: its heading, one line of help, and what makes its lines."""

    heading: str
    summary: str
    lines: Callable[[Timeline, Moment, views.Wanted], Iterator[str]]


VIEWS: dict[str, View] = {
    "source": View("Source", "the script around the line", views.source_lines),
    "timeline": View("Timeline", "the events around it, with time and memory", list_views.timeline_lines),
    "facts": View("Facts", "op, formula, settings, reasons, printed text", views.fact_lines),
    "tensor": View("Tensors", "what went in and out: statistics and values", views.tensor_lines),
    "weights": View("Weights", "every parameter right after the event", list_views.weight_lines),
    "graph": View(
        "Graph", "the ops of the iteration as lanes, and what backward has visited", graph_views.graph_lines
    ),
    "flow": View(
        "Gradient flow", "a layer a line: the gradient that arrived and that left", graph_views.flow_lines
    ),
    "loss": View("Loss", "what was reported up to the event", views.loss_lines),
    "breakpoints": View("Breakpoints and watches", "hits of breakpoints, values of watches", stop_lines),
    "explain": View("Explain", "the terms that made the largest element of each tensor", views.explain_lines),
    "console": View("Console", "what the script had printed by then", views.console_lines),
}
"""The views by name; `all` is all of them."""

_EVENT = ("source", "facts", "tensor")
"""What is shown when no view is asked for."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    listing = "; ".join(f"{name}: {view.summary}" for name, view in VIEWS.items())
    parser.add_argument("run", metavar="RUN", help="the recorded run: its directory, or a packed file")
    parser.add_argument(
        "--at",
        metavar="ADDRESS",
        default="",
        help="which event: an address such as it3/backward/MLP.l1/linear, or its number (seq); default: the last",
    )
    parser.add_argument(
        "--view",
        choices=[*VIEWS, "all"],
        help=f"what to show of it (default: {', '.join(_EVENT)}). {listing}",
    )
    parser.add_argument(
        "--tensor",
        metavar="ROLE",
        help="only this tensor of the event, by role (x, W, y, gW ...) or variable (MLP.l1.W)",
    )
    add_stop_options(parser)
    parser.add_argument("--full", action="store_true", help="every value of the tensors, with all its digits")


def execute(options: argparse.Namespace) -> int:
    """Print the event; returns the exit status.

    Raises:
        BpdebugError: the run can't be read, or has no such event or tensor.
    """
    stops = stops_from(options)
    with open_run(options.run) as reader:
        timeline = Timeline(reader)
        moment = timeline.moment(find_event(timeline, options.at))
        wanted = views.Wanted(
            options.tensor, options.full, columns_of_terminal(), stops.breakpoints, stops.watches
        )
        if options.tensor is not None and moment.tensor(options.tensor) is None:
            raise UsageError(_no_such_tensor(moment, options.tensor))
        for line in event_text(timeline, moment, _names_of_views(options), wanted):
            print(line)
        if reader.problem:
            print(f"bpdebug: {options.run}: {reader.problem}", file=sys.stderr)
    return 0


def find_event(timeline: Timeline, at: str) -> int:
    """The event that `--at` means: an address, a seq, or "" for the last.

    Raises:
        AddressError: there is none; the message says what is near.
    """
    count = len(timeline)
    if not count:
        raise AddressError(
            f"{timeline.reader.directory}: the log holds no event, so there is nothing to show"
        )
    if not at:
        return count - 1
    if re.fullmatch(r"-?[0-9]{1,18}", at):
        seq = int(at)
        if not 0 <= seq < count:
            raise AddressError(f"there is no event {seq}: the log has events 0 to {count - 1}")
        return seq
    return timeline.reader.find(at)


def event_text(
    timeline: Timeline, moment: Moment, names: tuple[str, ...], wanted: views.Wanted
) -> Iterator[str]:
    """The lines of the named views, under a heading that says which event it is; clean."""
    yield moment.title
    yield (
        f"{moment.address}  (event {moment.seq} of 0 to {len(timeline) - 1}, iteration {moment.iteration},"
        f" {moment.phase.name})"
    )
    for name in names:
        lines = list(VIEWS[name].lines(timeline, moment, wanted)) if not wanted.full else None
        if lines is None:
            yield from ("", f"{VIEWS[name].heading}:")
            yield from VIEWS[name].lines(timeline, moment, wanted)
        elif lines:
            yield from ("", f"{VIEWS[name].heading}:", *lines)


def _names_of_views(options: argparse.Namespace) -> tuple[str, ...]:
    if options.view == "all":
        return tuple(VIEWS)
    if options.view:
        return (options.view,)
    own = ("breakpoints",) if stops_from(options) else ()
    return (("tensor",) if options.tensor is not None else _EVENT) + own


def _no_such_tensor(moment: Moment, role: str) -> str:
    known = ", ".join(view.role for view in moment.tensors)
    if not known:
        return f"{moment.address} has no tensors, so none called {role!r}"
    return f"{moment.address} has no tensor {role!r}\nIt has: {known}"


def columns_of_terminal() -> int:
    """Characters a line may have; more where output goes to a file."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return max(shutil.get_terminal_size((100, 24)).columns, 40)
    return 100
