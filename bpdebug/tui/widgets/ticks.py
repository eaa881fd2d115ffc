"""Round numbers for the axes of a plot."""

from __future__ import annotations

import math

__all__ = ["decades", "nice_ticks"]


def nice_ticks(low: float, high: float, most: int, whole: bool = False) -> list[float]:
    """At most `most` multiples of 1, 2 or 5 times a power of ten between two numbers, ends included.

    `whole` gives integers only. Where the two hardly differ there may be none.
    """
    if most < 1 or not high > low:
        return [low] if low == high else []
    step = _step(high / most - low / most)
    if whole:
        step = max(1.0, step)
    while True:
        first = math.ceil(low / step - 1e-9)
        last = math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [i * step + 0.0 for i in range(first, last + 1)]
        step = _step(step * 1.01)


def decades(low: float, high: float, most: int) -> list[float]:
    """At most `most` decimal exponents between two: of powers of ten, or of 1, 2 and 5 times those.

    A range too narrow for two of these gets evenly spaced exponents.
    """
    whole = nice_ticks(low, high, most, whole=True)
    if len(whole) > 1:
        return whole
    logs = [
        power + math.log10(factor)
        for power in range(math.floor(low), math.ceil(high))
        for factor in (1, 2, 5)
    ]
    finer = [log for log in logs if low <= log <= high]
    return finer if 1 < len(finer) <= most else nice_ticks(low, high, most)


def _step(least: float) -> float:
    """The smallest of 1, 2, 5, 10 ... times a power of ten that is at least `least`."""
    if least < 1e-300:
        return 1e-300
    power = 10.0 ** math.floor(math.log10(least))
    for factor in (1, 2, 5, 10):
        if factor * power >= least * (1 - 1e-12):
            return factor * power
    return 10 * power
