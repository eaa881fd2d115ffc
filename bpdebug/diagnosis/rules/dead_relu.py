"""The units of a layer of ReLUs or the like are flat for every example: no gradient goes through them any more."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.activations import activation_of, rectifies
from ..facts.history import History
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.training import among_known, downstream, fall, layer_before, losses, weighted
from ..finding import Finding

__all__ = ["find"]

_DEAD = 0.9
_ALIVE_AT_START = 0.5
_ROWS = 16
_ITERATIONS = 5
_LOOKS = 12
_ENOUGH_FALL = 0.3
_NEAR = 0.1


def find(history: History) -> Iterator[Finding]:
    """Units that were flat for all examples of the last half of the iterations, as a part of all units of the layer.

    A unit counts as dead only if it never was active; that most elements are zero is what ReLU is for. Of others only
    hidden layers count, and where they tend to 0, as softplus does, only in a run that hardly learns: they may be
    scales that are meant to be small.
    """
    learns = fall(losses(history)) > _ENOUGH_FALL
    for ops in ops_by_place(history, history.training_ops()):
        first = ops[0]
        if not rectifies(first) or not (
            _gives_zero(first) or (_is_stuck_there(first, learns) and _is_hidden(first))
        ):
            continue
        iterations = sorted({op.iteration for op in ops})
        if len(iterations) < _ITERATIONS:
            continue
        late = [op for op in ops if op.iteration >= iterations[len(iterations) // 2]]
        dead, units, rows = _dead(history, late)
        if not units or rows < _ROWS or dead < _DEAD * units or (units < 3 and dead < units):
            continue
        yield _finding(history, ops, dead, units)


def _finding(history: History, ops: list[Op], dead: int, units: int) -> Finding:
    layer = layer_before(ops[0])
    parameters = [] if layer is None else history.parameters_of(layer)
    early, _, _ = _dead(history, ops[: max(1, len(ops) // 10)])
    since_start = early >= _DEAD * units
    where = (layer.scope if layer is not None else "") or ops[0].scope or ops[0].label
    bias = next((p for p in parameters if p.name.endswith(".b")), None)
    level = None if bias is None else history.values.spread(bias.used_by[0].x[-1][1])
    made = parameters[0].made if parameters else None
    told = (
        f"; its bias is {level[0]:.3g} on average"
        if level is not None and since_start and level[0] < -1
        else ""
    )
    return Finding(
        f"{dead} of {units} units of {where} are dead: {_said(ops[0])} for every example"
        f"{' from the start' if since_start else ' in the later half of the run'}{told}",
        where,
        fix="Begin with biases of 0, which is the default of initial_bias." if told else "",
        seq=ops[0].seq if since_start else ops[len(ops) // 2].seq,
        site=made if since_start and made is not None else ops[0].site,
        evidence={
            "dead units": dead,
            "units": units,
            "dead at the start": early,
            "bias mean": None if level is None else level[0],
        },
        subjects=frozenset({where, *(parameter.name for parameter in parameters)}),
    )


def _gives_zero(op: Op) -> bool:
    """Whether it is a ReLU, which gives 0 for all that is negative."""
    found = activation_of(op)
    return (
        found is not None
        and found.low_end is not None
        and found.low_end > -_NEAR
        and abs(found.low_value) < _NEAR
    )


def _is_stuck_there(op: Op, learns: bool) -> bool:
    found = activation_of(op)
    return found is not None and (not learns or abs(found.low_value) > _NEAR)


def _is_hidden(op: Op) -> bool:
    return any(weighted(later) for later in downstream([op]))


def _said(op: Op) -> str:
    if _gives_zero(op):
        return "their ReLU gives 0"
    return f"their {op.label} is far on its flat side"


def _dead(history: History, ops: list[Op]) -> tuple[int, int, int]:
    """Dead units, units, and the examples looked at."""
    alive: np.ndarray | None = None
    rows = 0
    for op in among_known(history, ops, _LOOKS):
        x, found = history.values.array(op.x[0][1]), activation_of(op)
        if x is None or found is None or x.ndim < 2:
            continue
        active = np.asarray((found.flat(x) != -1).any(axis=(0, *range(2, x.ndim))))
        if alive is not None and alive.shape != active.shape:
            continue
        alive = active if alive is None else alive | active
        rows += x.shape[0] * int(np.prod(x.shape[2:], dtype=int))
    return (0, 0, 0) if alive is None else (int((~alive).sum()), int(alive.size), rows)
