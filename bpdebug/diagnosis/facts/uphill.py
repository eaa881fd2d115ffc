"""Whether updates move the weights along their gradient, not against it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from .history import History
from .records import Parameter

__all__ = ["Uphill", "uphill"]

_LOOKED = 5
_ENOUGH = 2
_ALONG = 0.9

_Triple = tuple[int, int | None, int | None, int | None]


@dataclasses.dataclass(slots=True)
class Uphill:
    """The first update of `parameter` that went along its gradient: `seq`, and the cosine of the two."""

    parameter: Parameter
    seq: int
    cosine: float


def uphill(history: History) -> Uphill | None:
    """All of the first updates of all matrices have the direction of the gradient itself; None otherwise.

    Only the first ones, in which a momentum has no past to follow. An update is an optimizer's, or made by hand.
    """
    found = []
    for parameter in history.parameters.values():
        if len(history.values.shape(parameter.first)) < 2:
            continue
        known = [(seq, cosine) for seq, cosine in _cosines(history, parameter) if cosine is not None]
        if len(known) >= _ENOUGH:
            if min(cosine for _, cosine in known) < _ALONG:
                return None
            found.append(Uphill(parameter, *known[0]))
    return min(found, key=lambda entry: entry.seq, default=None)


def _cosines(history: History, parameter: Parameter) -> Iterator[tuple[int, float | None]]:
    if parameter.moved:
        steps = [(moved.seq, moved.before, moved.after, moved.grad) for moved in parameter.moved[:_LOOKED]]
    else:
        steps = list(_by_hand(parameter))
    for seq, before, after, grad in steps:
        old, new, gradient = (history.values.sample(tensor) for tensor in (before, after, grad))
        if old is None or new is None or gradient is None or not old.shape == new.shape == gradient.shape:
            continue
        step = new - old
        with np.errstate(all="ignore"):
            scale = float(np.linalg.norm(step) * np.linalg.norm(gradient))
            if scale > 0 and np.isfinite(scale):
                yield seq, float(step @ gradient) / scale


def _by_hand(parameter: Parameter) -> Iterator[_Triple]:
    """What the parameter held at its uses before and after each of its first gradients."""
    uses = [
        (op.seq, tensor)
        for op in parameter.used_by
        if op.steps
        for var, tensor in op.x
        if var == parameter.number
    ]
    for (start, before), (stop, after) in list(pairwise(uses))[:_LOOKED]:
        gradients = [event.after for event in parameter.received if start < event.seq < stop]
        if gradients and before != after:
            yield stop, before, after, gradients[-1]
