"""Pooling: which element of the window won, and in which windows an element takes part."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...text import number
from ..explanation import Column, Sum, element_name
from ..recorded_op import RecordedOp
from .windows import Places, Windows

__all__ = ["average", "average_gradient", "largest", "largest_gradient"]

Element = tuple[int, ...]


def largest(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = x at the winner of the window; of equal ones the first."""
    x, windows = op.x(0), _windows(op)
    winner, values = _winner(x, windows, element)
    if winner is None:
        return None
    ranked = np.sort(values)[::-1]
    note = f"the largest of {len(values)} in the window"
    if len(ranked) > 1:
        note += (
            f"; the next is {number(ranked[1])}"
            if ranked[1] < ranked[0]
            else "; another is equal, the first wins"
        )
    return [
        Sum(
            (Column(lambda _: element_name("x", winner), float(x[winner])),),
            "the winner of the window",
            lambda _: note,
        )
    ]


def largest_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = Σ gy of the windows in which this element won."""
    gy = op.gy()
    if gy is None:
        return []
    x, windows = op.x(0), _windows(op)
    n, c, *place = element
    _, at = windows.windows(tuple(place))
    outputs = [(n, c, *map(int, position)) for position in zip(*at, strict=True)]
    won = [output for output in outputs if _winner(x, windows, output)[0] == element]
    form = f"Σ gy of the windows that it wins: {len(won)} of the {len(outputs)} that it is in"
    values = np.array([gy[output] for output in won])
    return [Sum((Column(lambda t: element_name("gy", won[t]), values),), form)]


def average(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y = Σ x over the window / n."""
    n, c, *position = element
    _, met = _windows(op).elements(tuple(position))
    count = _divisor(op, met)
    values = op.x(0)[(n, c, *met)]
    name = _namer("x", n, c, met)
    return [
        Sum(
            (Column(name, values), Column(lambda _: f"1/{count}", 1 / count)),
            f"Σ x over the window / {count}",
        )
    ]


def average_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = Σ gy / n over the windows that x is in."""
    gy = op.gy()
    if gy is None:
        return []
    n, c, *place = element
    windows = _windows(op)
    _, at = windows.windows(tuple(place))
    counts = np.array(
        [_divisor(op, windows.elements(p)[1]) for p in zip(*(a.tolist() for a in at), strict=True)]
    )
    shares = Column(lambda t: f"1/{counts[t]}", 1 / counts if len(counts) else counts)
    return [
        Sum(
            (Column(_namer("gy", n, c, at), gy[(n, c, *at)]), shares),
            "Σ gy / n over the windows that it is in",
        )
    ]


def _windows(op: RecordedOp) -> Windows:
    return Windows.of(op.settings, tuple(op.settings["kernel"]), op.x_shape(0)[2:], op.y_shape(0)[2:])


def _winner(x: np.ndarray, windows: Windows, output: Element) -> tuple[Element | None, np.ndarray]:
    n, c, *position = output
    _, met = windows.elements(tuple(position))
    values = x[(n, c, *met)]
    if not values.size or np.isnan(values).any():
        return None, values
    best = int(values.argmax())
    return (n, c, *(int(place[best]) for place in met)), values


def _divisor(op: RecordedOp, met: Places) -> int:
    """What the sum over a window is divided by: its size, or how much of it lies in the image."""
    if op.settings.get("pad_value", 0) is None:
        return max(len(met[0]), 1)
    return int(np.prod(op.settings["kernel"]))


def _namer(role: str, n: int, c: int, places: Places) -> Callable[[int], str]:
    return lambda t: element_name(role, (n, c, *(int(place[t]) for place in places)))
