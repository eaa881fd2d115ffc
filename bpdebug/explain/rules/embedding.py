"""embed_id: which row was taken, and by whom a row was used."""

from __future__ import annotations

import numpy as np

from ..explanation import Column, Sum, element_name
from ..recorded_op import RecordedOp

__all__ = ["row", "row_gradient"]

Element = tuple[int, ...]


def row(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y[i,e] = W[x[i],e]; 0 where x[i] is to be ignored."""
    *place, e = element
    chosen = int(op.x(0)[tuple(place)])
    if chosen == op.settings.get("ignore_label"):
        return [Sum((Column(lambda _: f"0, because {element_name('x', place)} is to be ignored", 0.0),), "0")]
    name, note = element_name("W", (chosen, e)), f"{element_name('x', place)} = {chosen}"
    return [Sum((Column(lambda _: name, float(op.x(1)[chosen, e])),), f"W[x,{e}]", lambda _: note)]


def row_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gW[r,e] = Σ gy[i,e] over the places i with x[i] = r."""
    gy = op.gy()
    if gy is None or i == 0:
        return []
    r, e = element
    x = op.x(0)
    used = np.argwhere(x == r) if r != op.settings.get("ignore_label") else np.empty((0, x.ndim), int)
    values = gy[(*used.T, e)] if len(used) else np.empty(0)
    form = f"Σ gy[i,{e}] over the {len(used)} of {x.size} places with x[i] = {r}"
    return [Sum((Column(lambda n: element_name("gy", (*used[n], e)), np.ravel(values)),), form)]
