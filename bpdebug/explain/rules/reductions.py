"""Elements over axes: the largest, the product, the logarithm of a sum of exponentials, a sum of squares.

Sums and means need no words: their terms are the elements.
"""

from __future__ import annotations

import math

import numpy as np

from ...text import number
from ..explanation import Column, Sum, element_name
from ..jacobian import named_places
from ..recorded_op import RecordedOp

__all__ = [
    "log_sum", "log_sum_gradient", "product", "product_gradient", "product_so_far", "selected", "selected_gradient",
    "squares", "squares_gradient",
]  # fmt: skip

Element = tuple[int, ...]

_MOST_FACTORS = 6


class _Reduced:
    """Which elements of x share one element of y."""

    def __init__(self, op: RecordedOp) -> None:
        self.shape = op.x_shape(0)
        axis = op.settings.get("axis")
        given = range(len(self.shape)) if axis is None else [axis] if isinstance(axis, int) else axis
        self.axes = {int(a) % len(self.shape) for a in given}
        self.keeps = bool(op.settings.get("keepdims", False))

    def place(self, element: Element) -> Element:
        """The element of y for one of x."""
        if self.keeps:
            return tuple(0 if j in self.axes else at for j, at in enumerate(element))
        return tuple(at for j, at in enumerate(element) if j not in self.axes)

    def members(self, place: Element) -> np.ndarray:
        """The flat places in x for one of y."""
        kept = iter(place if not self.keeps else [at for j, at in enumerate(place) if j not in self.axes])
        ranges = [
            np.arange(length) if j in self.axes else np.array([next(kept)])
            for j, length in enumerate(self.shape)
        ]
        if not ranges:
            return np.zeros(1, int)
        return np.ravel_multi_index(np.ix_(*ranges), self.shape).ravel()


def selected(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = the largest (smallest) x."""
    members = _Reduced(op).members(element)
    values = op.x(0).ravel()[members]
    best = int(values.argmin() if op.cls == "Min" else values.argmax())
    name = named_places("x", op.x_shape(0), members)(best)
    if np.isnan(values[best]):
        return [Sum((Column(lambda _: name, math.nan),), name, lambda _: f"the first NaN of {len(values)}")]
    note = f"the {_which(op)} of {len(values)}"
    equal = int((values == values[best]).sum())
    if equal > 1:
        note += f", as {equal - 1} more"
    elif len(values) > 1:
        others = np.delete(values, best)
        note += f"; the next is {number(float(others.min() if op.cls == 'Min' else others.max()))}"
    return [Sum((Column(lambda _: name, float(values[best])),), name, lambda _: note)]


def selected_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = gy where x is the largest (smallest); all that are as large get it."""
    gy = op.gy()
    if gy is None:
        return []
    reduced = _Reduced(op)
    place = reduced.place(element)
    x, y = float(op.x(0)[element]), float(op.y()[place])
    name, arrived = element_name("x", element), element_name("gy", place)
    if x != y:
        note = f"{name} = {number(x)} isn't the {_which(op)}: that is {number(y)}"
        if math.isnan(y):
            note = f"the {_which(op)} is NaN, which equals nothing: no element gets a gradient"
        return [Sum((Column(lambda _: "0", 0.0),), "0", lambda _: note)]
    equal = int((op.x(0).ravel()[reduced.members(place)] == y).sum())
    note = f"{name} is the {_which(op)}" + (f", as {equal - 1} more, which get it too" if equal > 1 else "")
    return [Sum((Column(lambda _: arrived, float(gy[place])),), arrived, lambda _: note)]


def _which(op: RecordedOp) -> str:
    return "smallest" if op.cls == "Min" else "largest"


def product(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = Π x."""
    members = _Reduced(op).members(element)
    if not len(members):
        return [Sum((Column(lambda _: "1: the product of no elements", 1.0),), "1")]
    return [_product(op, members, "x over")]


def product_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = gy · Π of the others."""
    gy = op.gy()
    if gy is None:
        return []
    reduced = _Reduced(op)
    place = reduced.place(element)
    members = reduced.members(place)
    own = int(np.ravel_multi_index(element, op.x_shape(0))) if element else 0
    others = _product(op, members[members != own], "the other x,")
    arrived = element_name("gy", place)
    columns = Column(lambda _: arrived, float(gy[place])), *others.columns
    return [Sum(columns, f"{arrived} · {others.form}" if others.columns else arrived, others.note)]


def _product(op: RecordedOp, members: np.ndarray, of: str) -> Sum:
    """The product of some elements of x: factor by factor if they are few."""
    values = op.x(0).ravel()[members]
    name = named_places("x", op.x_shape(0), members)
    form = f"Π {of} {len(values)} elements"
    if len(values) <= _MOST_FACTORS:
        columns = [Column(lambda _, n=n: name(n), float(value)) for n, value in enumerate(values)]  # type: ignore[misc]
        return Sum(tuple(columns), form)
    least = int(np.abs(values).argmin())
    note = f"the smallest is {name(least)} = {number(float(values[least]))}"
    return Sum((Column(lambda _: form, float(values.prod())),), form, lambda _: note)


def product_so_far(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = Π x along an axis up to here."""
    shape = op.x_shape(0)
    if op.settings["axis"] is None:  # of the flattened array
        return [_product(op, np.arange(element[0] + 1), "x over the first")]
    axis = int(op.settings["axis"]) % len(shape)
    places = [np.full(element[axis] + 1, at) for at in element]
    places[axis] = np.arange(element[axis] + 1)
    return [_product(op, np.ravel_multi_index(places, shape), "x over the first")]


def log_sum(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = max + log Σ e^(x - max)."""
    members = _Reduced(op).members(element)
    values = op.x(0).ravel()[members]
    best = int(values.argmax())
    name = named_places("x", op.x_shape(0), members)(best)
    rest = f"log Σ e^(x − {name}) over {len(values)} elements"
    return [
        Sum((Column(lambda _: name, float(values[best])),), name, lambda _: f"the largest of {len(values)}"),
        Sum((Column(lambda _: rest, float(np.log(np.exp(values - values[best]).sum()))),), rest),
    ]


def log_sum_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = gy e^(x - y): gy times the share that x has in the sum."""
    gy = op.gy()
    if gy is None:
        return []
    place = _Reduced(op).place(element)
    x, y, arrived = element_name("x", element), element_name("y", place), element_name("gy", place)
    share = float(np.exp(op.x(0)[element] - op.y()[place]))
    columns = Column(lambda _: arrived, float(gy[place])), Column(lambda _: f"e^({x} − {y})", share)
    return [Sum(columns, f"{arrived} e^({x} − {y})", lambda _: "its share in the sum")]


def squares(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y[n] = Σ x[n]²."""
    values = op.x(0)[element]
    flat = np.arange(values.size) + element[0] * values.size
    name = named_places("x", op.x_shape(0), flat)
    column = Column(name, values.ravel())
    return [Sum((column, column), f"Σ x[{element[0]},…]² over {values.size} elements")]


def squares_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = gy[n] 2 x."""
    gy = op.gy()
    if gy is None:
        return []
    n, x = element[0], element_name("x", element)
    columns = (
        Column(lambda _: f"gy[{n}]", float(gy[n])),
        Column(lambda _: "2", 2.0),
        Column(lambda _: x, float(op.x(0)[element])),
    )
    return [Sum(columns, f"gy[{n}] 2 {x}")]
