"""Weights that are not shared: local_convolution_2d, with a filter for every place, and a masked linear layer."""

from __future__ import annotations

import numpy as np

from ..explanation import Column, Sum, element_name
from ..recorded_op import RecordedOp

__all__ = ["dropconnect", "dropconnect_gradient", "local", "local_gradient"]

Element = tuple[int, ...]


def _columns(*factors: tuple[str, np.ndarray, tuple[np.ndarray | int, ...]]) -> tuple[Column, ...]:
    """Factors `role[i,j]` from arrays and their indexes, one a term; single numbers hold for all terms."""
    columns = []
    count = max(np.size(part) for _, _, index in factors for part in index)
    for role, array, index in factors:
        places = tuple(np.broadcast_to(part, (count,)) for part in index)

        def name(n: int, role: str = role, places: tuple[np.ndarray, ...] = places) -> str:
            return element_name(role, [int(part[n]) for part in places])

        columns.append(Column(name, array[places]))
    return tuple(columns)


# ---- local_convolution_2d -------------------------------------------------------------------------------------


def local(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y[n,o,i,j] = Σ W[o,i,j,c,p,q] x[n,c,i stride + p,j stride + q] + b[o,i,j]."""
    n, o, i, j = element
    c, p, q = (part.ravel() for part in np.indices(op.x_shape(1)[3:]))
    high, wide = (int(step) for step in op.settings["stride"])
    columns = _columns(("x", op.x(0), (n, c, i * high + p, j * wide + q)), ("W", op.x(1), (o, i, j, c, p, q)))
    sums = [Sum(columns, f"Σ x W[{o},{i},{j}] over the {len(c)} taps of the filter of this place")]
    if op.x_count == 3:
        sums.append(Sum(_columns(("b", op.x(2), (np.array([o]), i, j))), f"b[{o},{i},{j}]"))
    return sums


def local_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx: Σ gy W over the filters and places whose window has it; gW: Σ gy x, gb: Σ gy over the samples."""
    gy = op.gy()
    if gy is None:
        return []
    high, wide = (int(step) for step in op.settings["stride"])
    samples = np.arange(len(gy))
    if i == 2:
        return [Sum(_columns(("gy", gy, (samples, *element))), f"Σ gy over {len(gy)} samples")]
    if i == 1:
        o, row, column, c, p, q = element
        at = row * high + p, column * wide + q
        columns = _columns(("gy", gy, (samples, o, row, column)), ("x", op.x(0), (samples, c, *at)))
        return [Sum(columns, f"Σ gy x over {len(gy)} samples")]
    n, c, y, x = element
    W = op.x(1)
    filters, rows, places = (part.ravel() for part in np.indices(W.shape[:3]))
    down, right = y - rows * high, x - places * wide
    met = (down >= 0) & (down < W.shape[4]) & (right >= 0) & (right < W.shape[5])
    which = filters[met], rows[met], places[met]
    columns = _columns(("gy", gy, (n, *which)), ("W", W, (*which, c, down[met], right[met])))
    return [Sum(columns, f"Σ gy W over the {int(met.sum())} filters and places whose window has it")]


# ---- simplified_dropconnect -----------------------------------------------------------------------------------


def dropconnect(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y[n,o] = Σ x[n,i] W[o,i] mask[n,o,i] / (1 - ratio) + b[o]."""
    found = _masked(op)
    if found is None:
        return None
    x, mask, scale = found
    n, o = element
    i = np.arange(x.shape[1])
    columns = _columns(("x", x, (n, i)), ("W", op.x(1), (o, i)), ("mask", mask, (*_sample(mask, n), o, i)))
    sums = [Sum((*columns, scale), f"Σ x[{n},i] W[{o},i] mask / (1 − ratio) over i < {len(i)}")]
    if op.x_count == 3:
        sums.append(Sum(_columns(("b", op.x(2), (np.array([o]),))), f"b[{o}]"))
    return sums


def dropconnect_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = Σ gy W mask / (1 - ratio), gW = Σ gy x mask / (1 - ratio), gb = Σ gy."""
    gy, found = op.gy(), _masked(op)
    if gy is None:
        return []
    if found is None:
        return None
    x, mask, scale = found
    n, o = np.arange(len(gy)), np.arange(gy.shape[1])
    if i == 2:
        return [Sum(_columns(("gy", gy, (n, element[0]))), f"Σ gy[n,{element[0]}] over n < {len(gy)}")]
    if i == 1:
        at, a = element
        columns = _columns(("gy", gy, (n, at)), ("x", x, (n, a)), ("mask", mask, (*_sample(mask, n), at, a)))
        return [Sum((*columns, scale), f"Σ gy[n,{at}] x[n,{a}] mask / (1 − ratio) over n < {len(gy)}")]
    at, a = element
    columns = _columns(
        ("gy", gy, (at, o)), ("W", op.x(1), (o, a)), ("mask", mask, (*_sample(mask, at), o, a))
    )
    return [Sum((*columns, scale), f"Σ gy[{at},o] W[o,{a}] mask / (1 − ratio) over o < {len(o)}")]


def _masked(op: RecordedOp) -> tuple[np.ndarray, np.ndarray, Column] | None:
    """x as rows, the mask, and the factor that makes up for what is dropped; None where x has more axes."""
    mask = op.held("mask")
    if mask is None or len(op.x_shape(0)) != 2:
        return None
    return op.x(0), mask, Column(lambda _: "1 / (1 − ratio)", 1 / (1 - float(op.settings["ratio"])))


def _sample(mask: np.ndarray, n: np.ndarray | int) -> tuple[np.ndarray | int, ...]:
    """The index of the sample, if each has a mask of its own."""
    return (n,) if mask.ndim == 3 else ()
