"""Convolution and its transpose: sums over channels and the taps of a filter, or over samples and positions."""

from __future__ import annotations

import numpy as np

from ..explanation import Column, Sum, element_name
from ..recorded_op import RecordedOp
from .windows import Places, Windows

__all__ = ["gradient", "output", "transposed_gradient", "transposed_output"]

Element = tuple[int, ...]


def output(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y[n,o,p] = Σ W[o,c,k] x[n,c,p stride + k - pad] + b[o]."""
    n, o, *position = element
    windows = _windows(op, op.x_shape(0), op.y_shape(0))
    offsets, met = windows.elements(tuple(position))
    return [_taps(op, "x", op.x(0), n, met, o, offsets, own_first=True), *_bias(op, o)]


def gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx[n,c,q] = Σ gy[n,o,p] W[o,c,k];  gW[o,c,k] = Σ gy[n,o,p] x[n,c,q];  gb[o] = Σ gy[n,o,p]."""
    gy = op.gy()
    if gy is None:
        return []
    windows = _windows(op, op.x_shape(0), gy.shape)
    if i == 2:
        return [_over_positions(gy, element[0])]
    if i == 0:
        n, c, *place = element
        offsets, at = windows.windows(tuple(place))
        return [_taps(op, "gy", gy, n, at, c, offsets, own_first=False)]
    o, c, *offset = element
    positions, met = windows.everywhere(tuple(offset))
    group = o // (op.x_shape(1)[0] // _groups(op))
    return [_samples(("gy", gy, o, positions), ("x", op.x(0), group * op.x_shape(1)[1] + c, met))]


def transposed_output(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y[n,o,q] = Σ x[n,c,p] W[c,o,k] over the windows that meet q, + b[o]."""
    n, o, *place = element
    windows = _windows(op, op.y_shape(0), op.x_shape(0))
    offsets, at = windows.windows(tuple(place))
    return [_taps(op, "x", op.x(0), n, at, o, offsets, own_first=False), *_bias(op, o)]


def transposed_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx[n,c,p] = Σ gy[n,o,q] W[c,o,k];  gW[c,o,k] = Σ gy[n,o,q] x[n,c,p];  gb[o] = Σ gy[n,o,q]."""
    gy = op.gy()
    if gy is None:
        return []
    windows = _windows(op, gy.shape, op.x_shape(0))
    if i == 2:
        return [_over_positions(gy, element[0])]
    if i == 0:
        n, c, *position = element
        offsets, met = windows.elements(tuple(position))
        return [_taps(op, "gy", gy, n, met, c, offsets, own_first=True)]
    c, o, *offset = element
    positions, met = windows.everywhere(tuple(offset))
    group = c // (op.x_shape(1)[0] // _groups(op))
    return [_samples(("gy", gy, group * op.x_shape(1)[1] + o, met), ("x", op.x(0), c, positions))]


def _groups(op: RecordedOp) -> int:
    return int(op.settings.get("groups", 1))


def _windows(op: RecordedOp, image: Element, positions: Element) -> Windows:
    return Windows.of(op.settings, op.x_shape(1)[2:], image[2:], positions[2:])


def _taps(
    op: RecordedOp,
    role: str,
    array: np.ndarray,
    n: int,
    places: Places,
    own: int,
    offsets: Places,
    own_first: bool,
) -> Sum:
    """Σ over the taps of the filters, and over the channels that a filter joins.

    `own` is the channel on the side of the element that is explained: the first axis of W if `own_first`, else its
    second, counted within the group. `array` has the channels of the other side, and is taken at `places`.
    """
    W = op.x(1)
    groups = _groups(op)
    firsts, seconds = W.shape[0] // groups, W.shape[1]
    group = own // (firsts if own_first else seconds)
    count, taps = (seconds if own_first else firsts), len(offsets[0])
    within = np.repeat(np.arange(count), taps)
    channels = within + group * count
    at = [np.tile(place, count) for place in places]
    tap = [np.tile(offset, count) for offset in offsets]
    first = np.full(within.shape, own) if own_first else channels
    second = within if own_first else np.full(within.shape, own - group * seconds)
    values = array[(n, channels, *at)]
    weights = W[(first, second, *tap)]

    def there(t: int) -> str:
        return element_name(role, (n, channels[t], *(place[t] for place in at)))

    def weight(t: int) -> str:
        return element_name("W", (first[t], second[t], *(part[t] for part in tap)))

    form = f"Σ {role} W over {count} channels and the {taps} taps of the filter that lie in the image"
    return Sum((Column(there, values), Column(weight, weights)), form)


def _samples(one: tuple[str, np.ndarray, int, Places], other: tuple[str, np.ndarray, int, Places]) -> Sum:
    """Σ over samples and positions of an element of one array times one of the other."""
    columns = []
    samples = len(one[1])
    for role, array, channel, places in (one, other):
        count = len(places[0])
        n = np.repeat(np.arange(samples), count)
        at = [np.tile(place, samples) for place in places]
        values = array[(n, channel, *at)]

        def name(
            t: int, role: str = role, channel: int = channel, n: np.ndarray = n, at: list[np.ndarray] = at
        ) -> str:
            return element_name(role, (n[t], channel, *(place[t] for place in at)))

        columns.append(Column(name, values))
    form = f"Σ {one[0]} {other[0]} over {samples} samples and {len(one[3][0])} positions"
    return Sum(tuple(columns), form)


def _over_positions(gy: np.ndarray, o: int) -> Sum:
    part = gy[:, o]

    def name(t: int) -> str:
        n, *place = np.unravel_index(t, part.shape)
        return element_name("gy", (int(n), o, *map(int, place)))

    return Sum((Column(name, part.ravel()),), f"Σ gy[n,{o},…] over samples and positions")


def _bias(op: RecordedOp, o: int) -> list[Sum]:
    if op.x_count < 3:
        return []
    return [Sum((Column(lambda _: f"b[{o}]", float(op.x(2)[o])),), f"b[{o}]")]
