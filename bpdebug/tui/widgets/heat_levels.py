"""From an array of any size to the few hundred coloured dots that stand for it: plain arrays, no screen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...log.statistics import measurable
from ..colors import BLANK, INFINITE, LEVELS, NOT_A_NUMBER

__all__ = ["HeatImage", "heat_image"]

_LARGEST_ZOOM = 8


@dataclass(frozen=True)
class HeatImage:
    """A picture of an array.

    Attributes:
        levels: int8, one a dot; see `colors`.
        low, high: the finite values at the ends of the scale; NaN where none is finite.
        signed: whether the scale goes both ways from zero; otherwise it goes from `low` to `high`.
        block: how many rows and columns of the array one dot stands for, (1, 1) when each element has its dots.
        run: for a vector, how many successive elements one dot stands for; else 0.
        line: for a vector, how many dots a line of it takes before it wraps; else 0.
        zoom: dots down and across that one element (or block) takes.
    """

    levels: np.ndarray
    low: float
    high: float
    signed: bool
    block: tuple[int, int]
    run: int
    line: int
    zoom: tuple[int, int]

    @property
    def scale_note(self) -> str:
        """What one dot stands for, in words; "" when each element has its own."""
        if self.run > 1:
            return f"a dot = largest |value| of {self.run:,}"
        if self.block != (1, 1):
            return f"a dot = largest |value| of {self.block[0]:,}x{self.block[1]:,}"
        return ""

    def dot_of(self, row: int, column: int) -> tuple[int, int]:
        """The middle one of the dots that show the element at this place of the sheet."""
        if self.line:
            row, column = divmod(column // self.run, self.line)
        else:
            row, column = row // self.block[0], column // self.block[1]
        return row * self.zoom[0] + self.zoom[0] // 2, column * self.zoom[1] + self.zoom[1] // 2


def heat_image(sheet: np.ndarray, dots_down: int, dots_across: int) -> HeatImage:
    """Draw `sheet` in at most so many dots.

    Args:
        sheet: 2-d, not empty, any numeric dtype; one row is a vector, whose picture wraps into lines.
            Complex values count by their magnitude.
    """
    dots_down, dots_across = max(1, dots_down), max(1, dots_across)
    rows, columns = sheet.shape
    run = line = 0
    block = (1, 1)
    if rows == 1 and columns > dots_across:
        run = -(-columns // (dots_down * dots_across))
        values = _largest(sheet, (1, run))[0]
        line = dots_across
        lines = -(-values.size // line)
        blank = lines * line - values.size
        values = np.concatenate([values, np.zeros(blank)]).reshape(lines, line)
    else:
        block = (-(-rows // dots_down), -(-columns // dots_across))
        values = _largest(sheet, block)
        blank = 0
    levels, low, high, signed = _levels(values)
    if blank:
        levels[-1, -blank:] = BLANK
    zoom = _zoom(levels.shape, dots_down, dots_across, whole=block == (1, 1) and not run)
    if zoom != (1, 1):
        levels = levels.repeat(zoom[0], axis=0).repeat(zoom[1], axis=1)
    return HeatImage(levels, low, high, signed, block, run, line, zoom)


def _largest(sheet: np.ndarray, block: tuple[int, int]) -> np.ndarray:
    """Of each block the value with the largest magnitude, as float64; NaN where there is one, then infinity."""
    sheet = measurable(sheet)
    if block == (1, 1):
        return sheet.astype(np.float64)
    if sheet.dtype.kind == "b":
        sheet = sheet.view(np.uint8)
    high, low = sheet, sheet
    for axis in (1, 0):  # along memory first: twenty times as fast
        length = block[axis]
        if length > 1:
            starts = np.arange(0, sheet.shape[axis], length)
            high = np.maximum.reduceat(high, starts, axis=axis)
            low = np.minimum.reduceat(low, starts, axis=axis)
    high, low = high.astype(np.float64), low.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.where(-low > high, low, high)


def _levels(values: np.ndarray) -> tuple[np.ndarray, float, float, bool]:
    finite = np.isfinite(values)
    usable = values if finite.all() else values[finite]
    if not usable.size:
        bad = np.where(np.isnan(values), NOT_A_NUMBER, INFINITE).astype(np.int8)
        return bad, np.nan, np.nan, False
    low, high = float(usable.min()), float(usable.max())
    signed = low < 0
    if signed:
        start, span = 0.0, max(-low, high)
        low, high = -span, span
    else:
        # Values that hardly differ are told apart only if the scale doesn't begin at zero.
        low = low if low > 0.5 * high and low < high else 0.0
        start, span = low, high - low
    # Divided before multiplied: neither a denormal nor a huge span leaves float64.
    with np.errstate(invalid="ignore", over="ignore"):
        shares = (values - start) / span if span > 0 else np.zeros_like(values)
        shares = np.where(finite, shares, 0.0)
    levels = np.clip(np.rint(shares * LEVELS), -LEVELS, LEVELS)
    # What isn't zero never looks like zero.
    levels = np.where((levels == 0) & (shares != 0) & (start == 0), np.sign(shares), levels).astype(np.int8)
    if not finite.all():
        levels[np.isinf(values)] = INFINITE
        levels[np.isnan(values)] = NOT_A_NUMBER
    return levels, low, high, signed


def _zoom(shape: tuple[int, ...], dots_down: int, dots_across: int, whole: bool) -> tuple[int, int]:
    """How many times each dot is drawn, so that a small array is easy to see; square where nothing is merged."""
    down, across = max(1, dots_down // shape[0]), max(1, dots_across // shape[1])
    if whole:
        both = min(down, across, _LARGEST_ZOOM)
        if min(down, across) > 1 or max(shape) == 1:
            return both, both
        # A vector or a very long matrix: a thin line is hard to see, so its dots may be longer than wide.
        return (min(down, 4), 1) if across == 1 else (1, min(across, 4))
    return 1, 1
