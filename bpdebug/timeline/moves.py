"""The moves of a person through the events, forward and backward, live and in replay.

Each forward move that a live child can be asked for is a `stepping.Goal`; the same goal, applied to the records
of the log, finds where the move ends in replay. A move never changes anything: it says where to go, or what the
child has to reach, or why neither is possible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..log.schema import Kind
from ..stepping import (
    UntilIteration,
    UntilOut,
    UntilOver,
    UntilPhase,
    UntilSeq,
    UntilStop,
)
from .crossing import cross
from .move import Move, MoveLog
from .scan import first_of_value, last_where

if TYPE_CHECKING:
    from ..log.reader import LogReader
    from .stops import RecordedStops

__all__ = ["MOVES", "Move", "make_move"]


def _step(log: MoveLog, seq: int) -> Move:
    """The next event."""
    if seq < log.last:
        return Move(seq + 1)
    return log.beyond(seq, UntilSeq(seq + 1), "")


def _step_back(log: MoveLog, seq: int) -> Move:
    """The event before."""
    return Move(seq - 1) if seq > 0 else Move(None, why="this is the first event")


def _over(log: MoveLog, seq: int) -> Move:
    """The next event at this level or above: from an opening event, its closing one."""
    depth = int(log.index[seq]["depth"])
    return log.forward(seq, UntilOver(depth), "what began here never ended")


def _over_back(log: MoveLog, seq: int) -> Move:
    """The event before at this level or above: from a closing event, its opening one."""
    goal = UntilOver(int(log.index[seq]["depth"]))
    found = last_where(log.index, seq, goal.matches)
    if found is not None:
        return Move(found)
    return Move(None, why="this is the first event" if seq == 0 else "no event at this level is earlier")


def _finish(log: MoveLog, seq: int) -> Move:
    """The event that closes what this one is nested in; outside of everything, the first of the next phase."""
    here = log.index[seq]
    if here["depth"]:
        return log.forward(seq, UntilOut(int(here["depth"])), "what encloses this event never ended")
    return _next_phase(log, seq)


def _finish_back(log: MoveLog, seq: int) -> Move:
    """The event that opened what this one is nested in; outside of everything, the first of this phase."""
    here = log.index[seq]
    if here["depth"]:
        found = int(here["parent"])
        if found < seq:
            return Move(found)
        found_above = last_where(log.index, seq, UntilOut(int(here["depth"])).matches)
        return Move(found_above) if found_above is not None else Move(None, why="nothing encloses this event")
    start = _phase_start(log, seq)
    return Move(start) if start < seq else Move(None, why="this is where the phase begins")


def _continue(log: MoveLog, seq: int) -> Move:
    """The next stop: a breakpoint or a failure."""
    goal = UntilStop()
    found = log.stops.first(seq + 1)
    if found is None:
        return log.beyond(seq, goal, "no stop ahead")
    return Move(found, why=_why_stop(log, found))


def _continue_back(log: MoveLog, seq: int) -> Move:
    """The stop before."""
    found = log.stops.last(seq)
    if found is not None:
        return Move(found, why=_why_stop(log, found))
    if seq > 0:
        return Move(0, why="no stop before: this is the first event")
    return Move(None, why="this is the first event")


def _why_stop(log: MoveLog, seq: int) -> str:
    return "failed" if log.index[seq]["kind"] == Kind.failed else "breakpoint"


def _next_iteration(log: MoveLog, seq: int) -> Move:
    """The first event of the next iteration."""
    iteration = int(log.index[seq]["iteration"])
    found = first_of_value(log.index, "iteration", iteration + 1, seq + 1)
    if found <= log.last:
        return Move(found)
    return log.beyond(seq, UntilIteration(iteration), f"iteration {iteration} is the last")


def _previous_iteration(log: MoveLog, seq: int) -> Move:
    """The first event of this iteration, or of the one before if that is where we are."""
    start = first_of_value(log.index, "iteration", int(log.index[seq]["iteration"]))
    if start == seq > 0:
        start = first_of_value(log.index, "iteration", int(log.index[seq - 1]["iteration"]))
    return Move(start) if start < seq else Move(None, why="this is where the first iteration begins")


def _next_phase(log: MoveLog, seq: int) -> Move:
    """The first event of the next phase."""
    here = log.index[seq]
    goal = UntilPhase(int(here["iteration"]), int(here["phase"]))
    return log.forward(seq, goal, "this phase is the last")


def _previous_phase(log: MoveLog, seq: int) -> Move:
    """The first event of this phase, or of the one before if that is where we are."""
    start = _phase_start(log, seq)
    if start == seq > 0:
        start = _phase_start(log, seq - 1)
    return Move(start) if start < seq else Move(None, why="this is where the first phase begins")


def _phase_start(log: MoveLog, seq: int) -> int:
    here = log.index[seq]
    other = last_where(log.index, seq, UntilPhase(int(here["iteration"]), int(here["phase"])).matches)
    return 0 if other is None else other + 1


def _first(log: MoveLog, seq: int) -> Move:
    """The first event of the log."""
    return Move(0)


def _last(log: MoveLog, seq: int) -> Move:
    """The last event of the log, live the head."""
    return Move(log.last)


MOVES: dict[str, Callable[[MoveLog, int], Move]] = {
    "step": _step,
    "step_back": _step_back,
    "over": _over,
    "over_back": _over_back,
    "finish": _finish,
    "finish_back": _finish_back,
    "continue": _continue,
    "continue_back": _continue_back,
    "next_iteration": _next_iteration,
    "previous_iteration": _previous_iteration,
    "next_phase": _next_phase,
    "previous_phase": _previous_phase,
    "cross": cross,
    "first": _first,
    "last": _last,
}
"""Every move by its name."""


def make_move(
    reader: LogReader,
    seq: int,
    name: str,
    *,
    stops: RecordedStops,
    live: bool = False,
    count: int = 1,
) -> Move:
    """Where `count` moves `name` from event `seq` lead.

    Args:
        reader: the log; not empty.
        seq: an event of it.
        name: a key of `MOVES`.
        stops: where `continue` stops.
        live: whether a child can be asked for what is not in the log yet.
        count: 1 or more. Moves that can't be repeated (`cross`, `first`, `last`) are made once.

    Raises:
        KeyError: there is no such move.
        Unfinished: the stops have a deadline, and it has passed.
    """
    log = MoveLog(reader, live and not reader.finished, stops)
    if name in ("step", "step_back"):
        return _many_steps(log, seq, count if name == "step" else -count)
    once, here = MOVES[name], seq
    if name in ("cross", "first", "last"):
        count = 1
    for done in range(count):
        move = once(log, here)
        if move.goal is not None:
            return Move(None, move.goal, move.why, remaining=count - done - 1)
        if move.seq is None:  # as far as it went; the reason says why no further
            return Move(here if here != seq else None, why=move.why)
        here = move.seq
        if count > 1 and once in (_continue, _continue_back):
            log = replace(log, stops=log.stops.after_stop(here))
    return Move(here, why=move.why)


def _many_steps(log: MoveLog, seq: int, count: int) -> Move:
    """`count` plain steps at once, backward if negative."""
    wanted = seq + count
    if wanted > log.last:
        if log.live:
            return Move(None, UntilSeq(wanted))
        return log.beyond(seq, UntilSeq(wanted), "no more events")
    if wanted < 0:
        return Move(0, why="this is the first event") if seq else _step_back(log, seq)
    return Move(wanted)
