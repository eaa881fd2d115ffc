"""What is drawn and said of a reported curve, worked out once: most steps change nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ...timeline import Curve

__all__ = ["CurveView", "CurveViews", "running_mean"]


class CurveView:
    """One curve.

    Attributes:
        curve: what was reported.
        x: float64, never decreasing: iterations; where they don't tell the values apart at all, the count of the value.
        x_name: what x counts.
        bad: how many values aren't finite.
        first_bad: the place of the first of them; 0 where there is none.
        lowest: the place of the lowest finite value; None where none is.
        finite_below: how many finite values are 0 or less.
    """

    def __init__(self, curve: Curve) -> None:
        self.curve = curve
        iterations, values = curve.iterations, curve.values
        if len(iterations) > 1 and iterations[0] == iterations[-1]:
            self.x, self.x_name = np.arange(1, len(iterations) + 1, dtype=np.float64), "value number"
        else:
            self.x, self.x_name = np.maximum.accumulate(iterations.astype(np.float64)), "iteration"
        finite = np.isfinite(values)
        self.bad = int(len(finite) - finite.sum())
        self.first_bad = int(np.argmin(finite)) if self.bad else 0
        self.lowest = int(np.argmin(np.where(finite, values, np.inf))) if finite.any() else None
        self.finite_below = int((finite & (values <= 0)).sum())
        self._mean: tuple[int, np.ndarray] = (1, values)

    def mean(self, count: int) -> np.ndarray:
        """The values as a running mean of so many."""
        if self._mean[0] != count:
            self._mean = (count, running_mean(self.curve.values, count))
        return self._mean[1]


class CurveViews:
    """The views of a run's curves; of one that has grown, a new one."""

    def __init__(self) -> None:
        self._views: dict[str, CurveView] = {}

    def of(self, curve: Curve) -> CurveView:
        """The view of this curve."""
        view = self._views.get(curve.name)
        if view is None or view.curve is not curve:
            view = self._views[curve.name] = CurveView(curve)
        return view


def running_mean(values: np.ndarray, count: int) -> np.ndarray:
    """The mean of each value and up to `count - 1` before it; what isn't finite stays, and is in no other's mean."""
    if count <= 1 or not len(values):
        return values
    finite = np.isfinite(values)
    summed, counted = np.zeros(len(values)), np.zeros(len(values))
    # Not by differences of cumulated sums: one huge value would take the digits of all after it.
    with np.errstate(over="ignore"):
        for shift in range(min(count, len(values))):
            end = len(values) - shift
            summed[shift:] += np.where(finite[:end], values[:end], 0.0)
            counted[shift:] += finite[:end]
        means = summed / np.maximum(counted, 1)
    return np.where(finite, means, values)
