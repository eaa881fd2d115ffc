"""A curve with axes, the moment that is now, a marker, and marks where values aren't finite."""

from __future__ import annotations

import math

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from ...text import fit
from .curve_picture import CurvePicture, Frame, Plotted, picture_of, same_picture
from .steady import Steady
from .ticks import nice_ticks

__all__ = ["LinePlot", "Plotted"]


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
        """The person pointed at the point in this place."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._plotted: Plotted | None = None
        self._picture: CurvePicture | None = None
        self._lines: list[Strip] | None = None
        self._looks: list[object] = []
        """What each of the lines was made of."""
        self._drawn_for: object = None

    def show(self, plotted: Plotted | None) -> None:
        """Draw this; None for nothing. Lines that look as before are left alone."""
        before, self._plotted = self._plotted, plotted
        if not same_picture(plotted, before):
            self._lines = None
            self.refresh()
        elif plotted is not None and self._lines is not None:
            lines = self._lines
            self._lines = self._drawn(plotted)
            for y, line in enumerate(self._lines):
                if line is not lines[y]:
                    self.refresh(Region(0, y, self.size.width, 1))

    @property
    def dots_across(self) -> int:
        """How many points can be told apart."""
        return max(2, 2 * (self._picture.frame.width if self._picture is not None else self.size.width))

    @property
    def _ground(self) -> Style:
        return self.get_component_rich_style("plot--axis")

    def render_line(self, y: int) -> Strip:
        """One line of the plot, the x axis or its numbers."""
        drawn_for = (self.size, self._ground)
        if self._lines is None or drawn_for != self._drawn_for:
            self._picture = None if self._plotted is None else picture_of(self._plotted, *self.size)
            self._lines, self._looks = [], []
            if self._plotted is not None:
                self._lines = self._drawn(self._plotted)
            self._drawn_for = drawn_for
        if y < len(self._lines):
            return self._lines[y]
        return Strip.blank(self.size.width, self._ground)

    def _drawn(self, plotted: Plotted) -> list[Strip]:
        """All lines; the strip that is there already of one that looks as it did."""
        picture = self._picture
        if picture is None:
            return []
        frame = picture.frame
        now = plotted.x[plotted.now] if plotted.now is not None else -math.inf
        now_column = frame.column(now) if math.isfinite(now) else None
        past_ends = now_column if now_column is not None else frame.width if now > frame.x[1] else -1
        by_row: list[dict[int, tuple[str, str]]] = [{} for _ in picture.rows]
        for (row, column), mark in self._marks(plotted, picture).items():
            by_row[row][column] = mark
        looks: list[object] = [(marks, past_ends) for marks in by_row]
        before = self._lines or []
        lines = [
            before[row]
            if row < len(before) and looks[row] == self._looks[row]
            else self._plot_line(row, text, by_row[row], frame, past_ends)
            for row, text in enumerate(picture.rows)
        ]
        axis = before[len(lines) :] or self._x_axis(plotted, frame)
        self._looks = looks
        return lines + axis

    def _marks(self, plotted: Plotted, picture: CurvePicture) -> dict[tuple[int, int], tuple[str, str]]:
        """(row, column) to (character, style name) of everything that isn't the curve; later ones win."""
        marks = {place: (sign, "other") for place, sign in picture.other.items()}
        points = {}
        frame, heights = picture.frame, picture.heights
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
            there = place - picture.first
            if 0 <= there < len(heights) and math.isfinite(heights[there]):
                points[frame.row(float(heights[there])), column] = (point, name)
        marks.update({place: (sign, "alarm") for place, sign in picture.alarms.items()})
        marks.update(points)
        return marks

    def _plot_line(
        self,
        row: int,
        text: str,
        marks: dict[int, tuple[str, str]],
        frame: Frame,
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

    def _x_axis(self, plotted: Plotted, frame: Frame) -> list[Strip]:
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
        if self._plotted is None or self._picture is None:
            return
        frame = self._picture.frame
        dot = 2 * (event.x - frame.left) + 0.5
        low, high = frame.x
        x = low + dot / (2 * frame.width - 1) * (high - low)
        place = int(np.argmin(np.abs(self._plotted.x - x)))
        self.post_message(self.Clicked(place))
