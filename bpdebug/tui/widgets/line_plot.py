"""A curve with axes, the moment that is now, a marker, and marks where values aren't finite."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from ...text import fit, number
from .braille import reduced, rows_of_dots, trace
from .steady import Steady
from .ticks import decades, nice_ticks

__all__ = ["LinePlot", "Plotted"]


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
class _Frame:
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


class LinePlot(Steady, can_focus=False):
    """Draws one `Plotted`; a click posts the nearest point."""

    COMPONENT_CLASSES = {
        "plot--axis", "plot--past", "plot--future", "plot--now", "plot--marker", "plot--alarm", "plot--other",
    }  # fmt: skip

    DEFAULT_CSS = """
    LinePlot {
        width: 1fr; height: 1fr;
        & .plot--axis { color: $text-muted; }
        & .plot--past { color: $text-primary; text-style: bold; }
        & .plot--future { color: $text-muted; }
        & .plot--now { color: $text-warning; text-style: bold; }
        & .plot--marker { color: $text-success; text-style: bold; }
        & .plot--other { color: $text-accent; }
        & .plot--alarm { color: $text-error; text-style: bold; }
    }
    """

    class Clicked(Message):
        """The person pointed at the point in this place, once or twice."""

        def __init__(self, place: int, twice: bool) -> None:
            super().__init__()
            self.place = place
            self.twice = twice

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._plotted: Plotted | None = None
        self._lines: list[Strip] | None = None
        self._drawn_for: object = None
        self._frame: _Frame | None = None

    def show(self, plotted: Plotted | None) -> None:
        """Draw this; None for nothing."""
        if not _same(plotted, self._plotted):
            self._plotted = plotted
            self._lines = None
            self.refresh()

    @property
    def dots_across(self) -> int:
        """How many points can be told apart."""
        return max(2, 2 * (self._frame.width if self._frame is not None else self.size.width))

    @property
    def _ground(self) -> Style:
        return self.get_component_rich_style("plot--axis")

    def render_line(self, y: int) -> Strip:
        """One line of the plot, the x axis or its numbers."""
        drawn_for = (self.size, self._ground)
        if self._lines is None or drawn_for != self._drawn_for:
            self._lines = self._draw()
            self._drawn_for = drawn_for
        if y < len(self._lines):
            return self._lines[y]
        return Strip.blank(self.size.width, self._ground)

    def _draw(self) -> list[Strip]:
        width, height = self.size
        plotted = self._plotted
        self._frame = None
        if plotted is None or not len(plotted.x) or width < 16 or height < 4:
            return []
        first, last = visible(plotted)
        x, y = plotted.x[first:last], plotted.y[first:last]
        shown = _heights(y, plotted.log)
        other_x, other_shown = _other(plotted)
        self._frame = frame = _make_frame(
            plotted, np.concatenate([x, other_x]), np.concatenate([shown, other_shown]), width, height
        )
        rows = rows_of_dots(_dots(frame, x, shown))
        marks = self._marks(plotted, frame, first, x, y, shown)
        if len(other_x):
            dots = _dots(frame, other_x, other_shown)
            dots[:, 1::2] = False  # so that the curves can be told apart without colour
            for row, text in enumerate(rows_of_dots(dots)):
                for column, character in enumerate(text):
                    if character != " " and rows[row][column] == " ":
                        marks.setdefault((row, column), (character, "other"))
        now = plotted.x[plotted.now] if plotted.now is not None else -math.inf
        now_column = frame.column(now) if math.isfinite(now) else None
        past_ends = now_column if now_column is not None else frame.width if now > frame.x[1] else -1
        by_row: list[dict[int, tuple[str, str]]] = [{} for _ in rows]
        for (row, column), mark in marks.items():
            by_row[row][column] = mark
        strips = [self._plot_line(row, text, by_row[row], frame, past_ends) for row, text in enumerate(rows)]
        return strips + self._x_axis(plotted, frame)

    def _marks(
        self,
        plotted: Plotted,
        frame: _Frame,
        first: int,
        x: np.ndarray,
        y: np.ndarray,
        shown: np.ndarray,
    ) -> dict[tuple[int, int], tuple[str, str]]:
        """(row, column) to (character, style name) of everything that isn't the curve; later ones win."""
        marks: dict[tuple[int, int], tuple[str, str]] = {}
        points = {}
        for place, line, point, name in (
            (plotted.now, "│", "●", "now"),
            (plotted.marker, "┊", "◆", "marker"),
        ):
            if place is None:
                continue
            column = frame.column(float(plotted.x[place]))
            if column is None:
                continue
            for row in range(frame.height):
                marks[row, column] = (line, name)
            if first <= place < first + len(shown) and math.isfinite(shown[place - first]):
                points[frame.row(float(shown[place - first])), column] = (point, name)
        # NaN goes before an infinity in the same place.
        for bad, row, text in (
            (y == np.inf, 0, "∞"),
            (y == -np.inf, frame.height - 1, "∞"),
            (np.isnan(y), 0, "N"),
        ):
            for column in frame.columns(x[bad]):
                marks[row, column] = (text, "alarm")
        marks.update(points)
        return marks

    def _plot_line(
        self,
        row: int,
        text: str,
        marks: dict[int, tuple[str, str]],
        frame: _Frame,
        past_ends: int,
    ) -> Strip:
        style = self.get_component_rich_style
        axis, past, future = style("plot--axis"), style("plot--past"), style("plot--future")
        label = frame.y_labels.get(row)
        head = fit(label or "", frame.left - 1, "right") + ("┤" if label else "│")
        segments = [Segment(head, axis)]
        done = 0

        def draw_until(end: int) -> None:
            # In as few pieces as there are looks: one a character would take longer than all else.
            nonlocal done
            ended = min(max(past_ends + 1, done), end)
            segments.extend(
                Segment(text[begin:stop], look)
                for begin, stop, look in ((done, ended, past), (ended, end, future))
                if begin < stop
            )
            done = end

        for column, (sign, name) in sorted(marks.items()):
            draw_until(column)
            character = text[column]
            # The lines of now and of the marker run behind the curve.
            shown = sign if character == " " or sign not in "│┊" else character
            segments.append(Segment(shown, style(f"plot--{name}")))
            done = column + 1
        draw_until(len(text))
        return Strip(segments).adjust_cell_length(self.size.width, self._ground)

    def _x_axis(self, plotted: Plotted, frame: _Frame) -> list[Strip]:
        axis: Style = self.get_component_rich_style("plot--axis")
        line = list("─" * frame.width)
        labels = [" "] * (frame.left + frame.width)
        name = plotted.x_name
        room_end = len(labels) - len(name) - 2
        free = 0
        for tick in nice_ticks(*frame.x, max(2, frame.width // 10), whole=True):
            column = frame.column(tick)
            if column is None:
                continue
            text = f"{tick:.0f}"
            start = max(0, frame.left + column - len(text) // 2)
            if start < free or start + len(text) > room_end:
                continue
            line[column] = "┬"
            labels[start : start + len(text)] = text
            free = start + len(text) + 1
        labels[len(labels) - len(name) :] = name
        return [
            Strip([Segment(text, axis)]).adjust_cell_length(self.size.width, self._ground)
            for text in (" " * (frame.left - 1) + "└" + "".join(line), "".join(labels))
        ]

    def on_click(self, event: events.Click) -> None:
        if self._plotted is None or self._frame is None:
            return
        dot = 2 * (event.x - self._frame.left) + 0.5
        low, high = self._frame.x
        x = low + dot / (2 * self._frame.width - 1) * (high - low)
        place = int(np.argmin(np.abs(self._plotted.x - x)))
        self.post_message(self.Clicked(place, event.chain >= 2))


def visible(plotted: Plotted) -> tuple[int, int]:
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


def _dots(frame: _Frame, x: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """The curve as dots of the sheet."""
    curve = np.where(np.isfinite(shown), shown, np.nan)
    across, down = reduced(frame.across(x), frame.down(curve), 2 * frame.width)
    return trace(across, down, 2 * frame.width, 4 * frame.height)


def _logarithm(y: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(y > 0, np.log10(y), np.nan)


def _make_frame(plotted: Plotted, x: np.ndarray, shown: np.ndarray, width: int, height: int) -> _Frame:
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
    frame = _Frame(left, max(2, width - left), rows, (low, high), (bottom, top))
    for tick, text in texts.items():
        frame.y_labels.setdefault(frame.row(tick), text)
    return frame


def _same(one: Plotted | None, other: Plotted | None) -> bool:
    """Whether both make the same picture: most steps neither report anything nor pass a report."""
    if one is None or other is None:
        return one is other
    return (
        (one.x_name, one.window, one.now, one.marker, one.log)
        == (other.x_name, other.window, other.now, other.marker, other.log)
        and np.array_equal(one.x, other.x, equal_nan=True)
        and np.array_equal(one.y, other.y, equal_nan=True)
        and _alike(one.other_x, other.other_x)
        and _alike(one.other_y, other.other_y)
    )


def _alike(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return one is other or np.array_equal(one, other, equal_nan=True)
