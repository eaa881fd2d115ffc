"""A layer begins with weights far too large, or far too small, for the number of its inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..facts.divergence import blowup
from ..facts.guessing import beats_guessing, worse_than_guessing
from ..facts.history import History
from ..facts.origin import origin
from ..facts.records import Parameter
from ..facts.repeated import Growth, growth_by_depth, growth_by_repetition
from ..facts.training import fall, losses, weighted
from ..finding import Finding

__all__ = ["find"]

_TOO_LARGE = 3.0
_ABSURD = 10.0
_TOO_SMALL = 0.05
_ITERATIONS = 3
_ENOUGH_FALL = 0.4


def find(history: History) -> Iterator[Finding]:
    """The gain (standard deviation of the weights times the root of their inputs; 1 to 1.5 is usual) of a layer.

    In a run that diverges, doesn't learn well or ends worse than guessing; beyond 10 in any run.
    Weights that a pass applies again and again are too large where the signal grows with each use, whatever the gain.
    """
    values = losses(history)
    badly = fall(values) <= _ENOUGH_FALL or blowup(history) is not None or worse_than_guessing(history)
    growth = growth_by_repetition(history) if badly else None
    if growth is not None:
        yield _growing(history, growth)
        return
    deep = growth_by_depth(history) if badly else None
    if deep is not None:
        yield _deepening(history, deep)
        return
    if origin(history) is not None and blowup(history) is None:
        return  # something that isn't finite, all of a sudden, has a cause of its own
    found = []
    for parameter in history.parameters.values():
        uses = [op for op in parameter.used_by if op.steps and weighted(op) and len(op.x) > 1]
        uses = [op for op in uses if op.x[1][0] == parameter.number]
        if len({op.iteration for op in uses}) < _ITERATIONS:
            continue
        gain = _gain(history, parameter)
        if gain is None or (not badly and gain < _ABSURD):
            continue
        if gain > _TOO_LARGE or (0 < gain < _TOO_SMALL and not beats_guessing(history)):
            found.append((abs(math.log(gain)), gain, parameter))
    if not found:
        return
    _, gain, parameter = max(found, key=lambda entry: entry[0])
    alike = [other for _, g, other in found if (g > 1) == (gain > 1)]
    spread = history.values.spread(parameter.first)
    line = history.script.weights_set(parameter.made)
    yield Finding(
        f"the weights of {parameter.layer or parameter.name} begin far too {'large' if gain > 1 else 'small'}:"
        f" their gain is {gain:.2g}, where about 1 keeps the signal's size",
        parameter.layer or parameter.name,
        seq=parameter.used_by[0].seq,
        site=parameter.made if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        blamed=("initialW", "scale"),
        evidence={
            "gain": gain,
            "standard deviation": None if spread is None else spread[1],
            "layers": [other.layer for other in alike][:8],
        },
        subjects=frozenset({*(other.layer for other in alike), *(other.name for other in alike)}),
    )


def _growing(history: History, growth: Growth) -> Finding:
    parameter = growth.parameter
    gain = _gain(history, parameter)
    return Finding(
        f"the signal grows each time it goes through {parameter.layer or parameter.name}: after {growth.times} more"
        f" steps of the first pass it is {growth.factor:.2g} times as large; its weights begin too large",
        parameter.layer or parameter.name,
        seq=growth.last.seq,
        site=parameter.made,
        blamed=("initialW", "scale"),
        evidence={"gain": gain, "steps": growth.times, "grows by a factor of": growth.factor},
        fix="Begin recurrent weights with Orthogonal() or a smaller scale, or use an LSTM or GRU.",
        subjects=frozenset({parameter.layer, parameter.name}),
    )


def _deepening(history: History, growth: Growth) -> Finding:
    parameter = growth.parameter
    return Finding(
        f"the signal grows from layer to layer: {growth.times} layers behind the first it is {growth.factor:.2g} times"
        f" as large in the first pass; weights such as those of {parameter.layer or parameter.name} begin too large",
        parameter.layer or parameter.name,
        seq=growth.last.seq,
        site=parameter.made,
        blamed=("initialW", "scale"),
        evidence={
            "gain": _gain(history, parameter),
            "layers": growth.times + 1,
            "grows by a factor of": growth.factor,
        },
        subjects=frozenset({parameter.layer, parameter.name}),
    )


def _gain(history: History, parameter: Parameter) -> float | None:
    shape = history.values.shape(parameter.first)
    rms = history.values.rms(parameter.first)
    if len(shape) < 2 or rms is None:
        return None
    return rms * math.sqrt(math.prod(shape[1:]))
