"""`bpdebug explain`: why one element of a tensor has its value."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from ..errors import BpdebugError, NotCaptured
from ..explain import Explanation, PathStep, explain, path_to_loss
from ..explain.as_json import explanation_object, path_objects
from ..explain.as_text import explanation_lines, path_lines
from ..explain.element import find_element
from ..log.schema import Kind
from ..timeline import Timeline
from .addresses import event_address
from .opening import open_run
from .run_names import RUN_HELP
from .show import columns_of_terminal, find_event
from .telling import tell

if TYPE_CHECKING:
    from ..rerun import OpRunner

__all__ = ["configure", "execute"]

_FOLLOWED = 100
_SAME = 1e-5


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument(
        "at",
        metavar="ADDRESS",
        type=event_address,
        help="which event: an address such as it3/backward/MLP.l1/linear, or its number (seq)",
    )
    parser.add_argument(
        "element",
        metavar="ELEMENT",
        help="which element of which of its tensors: 'gW[3,5]', 'y[0,2]', 'MLP.l1.W[0,0]'",
    )
    parser.add_argument(
        "--terms", metavar="N", type=int, default=10, help="list the N largest terms (default: 10)"
    )
    parser.add_argument(
        "--follow",
        action="store_true",
        help="then explain the gradient in the largest term, and so on to the loss",
    )
    parser.add_argument(
        "--script",
        metavar="'SCRIPT ARGS'",
        default="",
        help="run this script again up to the event: for the ops of its own functions, which only it can compute",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text", help="default: text")


def execute(options: argparse.Namespace) -> int:
    """Print the explanation and the path to the loss; returns the exit status.

    Raises:
        BpdebugError: the run can't be read, has no such element, or lacks what made it.
    """
    from ..frontends.engine_ops import EngineOps

    with open_run(options.run) as reader:
        timeline = Timeline(reader)
        seq = find_event(timeline, options.at)
        if options.script:
            from .script_again import script_at  # starting a script takes much that reading doesn't

            recorded = _recorded(timeline, seq, options.element)
            address = reader.address(seq)
            with script_at(options.script, address) as (again, runner):
                _print(again, again.reader.find(address), runner, options, recorded)
        else:
            _print(timeline, seq, EngineOps(), options)
        if reader.problem:
            tell(f"{options.run}: {reader.problem}")
    return 0


def _print(
    timeline: Timeline, seq: int, runner: OpRunner, options: argparse.Namespace, recorded: float | None = None
) -> None:
    """Print the explanation; where the script was run again, compare with what the recording has."""
    limit = max(options.terms, 1)
    first = explain(timeline, seq, options.element, runner, limit)
    chain = [first, *(_followed(timeline, first, runner, limit) if options.follow else [])]
    path = _path(timeline, first)
    if recorded is not None and abs(recorded - first.recorded) > _SAME * max(
        abs(recorded), abs(first.recorded)
    ):
        told = f"{first.recorded:.8g} now, the recording has {recorded:.8g} there"
        tell(f"the script computes something else than it did: {told}")
    if options.format == "json":
        told = json.dumps(
            {"explanations": [explanation_object(e) for e in chain], "path": path_objects(path)}
        )
        print(told)
        return
    width = columns_of_terminal()
    for place, explanation in enumerate(chain):
        if place:
            print()
        print("\n".join(explanation_lines(explanation, width)))
    if len(path) > 1:
        print()
        print("\n".join(path_lines(path, width)))


def _recorded(timeline: Timeline, seq: int, text: str) -> float | None:
    """The element's value in the recording; None where it wasn't kept."""
    view, element = find_element(timeline.moment(seq), text)
    try:
        return float(view.array()[element])
    except (NotCaptured, TypeError):
        return None


def _path(timeline: Timeline, explanation: Explanation) -> list[PathStep]:
    """The way to the loss; empty for what no backward step made."""
    if timeline.reader.index[explanation.seq]["kind"] != Kind.backward:
        return []
    return path_to_loss(timeline, explanation.seq, explanation.role)


def _followed(timeline: Timeline, first: Explanation, runner: OpRunner, limit: int) -> list[Explanation]:
    """The explanations of the gradient in the largest term, then of the largest in that one, and so on."""
    chain: list[Explanation] = []
    current = first
    while len(chain) < _FOLLOWED:
        name = current.followed
        if name is None:
            return chain
        try:
            current = explain(timeline, current.seq, name, runner, limit)
        except BpdebugError:  # the seed of the walk: nothing made it
            return chain
        chain.append(current)
    return chain
