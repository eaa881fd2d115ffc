"""A vector-Jacobian product against central differences, in float64, along random directions.

One direction tells of a wrong rule, whichever element is wrong, and costs two forward computations. Only where a
direction disagrees, the elements are searched: by halves, so that a wrong one among a million costs 40 computations.

Where the forward computation has a kink (ReLU at 0, equal maxima), the difference to the right and the one to the left
disagree; a rule is right there if it gives one of the two, or anything between. Where an element takes part in several
kinks (equal maxima of pooling windows that overlap), the rule may choose for each of them: then it is right if it is
between what the outputs' slopes close by add up to.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import numpy as np

from .results import InputCheck

__all__ = ["DIRECTIONS", "SEED", "InputCheck", "check_vjp", "number"]

Array = np.ndarray
Forward = Callable[[Sequence[Array]], Sequence[Array]]

SEED = 20
DIRECTIONS = 3
_MOST_LEAVES = 48
"""Disagreeing elements that are looked at before it is taken that the rest is like them."""


_CLOSER, _SHRINKS = 0.1, 0.3
"""A step that is a tenth leaves a tenth of what curvature does to a difference, or less; a wrong rule stays wrong."""


class Precision(NamedTuple):
    """How finely a computation in a dtype can be checked: the step, the tolerance, what it rounds to."""

    step: float
    tolerance: float
    rounding: float


_PLACES, _BESIDE, _FARTHER = 16, 1e-5, 3
"""How many places close to a suspected kink are looked at, how far from it they lie, and the element in question."""
_COSTS = 15
"""For how many elements more that stands."""
_SMOOTH = 1e-2
"""Slopes so close to each other are those of a smooth function."""

_EXACT = Precision(1e-6, 1e-5, 1e-16)
_ROUGH = Precision(1e-2, 3e-2, 1e-7)
"""For outputs that are float32 or less, whatever the inputs are."""


def check_vjp(
    forward: Forward,
    xs: Sequence[Array],
    gys: Sequence[Array | None],
    gxs: Sequence[Array | None],
    roles: Sequence[str],
    directions: int = DIRECTIONS,
    symmetric: Collection[int] = (),
) -> list[InputCheck]:
    """Check the gradients `gxs` that a rule gave for `xs` and `gys`.

    Args:
        forward: computes the outputs; the same outputs for the same inputs.
        roles: of the inputs.
        symmetric: the inputs that are symmetric matrices, and are moved only so that they stay it.

    Returns:
        One result for each input that has a gradient; none for inputs that aren't floating-point numbers.
    """
    value = _Value(forward, xs, gys)
    if not value.repeats:
        return [
            InputCheck(f"g{role}", "skipped", note="the op gives other outputs each time")
            for role, gx in zip(roles, gxs, strict=True)
            if gx is not None
        ]
    checks = []
    for i, (role, x, gx) in enumerate(zip(roles, xs, gxs, strict=True)):
        if gx is not None and x.dtype.kind == "f" and x.size:
            rng = np.random.default_rng(SEED + i)
            whole = i in symmetric
            checks.append(_check_input(value, i, gx.astype(np.float64), f"g{role}", rng, directions, whole))
    return checks


class _Value:
    """The sum of all outputs times what arrives for them: the number whose gradient the rule gives."""

    def __init__(self, forward: Forward, xs: Sequence[Array], gys: Sequence[Array | None]) -> None:
        self._forward, self.xs, self._gys = forward, list(xs), gys
        ys = forward(xs)
        again = forward(xs)
        self.repeats = all(
            np.array_equal(y, other, equal_nan=y.dtype.kind == "f")
            for y, other in zip(ys, again, strict=True)
        )
        rough = any(y.dtype.kind == "f" and y.dtype.itemsize < 8 for y in ys)
        self.precision = _ROUGH if rough else _EXACT
        self.here = self._sum(ys)
        parts = [np.abs(gy * y).sum() for gy, y in zip(gys, ys, strict=True) if gy is not None]
        self.size = float(sum(parts))
        """The size of what is added up, to which rounding errors are relative."""

    def moved(self, i: int, direction: Array, by: float) -> float:
        """The value with input `i` moved along `direction`."""
        return self._sum(self._moved(self.xs, i, direction, by))

    def parts_beside(self, i: int, direction: Array, rng: np.random.Generator) -> list[Array]:
        """What each element of the outputs adds to the slope at a random place close by, where nothing is equal."""
        start = [
            np.asarray(x + _BESIDE * rng.normal(size=x.shape), x.dtype) if x.dtype.kind == "f" else x
            for x in self.xs
        ]
        # Far enough that it is now the largest, now the smallest.
        start[i] = np.asarray(start[i] + _FARTHER * _BESIDE * rng.uniform(-1, 1) * direction)
        step = _CLOSER * self.precision.step
        ahead, behind = (self._moved(start, i, direction, by) for by in (step, -step))
        return [
            gy.astype(np.float64) * (a - b) / (2 * step)
            for gy, a, b in zip(self._gys, ahead, behind, strict=True)
            if gy is not None
        ]

    def _moved(self, xs: Sequence[Array], i: int, direction: Array, by: float) -> Sequence[Array]:
        moved = list(xs)
        # Of numbers without axes NumPy makes scalars, which no op takes.
        moved[i] = np.asarray(xs[i] + by * direction, xs[i].dtype)
        return self._forward(moved)

    def _sum(self, ys: Sequence[Array]) -> float:
        with np.errstate(all="ignore"):
            return float(
                sum(
                    np.sum(gy.astype(np.float64) * y)
                    for gy, y in zip(self._gys, ys, strict=True)
                    if gy is not None
                )
            )


class _Along(NamedTuple):
    """Differences along one direction, and what the rule says of it."""

    left: float
    right: float
    rule: float
    tolerance: float
    beside: tuple[float, float] | None = None
    """The least and the largest slope that was found close by, where that shows that there is a kink."""

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def agrees(self) -> bool:
        return abs(self.middle - self.rule) <= self.tolerance

    @property
    def finite(self) -> bool:
        return math.isfinite(self.left) and math.isfinite(self.right) and math.isfinite(self.rule)

    @property
    def kink(self) -> bool:
        """Whether the two sides disagree, and the rule gives something between them."""
        low, high = min(self.left, self.right), max(self.left, self.right)
        wide = high - low > 10 * self.tolerance
        return wide and low - self.tolerance <= self.rule <= high + self.tolerance


def _along(value: _Value, i: int, gx: Array, direction: Array, closer: float = 1.0) -> _Along:
    """Differences along `direction`, by a step that is `closer` times the usual one."""
    precision = value.precision
    norm = float(np.linalg.norm(direction)) / math.sqrt(max(int(np.count_nonzero(direction)), 1))
    step = closer * precision.step / max(norm, 1e-300)
    ahead, behind = value.moved(i, direction, step), value.moved(i, direction, -step)
    with np.errstate(all="ignore"):
        right, left = (ahead - value.here) / step, (value.here - behind) / step
        rule = float(np.sum(gx * direction))
        used = np.abs(gx * direction)
        typical = max(float(np.sqrt(np.sum(used * used))), abs((right + left) / 2))
    tolerance = precision.tolerance * typical + 30 * precision.rounding * (value.size + 1e-300) / step
    return _Along(left, right, rule, tolerance)


def _check_input(
    value: _Value, i: int, gx: Array, role: str, rng: np.random.Generator, directions: int, symmetric: bool
) -> InputCheck:
    shape = value.xs[i].shape
    if gx.shape != shape:
        return InputCheck(role, "wrong", note=f"the gradient has shape {gx.shape}, the input {shape}")
    worst: _Along | None = None
    for _ in range(directions):
        direction = rng.normal(size=shape)
        if symmetric:
            direction = (direction + direction.swapaxes(-1, -2)) / 2
        found = _along(value, i, gx, direction)
        if not found.finite:
            return InputCheck(role, "skipped", note="values or differences here are not finite")
        if not found.agrees:
            worst = found
            break
    if worst is None:
        note = "computed in float32: checked to 3% only" if value.precision is _ROUGH else ""
        return InputCheck(role, "right", note=note)
    return _along_only(role, worst) if symmetric else _located(value, i, gx, role, worst, rng)


def _located(
    value: _Value, i: int, gx: Array, role: str, worst: _Along, rng: np.random.Generator
) -> InputCheck:
    """Which element is wrong: the halves that disagree are halved again."""
    shape = value.xs[i].shape
    size = int(np.prod(shape))
    pending = [np.arange(size)]
    kink: tuple[int, _Along] | None = None
    leaves = 0
    while pending and leaves < _MOST_LEAVES:
        part = pending.pop()
        direction = np.zeros(size)
        direction[part] = (
            1.0 if len(part) == 1 else rng.choice([-1.0, 1.0], len(part)) * rng.uniform(0.5, 1.5, len(part))
        )
        found = _along(value, i, gx, direction.reshape(shape))
        if found.agrees:
            continue
        if len(part) > 1:
            middle = len(part) // 2
            pending += [part[middle:], part[:middle]]
            continue
        leaves += 1
        if not found.kink:
            if _bends(found, _along(value, i, gx, direction.reshape(shape), _CLOSER)):
                return InputCheck(role, "skipped", note="it bends too sharply here for finite differences")
            found = found._replace(beside=_slopes_beside(value, i, direction.reshape(shape), found, rng))
            if not found.beside:
                return _wrong(role, shape, int(part[0]), found, worst)
            leaves += _COSTS
        kink = kink or (int(part[0]), found)
    if kink is not None:
        place, found = kink
        element = [int(k) for k in np.unravel_index(place, shape)] if shape else []
        sides = f"{found.left:.6g} on the left, {found.right:.6g} on the right"
        if found.beside:
            sides = "{:.6g} to {:.6g} close by".format(*found.beside)
        return InputCheck(
            role, "kink", element, None, number(found.rule), note=f"no derivative there: {sides}"
        )
    return _along_only(role, worst)


def _slopes_beside(
    value: _Value, i: int, direction: Array, found: _Along, rng: np.random.Generator
) -> tuple[float, float] | None:
    """Between which slopes it is a kink: each output's least and largest close by, added up.

    None where the outputs are smooth, and where the rule's slope isn't between those.
    """
    if value.precision is not _EXACT:
        return None
    low = high = value.parts_beside(i, direction, rng)
    for _ in range(_PLACES):
        parts = value.parts_beside(i, direction, rng)
        low = [np.minimum(a, b) for a, b in zip(low, parts, strict=True)]
        high = [np.maximum(a, b) for a, b in zip(high, parts, strict=True)]
    least, largest = (float(sum(part.sum() for part in parts)) for parts in (low, high))
    size = sum(float(np.maximum(np.abs(a), np.abs(b)).sum()) for a, b in zip(low, high, strict=True))
    wide = largest - least > max(_SMOOTH * size, 10 * found.tolerance)
    if wide and least - found.tolerance <= found.rule <= largest + found.tolerance:
        return least, largest
    return None


def _bends(found: _Along, closer: _Along) -> bool:
    """Whether the differences come to agree with the rule as the step shrinks: then they are what is off."""
    return closer.finite and abs(closer.middle - closer.rule) < _SHRINKS * abs(found.middle - found.rule)


def _along_only(role: str, worst: _Along) -> InputCheck:
    """A wrong gradient of which no single element can be named."""
    note = "along a random direction"
    return InputCheck(role, "wrong", None, number(worst.middle), number(worst.rule), _off(worst), note)


def _wrong(role: str, shape: tuple[int, ...], place: int, found: _Along, worst: _Along) -> InputCheck:
    element = [int(k) for k in np.unravel_index(place, shape)] if shape else []
    return InputCheck(role, "wrong", element, number(found.middle), number(found.rule), _off(worst))


def _off(found: _Along) -> float | str:
    scale = max(abs(found.middle), abs(found.rule))
    return number(abs(found.middle - found.rule) / scale if scale else 0.0)


def number(value: float) -> float | str:
    """A float for JSON."""
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
