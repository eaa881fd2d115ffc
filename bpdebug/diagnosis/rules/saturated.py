"""A hidden sigmoid or tanh layer sits at its ends, where its slope is nearly zero."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.history import History
from ..facts.records import Op
from ..facts.training import downstream, fall, layer_before, losses, weighted
from ..finding import Finding

__all__ = ["find"]

_PART = 0.8
_ITERATIONS = 5
_LOOKS = 6
_ENOUGH_FALL = 0.3


def find(history: History) -> Iterator[Finding]:
    """Most elements at the ends from the first iterations on, in a layer with another one behind.

    Only in a run whose loss barely falls: a net that has learnt is often sure of itself.
    """
    if fall(losses(history)) > _ENOUGH_FALL:
        return
    by_site: dict[tuple[int, str], list[Op]] = {}
    for op in history.training_ops():
        if op.label in ("sigmoid", "tanh", "hard_sigmoid") and any(
            weighted(later) for later in downstream([op])
        ):
            by_site.setdefault((op.site, op.scope), []).append(op)
    for ops in by_site.values():
        if len({op.iteration for op in ops}) < _ITERATIONS:
            continue
        looked = ops[:: max(1, len(ops) // _LOOKS)]
        parts = [part for part in (_saturated(history, op) for op in looked) if part is not None]
        if len(parts) < 2 or min(parts) < _PART:
            continue
        layer = layer_before(ops[0])
        where = (layer.scope if layer is not None else "") or ops[0].scope or ops[0].label
        parameters = [] if layer is None else history.parameters_of(layer)
        yield Finding(
            f"{parts[-1]:.0%} of the {ops[0].label} outputs of {where} are at their ends, where the slope is nearly 0",
            where,
            seq=ops[0].seq,
            site=parameters[0].made if parameters and parameters[0].made is not None else ops[0].site,
            evidence={"saturated at first": parts[0], "saturated at last": parts[-1]},
            subjects=frozenset({where, *(parameter.name for parameter in parameters)}),
        )


def _saturated(history: History, op: Op) -> float | None:
    sample = history.values.sample(op.y[0][1])
    if sample is None or not sample.size:
        return None
    slope = 1 - sample * sample if op.label == "tanh" else 4 * sample * (1 - sample)
    return float(np.mean(slope < 0.04))
