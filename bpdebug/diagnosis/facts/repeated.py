"""Weights that one pass applies many times in a row, as a recurrent net does: how the signal grows on that way."""

from __future__ import annotations

import dataclasses

from .history import History
from .records import Op, Parameter
from .training import downstream, weighted

__all__ = ["Growth", "growth_by_repetition"]

_TIMES = 5
_GROWN = 100.0
_EACH = 1.2


@dataclasses.dataclass(slots=True)
class Growth:
    """In the first pass the output of `last` is `factor` times as large as that of `first`, `times` uses before."""

    parameter: Parameter
    first: Op
    last: Op
    times: int
    factor: float


def growth_by_repetition(history: History) -> Growth | None:
    """The weights by which the signal of the first pass grows most, a fifth or more with each use; None for none."""
    found = [growth for parameter in history.parameters.values() if (growth := _growth(history, parameter))]
    return max(found, key=lambda growth: growth.factor, default=None)


def _growth(history: History, parameter: Parameter) -> Growth | None:
    uses = [op for op in parameter.used_by if op.steps and weighted(op) and op.x[1:2]]
    uses = [op for op in uses if op.x[1][0] == parameter.number and op.iteration == uses[0].iteration]
    sized = [(op, size) for op in uses if (size := history.values.rms(op.y[0][1]))]
    if len(sized) < _TIMES:
        return None
    (first, before), (last, after) = sized[0], sized[-1]
    times, factor = len(sized) - 1, after / before
    if factor < max(_GROWN, _EACH**times) or last not in downstream([first]):
        return None
    return Growth(parameter, first, last, times, factor)
