"""Normalizations by a length: of vectors (normalize), and of the channels nearby (local_response_normalization)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...text import number
from ..explanation import Column, Sum, element_name
from ..jacobian import named_places
from ..recorded_op import RecordedOp

__all__ = ["nearby", "nearby_gradient", "unit", "unit_gradient"]

Element = tuple[int, ...]


def unit(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = x / (norm + eps)."""
    members, norm, eps = _vector(op, element)
    x = element_name("x", element)
    note = f"norm of {len(members)} elements = {number(norm)}"
    columns = (
        Column(lambda _: x, float(op.x(0)[element])),
        Column(lambda _: "1 / (norm + eps)", 1 / (norm + eps)),
    )
    return [Sum(columns, f"{x} / (norm + eps)", lambda _: note)]


def unit_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = gy / (norm + eps), minus what goes through the norm: Σ gy x · x / (norm (norm + eps)²)."""
    gy = op.gy()
    if gy is None:
        return []
    members, norm, eps = _vector(op, element)
    x, arrived = op.x(0), element_name("gy", element)
    own, said = float(x[element]), element_name("x", element)
    # A vector of zeros has no direction; what would go through its norm is 0.
    through = -own / ((norm or 1.0) * (norm + eps) ** 2)
    direct = (
        Column(lambda _: arrived, float(gy[element])),
        Column(lambda _: "1 / (norm + eps)", 1 / (norm + eps)),
    )
    others = (
        Column(named_places("gy", gy.shape, members), gy.ravel()[members]),
        Column(named_places("x", x.shape, members), x.ravel()[members]),
        Column(lambda _: f"−{said} / (norm (norm + eps)²)", through),
    )
    return [
        Sum(direct, f"{arrived} / (norm + eps)", lambda _: "directly"),
        Sum(others, f"Σ gy x · −{said} / (norm (norm + eps)²)", lambda _: "through the norm"),
    ]


def _vector(op: RecordedOp, element: Element) -> tuple[np.ndarray, float, float]:
    """The flat places of the vector that an element belongs to, its length, and eps."""
    x = op.x(0)
    axis = op.settings["axis"]
    axes = {int(a) % x.ndim for a in ([axis] if isinstance(axis, int) else axis)}
    ranges = [np.arange(n) if j in axes else np.array([element[j]]) for j, n in enumerate(x.shape)]
    members = np.ravel_multi_index(np.ix_(*ranges), x.shape).ravel()
    return members, float(np.linalg.norm(x.ravel()[members])), float(op.settings["eps"])


def nearby(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = x u^-b with u = k + a Σ x² over the channels nearby."""
    x, at = element_name("x", element), element[1]
    channels, u = _surroundings(op, element)
    b = float(op.settings["b"])
    columns = Column(lambda _: x, float(op.x(0)[element])), Column(lambda _: "u^−b", float(u[at] ** -b))
    note = f"u = {number(float(u[at]))}, from channels {channels.start} to {channels.stop - 1}"
    return [Sum(columns, f"{x} u^−b", lambda _: note)]


def nearby_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = gy u^-b - 2 a b x Σ gy y / u over the channels nearby."""
    gy = op.gy()
    if gy is None:
        return []
    n, at, *place = element
    channels, u = _surroundings(op, element)
    a, b, own = float(op.settings["a"]), float(op.settings["b"]), float(op.x(0)[element])
    x, arrived = element_name("x", element), element_name("gy", element)
    line: Any = (n, channels, *place)
    near = np.arange(channels.start, channels.stop)

    def named(role: str) -> Column:
        array = {"gy": gy, "y": op.y()}[role]
        return Column(lambda c: element_name(role, (n, int(near[c]), *place)), array[line])

    direct = Column(lambda _: arrived, float(gy[element])), Column(lambda _: "u^−b", float(u[at] ** -b))
    over = Column(lambda c: f"1 / u[{near[c]}]", 1 / u[channels])
    through = named("gy"), named("y"), over, Column(lambda _: f"−2 a b {x}", -2 * a * b * own)
    return [
        Sum(direct, f"{arrived} u^−b", lambda _: "directly"),
        Sum(through, f"Σ gy y / u · −2 a b {x}", lambda _: "through the sum of squares"),
    ]


def _surroundings(op: RecordedOp, element: Element) -> tuple[slice, np.ndarray]:
    """The channels near an element's, and u of every channel at its place."""
    n, at, *place = element
    line: Any = (n, slice(None), *place)
    squares = op.x(0)[line] ** 2
    half, count = int(op.settings["n"]) // 2, len(squares)
    sums = np.array([squares[max(c - half, 0) : c + half + 1].sum() for c in range(count)])
    return slice(max(at - half, 0), min(at + half + 1, count)), op.settings["k"] + op.settings["a"] * sums
