"""Curves in braille characters, two dots across and four down a terminal cell: plain arrays, no screen."""

from __future__ import annotations

from functools import cache

import numpy as np

__all__ = ["reduced", "rows_of_dots", "trace"]

# Unicode numbers the dots of a braille cell column by column, with the lowest row added later.
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


def trace(x: np.ndarray, y: np.ndarray, across: int, down: int) -> np.ndarray:
    """Join points by straight lines on a sheet of dots.

    Args:
        x, y: where the points are, in dots from the upper left one, float64; NaN in y leaves a gap. Lines that
            leave the sheet are cut at its edge.
        across, down: dots of the sheet.

    Returns:
        bool array (down, across).
    """
    dots = np.zeros((down, across), bool)
    _put(dots, x, y)
    if len(x) > 1:
        x0, x1, y0, y1 = x[:-1], x[1:], y[:-1], y[1:]
        joined = np.isfinite(y0) & np.isfinite(y1)
        x0, y0, dx, dy = x0[joined], y0[joined], (x1 - x0)[joined], (y1 - y0)[joined]
        start, end = _inside(x0, dx, across)
        start_y, end_y = _inside(y0, dy, down)
        start, end = np.maximum(start, start_y), np.minimum(end, end_y)
        seen = end >= start
        x0, y0, dx, dy, start, end = (part[seen] for part in (x0, y0, dx, dy, start, end))
        x0, y0, dx, dy = x0 + dx * start, y0 + dy * start, dx * (end - start), dy * (end - start)
        steps = np.ceil(np.maximum(np.abs(dx), np.abs(dy))).astype(np.int64) + 1
        segment = np.repeat(np.arange(len(steps)), steps)
        place = np.arange(len(segment)) - np.repeat(np.cumsum(steps) - steps, steps)
        share = place / np.maximum(steps - 1, 1)[segment]
        _put(dots, x0[segment] + dx[segment] * share, y0[segment] + dy[segment] * share)
    return dots


def reduced(x: np.ndarray, y: np.ndarray, across: int) -> tuple[np.ndarray, np.ndarray]:
    """Points that draw the same curve as many points do: first, least, largest and last of each dot column.

    Args:
        x: in dots, float64, never decreasing.
        y: in dots, float64, NaN where there is a gap.
        across: dots across the sheet.
    """
    if len(x) <= 8 * across:
        return x, y
    column = np.floor(x).astype(np.int64)
    starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    ends = np.append(starts[1:], len(x)) - 1
    with np.errstate(invalid="ignore"):
        least, largest = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    heights = np.stack([y[starts], least, largest, y[ends]], axis=1)
    # A gap inside a column is narrower than a dot: only a column with nothing else stays a gap.
    heights = np.where(np.isfinite(heights), heights, least[:, None])
    return np.repeat(x[starts], 4), heights.reshape(-1)


def rows_of_dots(dots: np.ndarray) -> list[str]:
    """The sheet as lines of text, a space where a cell has no dot; its height is a multiple of 4, its width of 2."""
    down, across = dots.shape
    cells = dots.reshape(down // 4, 4, across // 2, 2)
    codes = np.einsum("rich,ih->rc", cells.astype(np.int64), _BITS)
    return ["".join(map(_character, row)) for row in codes.tolist()]


@cache
def _character(code: int) -> str:
    return chr(0x2800 + code) if code else " "


def _inside(origin: np.ndarray, length: np.ndarray, dots: int) -> tuple[np.ndarray, np.ndarray]:
    """From which to which share of its length each line is on a sheet of so many dots (and one beyond)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (-1 - origin) / length, (dots - origin) / length
    flat = length == 0
    on_sheet = (origin >= -1) & (origin <= dots)
    first = np.where(flat, np.where(on_sheet, 0.0, 2.0), np.minimum(one, other))
    last = np.where(flat, np.where(on_sheet, 1.0, -1.0), np.maximum(one, other))
    return np.maximum(first, 0.0), np.minimum(last, 1.0)


def _put(dots: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
    down, across = dots.shape
    with np.errstate(invalid="ignore"):
        inside = (x >= -0.5) & (x < across - 0.5) & (y >= -0.5) & (y < down - 0.5)
    dots[np.rint(y[inside]).astype(np.int64), np.rint(x[inside]).astype(np.int64)] = True
