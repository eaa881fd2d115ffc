"""`bpdebug show`: one event of a recorded run as plain text, for pipes and for screen readers."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..diff.beside import Beside
from ..diff.marking import ALIGNED, Marks, mark_runs
from ..errors import AddressError, UsageError
from ..log.reader import LogReader
from ..stepping import Breakpoint
from ..timeline import Moment, Timeline
from ..timeline.named_event import named_event
from . import beside_views, graph_views, list_views
from . import show_views as views
from .addresses import event_address
from .opening import open_run
from .run_names import RUN_HELP
from .stop_options import add_stop_options, stops_from
from .stop_views import stop_lines
from .telling import tell
from .tolerance_options import add_with_option, check_tolerance_has_run, tolerance_from

__all__ = ["VIEWS", "beside_text", "columns_of_terminal", "configure", "event_text", "execute", "find_event"]


@dataclass(frozen=True, slots=True)
class View:
    """A part of what can be shown of an event: its heading, one line of help, and what makes its lines.

    `beside` makes those of both runs where there is a second one; None: the lines of each, one after the other.
    """

    heading: str
    summary: str
    lines: Callable[[Timeline, Moment, views.Wanted], Iterator[str]]
    beside: Callable[[Beside, Moment, views.Wanted], Iterator[str]] | None = None


VIEWS: dict[str, View] = {
    "source": View("Source", "the script around the line", views.source_lines),
    "timeline": View("Timeline", "the events around it, with time and memory", list_views.timeline_lines),
    "facts": View("Facts", "op, formula, settings, reasons, printed text", views.fact_lines),
    "tensor": View(
        "Tensors",
        "what went in and out: statistics and values",
        views.tensor_lines,
        beside_views.tensor_lines,
    ),
    "weights": View(
        "Weights", "every parameter right after the event", list_views.weight_lines, beside_views.weight_lines
    ),
    "graph": View(
        "Graph", "the ops of the iteration as lanes, and what backward has visited", graph_views.graph_lines
    ),
    "flow": View(
        "Gradient flow", "a layer a line: the gradient that arrived and that left", graph_views.flow_lines
    ),
    "loss": View("Loss", "what was reported up to the event", views.loss_lines, beside_views.loss_lines),
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
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument(
        "--at",
        metavar="ADDRESS",
        type=event_address,
        help="which event: an address such as it3/backward/MLP.l1/linear, its number (seq),"
        " or an iteration (it3), whose first event is meant; default: the last;"
        " with a second run the first divergence",
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
    add_with_option(parser)
    add_stop_options(parser)
    parser.add_argument("--full", action="store_true", help="every value of the tensors, with all its digits")


def execute(options: argparse.Namespace) -> int:
    """Print the event; returns the exit status.

    Raises:
        BpdebugError: the run can't be read, or has no such event or tensor.
    """
    check_tolerance_has_run(options)
    if options.with_run is not None:
        with open_run(options.run) as a, open_run(options.with_run) as b:
            _show_beside(options, Timeline(a), Timeline(b))
            _say_problems((options.run, a), (options.with_run, b))
        return 0
    with open_run(options.run) as reader:
        timeline = Timeline(reader)
        moment = timeline.moment(find_event(timeline, options.at))
        wanted = _wanted(options, moment)
        wanted = replace(wanted, breakpoints=_settled(timeline, wanted.breakpoints))
        for line in event_text(timeline, moment, _names_of_views(options), wanted):
            print(line)
        _say_problems((options.run, reader))
    return 0


def _wanted(options: argparse.Namespace, moment: Moment) -> views.Wanted:
    """What is to be shown. Raises UsageError for a tensor that the event doesn't have."""
    stops = stops_from(options)
    if options.tensor is not None and moment.tensor(options.tensor) is None:
        raise UsageError(_no_such_tensor(moment, options.tensor))
    return views.Wanted(options.tensor, options.full, columns_of_terminal(), stops.breakpoints, stops.watches)


def _settled(timeline: Timeline, breakpoints: Sequence[Breakpoint]) -> list[Breakpoint]:
    """The breakpoints on lines that can stop, told where that is another than was asked for. Raises UsageError."""
    found = []
    for asked in breakpoints:
        one, moved = timeline.source_lines.settle(asked, live=False)
        if moved:
            tell(f"--break {asked}: {moved}")
        found.append(one)
    return found


def _say_problems(*runs: tuple[str, LogReader]) -> None:
    for name, reader in runs:
        if reader.problem:
            tell(f"{name}: {reader.problem}")


def _show_beside(options: argparse.Namespace, a: Timeline, b: Timeline) -> None:
    """Print an event and its partner; without `--at` those of the first divergence."""
    beside = Beside(a, b, Marks(len(a), len(b)), tolerance_from(options))
    seq = find_event(a, options.at) if options.at else None
    for _ in mark_runs(a.reader, b.reader, beside.tolerance, beside.marks):
        if beside.marks.settled or (seq is not None and beside.marks.done >= ALIGNED):
            break
    if seq is None and beside.marks.first is None:
        told = beside.marks.no_divergence
        print(f"{told[0].upper()}{told[1:]}.")
        return
    if seq is None and beside.first_alone:
        beside = beside.flipped
    seq = beside.first if seq is None else seq
    assert seq is not None
    moment = beside.this.moment(seq)
    for line in beside_text(beside, moment, _names_of_views(options), _wanted(options, moment)):
        print(line)


def beside_text(
    beside: Beside, moment: Moment, names: tuple[str, ...], wanted: views.Wanted
) -> Iterator[str]:
    """As `event_text`, of two runs."""
    yield moment.title
    partner = beside.moment(moment.seq)
    here = f"{moment.address}  (event {moment.seq} of 0 to {len(beside.this) - 1})"
    there = f"has no such event; it is at event {beside.place(moment.seq)}"
    if partner is not None:
        there = f"{partner.address}  (event {partner.seq} of 0 to {len(beside.other) - 1})"
    yield from sorted((f"{beside.letter}: {here}", f"{beside.other_letter}: {there}"))
    yield beside.summary(moment.seq)
    for name in names:
        view = VIEWS[name]
        if view.beside is not None:
            yield from _under(view.heading, view.beside(beside, moment, wanted))
            continue
        yield from _under(f"{view.heading} ({beside.letter})", view.lines(beside.this, moment, wanted))
        if partner is not None:
            lines = view.lines(beside.other, partner, wanted)
            yield from _under(f"{view.heading} ({beside.other_letter})", lines)


def _under(heading: str, lines: Iterator[str]) -> Iterator[str]:
    """The lines, if there are any, under a heading."""
    first = next(lines, None)
    if first is not None:
        yield from ("", f"{heading}:", first)
        yield from lines


def find_event(timeline: Timeline, at: str | None) -> int:
    """The event that `--at` means, as `named_event` says, or None for the last.

    Raises:
        AddressError: there is none; the message says what is near.
    """
    count = len(timeline)
    if not count:
        raise AddressError(f"{timeline.reader.directory}: {timeline.why_empty()}; there is nothing to show")
    if at is None:
        return count - 1
    return named_event(timeline.reader, at)


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
        yield from _under(VIEWS[name].heading, VIEWS[name].lines(timeline, moment, wanted))


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
