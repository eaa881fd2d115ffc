"""How a curve with its axes comes to be characters: plain arrays and texts, no screen.

What is now and what is marked isn't in it: it changes with every step, and the picture of a long curve takes a while.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...text import number
from .braille import reduced, rows_of_dots, trace
from .ticks import decades, nice_ticks

__all__ = ["CurvePicture", "Frame", "Plotted", "picture_of", "same_picture"]

Place = tuple[int, int]
"""Row and column, in cells."""


@dataclass(frozen=True)
class Plotted:
    """What to draw.

    Attributes:
        x: float64, never decreasing.
        y: float64, may hold NaN and infinities.
        x_name: what x counts.
        window: the part of x to show; None for all of it.
        now, marker: places of points in x, or None.
        log: draw the logarithm of y; values that have none are gaps.
        other_x, other_y: another curve, drawn behind this one in every second dot.
    """

    x: np.ndarray
    y: np.ndarray
    x_name: str = "iteration"
    window: tuple[float, float] | None = None
    now: int | None = None
    marker: int | None = None
    log: bool = False
    other_x: np.ndarray | None = None
    other_y: np.ndarray | None = None


@dataclass
class Frame:
    """How points come to be dots, for one size."""

    left: int
    width: int
    height: int
    x: tuple[float, float]
    y: tuple[float, float]
    y_labels: dict[int, str] = field(default_factory=dict)

    def across(self, x: Any) -> Any:
        return (x - self.x[0]) / (self.x[1] - self.x[0]) * (2 * self.width - 1)

    def down(self, y: Any) -> Any:
        return (self.y[1] - y) / (self.y[1] - self.y[0]) * (4 * self.height - 1)

    def column(self, x: float) -> int | None:
        """The terminal cell of this x; None outside the window."""
        dot = float(self.across(x))
        return round(dot) // 2 if -0.5 <= dot <= 2 * self.width - 0.5 else None

    def columns(self, x: np.ndarray) -> list[int]:
        """The terminal cells of many x; those outside the window left out."""
        cells = np.rint(self.across(x)).astype(np.int64) // 2
        return np.flatnonzero(np.bincount(cells[(cells >= 0) & (cells < self.width)])).tolist()

    def row(self, y: float) -> int:
        return max(0, min(self.height - 1, round(float(self.down(y))) // 4))


@dataclass(frozen=True)
class CurvePicture:
    """The curves of a `Plotted`, for one size.

    Attributes:
        frame: where points are.
        rows: the curve in braille characters.
        first: the place in x of the first point of `heights`.
        heights: what is drawn of the values that can be seen.
        alarms: the characters where values aren't finite.
        other: the characters of the other curve, where this one is not.
    """

    frame: Frame
    rows: list[str]
    first: int
    heights: np.ndarray
    alarms: dict[Place, str]
    other: dict[Place, str]


def picture_of(plotted: Plotted, width: int, height: int) -> CurvePicture | None:
    """The curves in so many cells, the axes among them; None where there is nothing to see, or no room."""
    if not len(plotted.x) or width < 16 or height < 4:
        return None
    first, last = _visible(plotted)
    x, y = plotted.x[first:last], plotted.y[first:last]
    heights = _heights(y, plotted.log)
    other_x, other_heights = _other(plotted)
    frame = _make_frame(
        plotted, np.concatenate([x, other_x]), np.concatenate([heights, other_heights]), width, height
    )
    rows = rows_of_dots(_dots(frame, x, heights))
    other: dict[Place, str] = {}
    if len(other_x):
        dots = _dots(frame, other_x, other_heights)
        dots[:, 1::2] = False  # so that the curves can be told apart without colour
        for row, text in enumerate(rows_of_dots(dots)):
            for column, character in enumerate(text):
                if character != " " and rows[row][column] == " ":
                    other[row, column] = character
    alarms: dict[Place, str] = {}
    # NaN goes before an infinity in the same place.
    for bad, row, sign in (
        (y == np.inf, 0, "∞"),
        (y == -np.inf, frame.height - 1, "∞"),
        (np.isnan(y), 0, "N"),
    ):
        for column in frame.columns(x[bad]):
            alarms[row, column] = sign
    return CurvePicture(frame, rows, first, heights, alarms, other)


def same_picture(one: Plotted | None, other: Plotted | None) -> bool:
    """Whether the curves of both look the same, whatever is now or marked."""
    if one is None or other is None:
        return one is other
    return (
        (one.x_name, one.window, one.log) == (other.x_name, other.window, other.log)
        and _alike(one.x, other.x)
        and _alike(one.y, other.y)
        and _alike(one.other_x, other.other_x)
        and _alike(one.other_y, other.other_y)
    )


def _visible(plotted: Plotted) -> tuple[int, int]:
    """The points in the window, with one neighbour on each side so that lines go on to the edge."""
    if plotted.window is None:
        return 0, len(plotted.x)
    first = int(np.searchsorted(plotted.x, plotted.window[0], "left"))
    last = int(np.searchsorted(plotted.x, plotted.window[1], "right"))
    return max(0, first - 1), min(len(plotted.x), last + 1)


def _heights(y: np.ndarray, log: bool) -> np.ndarray:
    """What is drawn of the values: differences of huge ones would overflow."""
    return _logarithm(y) if log else np.where(np.isfinite(y), np.clip(y, -1e300, 1e300), y)


def _other(plotted: Plotted) -> tuple[np.ndarray, np.ndarray]:
    """The points of the other curve that may be seen; none where there is none."""
    if plotted.other_x is None or plotted.other_y is None:
        return np.zeros(0), np.zeros(0)
    x, y = plotted.other_x, _heights(plotted.other_y, plotted.log)
    if plotted.window is not None:
        seen = (x >= plotted.window[0]) & (x <= plotted.window[1])
        x, y = x[seen], y[seen]
    return x, y


def _dots(frame: Frame, x: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """The curve as dots of the sheet."""
    curve = np.where(np.isfinite(shown), shown, np.nan)
    across, down = reduced(frame.across(x), frame.down(curve), 2 * frame.width)
    return trace(across, down, 2 * frame.width, 4 * frame.height)


def _logarithm(y: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(y > 0, np.log10(y), np.nan)


def _make_frame(plotted: Plotted, x: np.ndarray, shown: np.ndarray, width: int, height: int) -> Frame:
    low, high = plotted.window or (float(x.min()), float(x.max()))
    if not high > low:
        low, high = low - 0.5, high + 0.5
    finite = shown[np.isfinite(shown)]
    bottom, top = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    rows = height - 2
    if top > bottom:
        ticks = (decades if plotted.log else nice_ticks)(bottom, top, max(2, rows // 3))
    else:
        ticks = [top]
        spread = abs(top) * 0.1 or 1.0
        bottom, top = bottom - spread, top + spread
    texts = {tick: number(10.0**tick if plotted.log else tick, digits=4) for tick in ticks}
    left = max([len(text) for text in texts.values()] + [4]) + 1
    frame = Frame(left, max(2, width - left), rows, (low, high), (bottom, top))
    for tick, text in texts.items():
        frame.y_labels.setdefault(frame.row(tick), text)
    return frame


def _alike(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return one is other or np.array_equal(one, other, equal_nan=True)
