"""How the signal of the first pass grows: by weights that are applied again and again, or from layer to layer."""

from __future__ import annotations

import dataclasses

from .history import History
from .records import Op, Parameter
from .training import downstream, weighted

__all__ = ["Growth", "growth_by_depth", "growth_by_repetition"]

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


def growth_by_depth(history: History) -> Growth | None:
    """A chain of layers with weights of their own, none of which makes the signal smaller; None for none."""
    first = next((op.iteration for op in history.training_ops()), None)
    sized: list[tuple[Op, Parameter, float]] = []
    for op in history.training_ops():
        if op.iteration != first or not weighted(op) or not op.x[1:2]:
            continue
        parameter, size = history.parameters.get(op.x[1][0]), history.values.rms(op.y[0][1])
        if parameter is None or not size or any(parameter is other for _, other, _ in sized):
            continue
        if sized and (size < sized[-1][2] or op not in downstream([sized[-1][0]])):
            if len(sized) > _TIMES:
                break
            sized = []
        sized.append((op, parameter, size))
    if len(sized) <= _TIMES or sized[-1][2] < max(_GROWN, _EACH ** (len(sized) - 1)) * sized[0][2]:
        return None
    return Growth(sized[1][1], sized[0][0], sized[-1][0], len(sized) - 1, sized[-1][2] / sized[0][2])


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
