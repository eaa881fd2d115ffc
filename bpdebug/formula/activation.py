"""The shape of an activation, worked out from its formula: where an elementwise function of one input is flat.

`y = tanh x;  gx = gy * (1 - y^2)` says that the slope falls to 0 at both ends, and how far from the middle. So no list
of activations is kept anywhere: a formula is the only place that says what an op does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .evaluation import UnknownName, evaluate
from .syntax import parse, statements

__all__ = ["Activation", "activation", "slopes_beside"]

_FLAT = 0.04
"""A slope below this part of the steepest is flat."""
_FAR = 50.0
_STEADY = 0.01
_BESIDE = 1e-9
_BENDS = 1e-3
_NOTHING = 1e-6
_GRID = np.concatenate([-np.geomspace(_FAR, 1e-3, 400), [0.0], np.geomspace(1e-3, _FAR, 400)])


@dataclass(frozen=True, slots=True)
class Activation:
    """A monotonic function that is flat or straight at both ends.

    Attributes:
        low_end, high_end: the x at which it becomes flat on that side; None where it goes on straight.
        low_value: what it gives far on the low side.
    """

    low_end: float | None
    high_end: float | None
    low_value: float
    _formula: str
    _settings: tuple[tuple[str, float], ...]
    _steepest: float

    @property
    def squashes(self) -> bool:
        """Whether both ends are flat: the output is bounded."""
        return self.low_end is not None and self.high_end is not None

    def slope(self, x: float) -> float:
        """The slope at x, as a part of the steepest."""
        return float(_evaluated(self._formula, dict(self._settings), np.array([x]))[1][0]) / self._steepest

    def flat(self, x: np.ndarray) -> np.ndarray:
        """-1 where x lies at the flat low end, 1 at the flat high end, 0 elsewhere."""
        _, slope = _evaluated(self._formula, dict(self._settings), np.asarray(x, np.float64))
        flat = np.abs(slope) < _FLAT * self._steepest
        sides = np.zeros(np.shape(x), int)
        middle = ((self.low_end or 0.0) + (self.high_end or 0.0)) / 2
        if self.low_end is not None:
            sides[flat & ~(x > middle)] = -1
        if self.high_end is not None:
            sides[flat & (x > middle)] = 1
        return sides


def activation(formula: str, settings: Mapping[str, object]) -> Activation | None:
    """What the formula of an op with the roles `x` and `y` says; None if it is no function of that kind.

    Args:
        formula: as recorded.
        settings: the op's; numbers among them may stand in the formula.
    """
    return _activation(formula, _numbers(settings))


def slopes_beside(formula: str, settings: Mapping[str, object], x: float) -> tuple[float, float] | None:
    """The slopes on the left and on the right of a kink at x; None where there is no kink, or nothing is known."""
    step = _BESIDE * max(1.0, abs(x))
    try:
        _, slopes = _evaluated(formula, dict(_numbers(settings)), np.array([x - step, x + step]))
    except UnknownName:
        return None
    left, right = (float(slope) for slope in slopes)
    if not math.isfinite(left) or not math.isfinite(right):
        return None
    bends = abs(left - right) > max(_BENDS * max(abs(left), abs(right)), _NOTHING)
    return (left, right) if bends else None


def _numbers(settings: Mapping[str, object]) -> tuple[tuple[str, float], ...]:
    return tuple(
        sorted((name, float(value)) for name, value in settings.items() if isinstance(value, int | float))
    )


@lru_cache(maxsize=256)
def _activation(formula: str, settings: tuple[tuple[str, float], ...]) -> Activation | None:
    try:
        y, slope = _evaluated(formula, dict(settings), _GRID)
    except UnknownName:
        return None
    size = np.abs(slope)
    steepest = float(size.max())
    if not np.isfinite(y).all() or not math.isfinite(steepest) or not steepest:
        return None
    rises = np.diff(y)
    if (rises < 0).any() and (rises > 0).any():
        return None
    # An exponential, a square and a sine aren't steady at their ends: there is no end to be stuck at.
    half = np.abs(np.interp([-_FAR / 2, _FAR / 2], _GRID, size) - size[[0, -1]])
    if (half > _STEADY * steepest).any():
        return None
    flat = size < _FLAT * steepest
    if flat.all():
        return None
    bent = np.flatnonzero(~flat)
    low = float(_GRID[bent[0]]) if bent[0] > 0 else None
    high = float(_GRID[bent[-1]]) if bent[-1] < len(_GRID) - 1 else None
    return Activation(low, high, float(y[0]), formula, settings, steepest)


def _evaluated(formula: str, settings: dict[str, float], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """y, and the slope: gx where gy is 1. Raises UnknownName."""
    said = statements(formula)

    def lookup(name: str) -> np.ndarray | float:
        if name == "x":
            return x
        if name == "gy":
            return 1.0
        if name in settings:
            return settings[name]
        if name not in defined:
            defined[name] = None
            node = parse(said.get(name, "")) if name != "gx" else None
            defined[name] = None if node is None else evaluate(node, lookup)
        found = defined[name]
        if found is None:  # not defined, or by itself
            raise UnknownName(name)
        return found

    defined: dict[str, np.ndarray | float | None] = {}
    slope = parse(said.get("gx", ""))
    if slope is None:
        raise UnknownName("gx")
    y = np.broadcast_to(np.asarray(lookup("y"), np.float64), x.shape)
    return y, np.broadcast_to(np.asarray(evaluate(slope, lookup), np.float64), x.shape)
