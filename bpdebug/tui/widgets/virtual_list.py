"""A list of any length of which only the visible rows are ever made."""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..timers import SureTimers
from .steady import Steady

__all__ = ["LineView", "VirtualList", "strip_of"]


def strip_of(pieces: list[tuple[str, Style]], width: int, base: Style, scrolled: int = 0) -> Strip:
    """A line of the screen: pieces of clean text on `base`, `width` cells of it from cell `scrolled` on."""
    segments = [Segment(text, base + style) for text, style in pieces if text]
    strip = Strip(segments)
    if scrolled:
        strip = strip.crop(scrolled)
    return strip.crop(0, width).extend_cell_length(width, base)


class LineView(SureTimers, Steady, ScrollView, can_focus=True, inherit_bindings=False):
    """A scrolling widget that draws its lines on demand, and whose growth costs no new layout of the screen."""

    def watch_virtual_size(self, size: Size) -> None:
        # Only the scrollbars depend on it; when they come or go, Textual lays out by itself.
        self._scroll_update(size)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """No style of a list depends on who has the focus: its rows show that, and they are drawn anew anyway."""

    @property
    def columns(self) -> int:
        """Cells across that lines have."""
        return self.scrollable_content_region.width

    @property
    def page(self) -> int:
        """How many lines can be seen at once."""
        return max(1, self.scrollable_content_region.height)


class VirtualList(LineView):
    """Rows that a subclass draws on demand, with a cursor that keys and clicks move.

    A subclass has `row_count`, `draw_row` and, if it likes, `row_chosen` (Enter or a double click).
    """

    MARGIN = 2
    """Rows kept in sight above and below the cursor when it moves."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.cursor = 0
        self._header = 0
        """Lines above the rows that don't scroll, as `header_lines` said when the rows were drawn last."""

    @property
    def header_lines(self) -> int:
        """How many lines `draw_header` wants above the rows."""
        return 0

    def draw_header(self, line: int, width: int) -> Strip:
        """The picture of a line above the rows."""
        raise TypeError(f"{type(self).__name__} doesn't say how its header looks")

    def header_clicked(self, line: int, column: int) -> None:
        """The person clicked there."""

    @property
    def page(self) -> int:
        return max(1, self.scrollable_content_region.height - self._header)

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise TypeError(f"{type(self).__name__} doesn't say how many rows it has")

    def draw_row(self, row: int, width: int) -> Strip:
        """The picture of one row."""
        raise TypeError(f"{type(self).__name__} doesn't say how its rows look")

    def row_chosen(self, row: int) -> None:
        """The person pressed Enter on the row, or clicked it twice."""

    def cursor_moved(self) -> None:
        """The cursor is on another row now."""

    # ---- drawing ----------------------------------------------------------------------------------------------

    def refresh_rows(self) -> None:
        """The rows have changed, or how many there are: draw what is visible anew."""
        self._header = self.header_lines
        # As wide as the widget: rows are cut, never scrolled sideways.
        size = Size(0, self.row_count + self._header)
        if size != self.virtual_size:
            self.virtual_size = size
        self.cursor = max(0, min(self.cursor, self.row_count - 1))
        self.refresh()

    def refresh_row(self, row: int) -> None:
        """Draw one row anew, if it is in sight."""
        if 0 <= row - self.scroll_offset.y < self.page:
            self.refresh_line(row + self._header)

    def refresh_header(self) -> None:
        """Draw the lines above the rows anew."""
        for line in range(self._header):
            self.refresh_line(line + self.scroll_offset.y)

    def render_line(self, y: int) -> Strip:
        if y < self._header:
            return self.draw_header(y, self.columns)
        row = y - self._header + self.scroll_offset.y
        if not 0 <= row < self.row_count:
            return Strip.blank(self.columns, self.base)
        return self.draw_row(row, self.columns)

    def on_resize(self) -> None:
        if self._header != self.header_lines:
            self.refresh_rows()
        # Also when it comes to light after rows and cursor were set while it was hidden.
        self.show_row(self.cursor, center=True)

    # ---- the cursor -------------------------------------------------------------------------------------------

    def move_cursor(self, row: int, center: bool = False) -> None:
        """Put the cursor on `row` (the nearest one that exists) and scroll it into sight."""
        row = max(0, min(row, self.row_count - 1))
        if row != self.cursor:
            self.refresh_row(self.cursor)
            self.cursor = row
            self.refresh_row(row)
            self.cursor_moved()
        self.show_row(row, center)

    def show_row(self, row: int, center: bool = False) -> None:
        """Scroll as little as needed to see `row`.

        With `center`, farther, so that walking on from there doesn't draw every row anew at each step: to the
        middle if the row is out of sight, else to the third of the page that leaves most to come.
        """
        top, page = self.scroll_offset.y, self.page
        margin = min(self.MARGIN, (page - 1) // 2)
        if top + margin <= row < top + page - margin:
            return
        if center and not top <= row < top + page:
            target = row - page // 2
        elif row < top + margin:
            target = row - (page * 2 // 3 if center else margin)
        else:
            target = row - (page // 3 if center else page - 1 - margin)
        self.scroll_to(y=max(0, target), animate=False, immediate=True, force=True)

    def action_cursor(self, rows: int) -> None:
        self.move_cursor(self.cursor + rows)

    def action_cursor_page(self, pages: int) -> None:
        self.move_cursor(self.cursor + pages * max(1, self.page - 1))

    def action_cursor_end(self, end: int) -> None:
        self.move_cursor(0 if end < 0 else self.row_count - 1)

    def action_enter(self) -> None:
        if self.row_count:
            self.row_chosen(self.cursor)

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is None:
            return
        if at.y < self._header:
            self.header_clicked(at.y, at.x)
            return
        row = at.y - self._header + self.scroll_offset.y
        if 0 <= row < self.row_count:
            self.move_cursor(row)
            if event.chain >= 2:
                self.row_chosen(row)
