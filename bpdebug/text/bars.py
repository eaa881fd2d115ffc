"""Bars for numbers that span many powers of ten, such as norms of gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["HIGHEST_DECADE", "LOWEST_DECADE", "decade_bar", "decade_share", "sparkline"]

LOWEST_DECADE, HIGHEST_DECADE = -8, 4
"""A bar is empty at 1e-8 and full at 1e4, so that bars of different events and runs can be compared."""

_RISING = "▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉"


def decade_share(size: float) -> float:
    """Where a size lies between 1e-8 (0.0) and 1e4 (1.0), on a scale of powers of ten; outside, the nearer end.

    NaN and infinity are 1.0.
    """
    if not math.isfinite(size):
        return 1.0
    if size <= 0:
        return 0.0
    share = (math.log10(size) - LOWEST_DECADE) / (HIGHEST_DECADE - LOWEST_DECADE)
    return min(max(share, 0.0), 1.0)


def decade_bar(size: float, width: int) -> str:
    """A bar of `width` characters, to the eighth of one; what isn't zero shows at least a sliver.

    NaN is `NaN!`, an infinity `inf!`, as far as they fit.
    """
    if not math.isfinite(size):
        return ("NaN!" if math.isnan(size) else "inf!").ljust(width)[:width]
    eighths = round(decade_share(size) * width * 8)
    if size > 0:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    return ("█" * full + _EIGHTHS[rest].strip()).ljust(width)


def sparkline(values: Sequence[float], width: int) -> str:
    """The last `width` sizes as a line of blocks, on a scale of powers of ten between the least and the largest.

    Zeros are the lowest block; NaN and infinities are `!`. All equal sizes are blocks of middle height.
    """
    shown = values[-width:]
    logs = [math.log10(value) for value in shown if math.isfinite(value) and value > 0]
    low, span = (min(logs), max(logs) - min(logs)) if logs else (0.0, 0.0)
    blocks = []
    for value in shown:
        if not math.isfinite(value):
            blocks.append("!")
        elif value <= 0:
            blocks.append(_RISING[0])
        else:
            share = (math.log10(value) - low) / span if span > 1e-9 else 0.5
            blocks.append(_RISING[round(share * (len(_RISING) - 1))])
    return "".join(blocks)
