"""Crossing over: between a forward op and its backward step, and from a link's call to its backward steps."""

from __future__ import annotations

import numpy as np

from ..errors import DamagedLog
from ..log.records import ForwardBody
from ..log.schema import NOTHING, Kind
from ..stepping import UntilBackwardOf, UntilOver
from .move import Move, MoveLog
from .scan import first_where

__all__ = ["cross"]


def cross(log: MoveLog, seq: int) -> Move:
    """From a forward op to its backward step and back; from a link's call to its first backward step."""
    here = log.index[seq]
    kind = int(here["kind"])
    if kind == Kind.backward:
        forward = int(here["partner"])
        return Move(forward) if forward < seq else Move(None, why="its forward op is not in the log")
    if kind == Kind.forward:
        return _cross_forward(log, seq, int(here["node"]))
    if kind in (Kind.scope_entered, Kind.scope_exited):
        return _cross_scope(log, seq)
    return Move(None, why="only a forward op, a backward step or the call of a link has another side")


def _cross_forward(log: MoveLog, seq: int, node: int) -> Move:
    goal = UntilBackwardOf(node)
    found = first_where(log.index, seq + 1, goal.matches) if node != NOTHING else None
    if found is not None:
        return Move(found)
    if node == NOTHING or not _in_graph(log, seq):
        return Move(None, why="this op is outside the graph: no gradient flows through it")
    if log.live:
        return Move(None, goal)
    return Move(None, why="no backward walk came to this op")


def _in_graph(log: MoveLog, seq: int) -> bool:
    try:
        body = log.reader.body(seq)
    except DamagedLog:
        return True  # nothing says that it isn't
    return isinstance(body, ForwardBody) and body.grad


def _cross_scope(log: MoveLog, seq: int) -> Move:
    if log.index[seq]["kind"] == Kind.scope_exited and log.index[seq]["partner"] < seq:
        start, stop = int(log.index[seq]["partner"]), seq
    else:
        start = seq
        closed = first_where(log.index, seq + 1, UntilOver(int(log.index[seq]["depth"])).matches)
        stop = log.last + 1 if closed is None else closed
    inside = log.index[start:stop]
    nodes = inside["node"][(inside["kind"] == Kind.forward) & (inside["node"] != NOTHING)]
    if not nodes.size:
        return Move(None, why="no op of this call is in the log")

    def belongs(records: np.ndarray) -> np.ndarray:
        steps = records["kind"] == Kind.backward
        if steps.any():
            steps[steps] = np.isin(records["node"][steps], nodes)
        return steps

    found = first_where(log.index, stop, belongs)
    if found is not None:
        return Move(found)
    if log.live:
        return Move(None, UntilBackwardOf(int(nodes[-1])))
    return Move(None, why="no backward walk came to this call")
