"""What one event cost: how long its op took, and how many bytes the arrays have that it made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DamagedLog
from ..log import records as r

if TYPE_CHECKING:
    from .names import Names

__all__ = ["Cost", "cost_of"]


@dataclass(frozen=True, slots=True)
class Cost:
    """`us` is the op's own time in microseconds, `size_bytes` what its results take; None for events without."""

    us: float | None = None
    size_bytes: int | None = None


def cost_of(names: Names, seq: int) -> Cost:
    """The cost of event `seq`: of a forward op its outputs, of a backward step the gradients that it sent on."""
    try:
        body = names.body(seq)
    except DamagedLog:
        return Cost()
    if isinstance(body, r.ForwardBody):
        return Cost(body.ns / 1000 if body.ns else None, _bytes(names, (slot.tensor for slot in body.y)))
    if isinstance(body, r.BackwardBody):
        return Cost(body.ns / 1000 if body.ns else None, _bytes(names, body.gx))
    if isinstance(body, r.ParamUpdatedBody):
        states = (body.state_after.get(key) for key in body.state_tensors)
        return Cost(None, _bytes(names, [body.after, *(one for one in states if isinstance(one, int))]))
    return Cost()


def _bytes(names: Names, tensors: Iterable[int | None]) -> int:
    total = 0
    for tensor in {one for one in tensors if one is not None}:
        layout = names.layout(tensor)
        if layout is not None:
            try:
                total += np.dtype(layout.dtype).itemsize * prod(layout.shape)
            except TypeError:  # what a foreign log calls a dtype
                continue
    return total
