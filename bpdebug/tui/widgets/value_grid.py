"""A tensor's values as a table with headers and an element cursor, drawn from the visible block only."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ...text import fit
from .cell_format import CellFormat, cell_format
from .plane import Plane
from .steady import Steady

__all__ = ["ValueGrid"]

_ROUND_WRAPS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30, 40, 50, 100)


class ValueGrid(Steady, ScrollView, can_focus=False):
    """Shows one `Plane`; its owner has the keys and calls `move`."""

    COMPONENT_CLASSES = {
        "grid--header", "grid--header-here", "grid--value", "grid--zero", "grid--alarm", "grid--cursor",
    }  # fmt: skip

    DEFAULT_CSS = """
    ValueGrid {
        height: 1fr; width: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
        & .grid--header { color: $text-muted; }
        & .grid--header-here { color: $text-primary; text-style: bold; }
        & .grid--value { color: $text; }
        & .grid--zero { color: $text-muted; }
        & .grid--alarm { color: $text-error; text-style: bold; }
        & .grid--cursor { background: $primary-muted; color: $text; text-style: bold; }
    }
    """

    class Moved(Message):
        """The element cursor is somewhere else."""

    def watch_virtual_size(self, size: Size) -> None:
        # Only the scrollbars depend on it; when they come or go, Textual lays out by itself.
        self._scroll_update(size)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.plane: Plane | None = None
        self.format = CellFormat("exact", 0, 3)
        self._notation = "auto"
        # Where the cursor is in the unwrapped sheet: stays the same element when a resize wraps anew.
        self._cursor = (0, 0)
        self._header_width = 0

    # ---- what is shown --------------------------------------------------------------------------------------

    def show_array(self, array: np.ndarray, leading: tuple[int, ...], notation: str) -> None:
        """Show an array; the cursor stays where it is as far as the array reaches."""
        self._notation = notation
        self._lay(array, leading)
        self._keep_cursor_inside()
        self.reveal()
        self.refresh()

    def clear(self) -> None:
        """Show nothing."""
        if self.plane is None:
            return  # refreshed while it is hidden, a widget makes Textual lay out the whole screen again
        self.plane = None
        self.virtual_size = Size(0, 0)
        self.refresh()

    def natural_width(self) -> int:
        """How many cells all columns would take."""
        if self.plane is None:
            return 0
        columns = self.plane.sheet.shape[1] if self.plane.wrapped else self.plane.columns
        return self._header_width + columns * self._step + 1

    @property
    def _step(self) -> int:
        return self.format.width + 1

    def _lay(self, array: np.ndarray, leading: tuple[int, ...]) -> None:
        self.format = cell_format(Plane(array, leading).sample(), self._notation)
        wrap = 0
        if array.ndim == 1 and array.shape[0]:
            # One column is always left free for the scroll bar, whose coming must not wrap anew.
            room = (self.size.width or 80) - len(f"[{array.shape[0]}]") - 2
            fitting = max(1, room // self._step)
            wrap = max((count for count in _ROUND_WRAPS if count <= fitting), default=1)
            wrap = 0 if array.shape[0] <= fitting else wrap
        self.plane = Plane(array, leading, wrap)
        header = len(self.plane.column_header(self.plane.columns - 1)) if self.plane.columns else 0
        if header > self.format.width:
            self.format = replace(self.format, width=header)
        self._header_width = max(len(self.plane.row_header(max(0, self.plane.rows - 1))), 1) + 1
        self._set_virtual_size()

    def _set_virtual_size(self) -> None:
        assert self.plane is not None
        width = self._header_width + self.plane.columns * self._step
        self.virtual_size = Size(width, self.plane.rows + 1)

    # ---- the cursor -----------------------------------------------------------------------------------------

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor in the unwrapped sheet."""
        return self._cursor

    def cursor_index(self) -> tuple[int, ...] | None:
        """The full index of the element under the cursor; None where there is none."""
        if self.plane is None or not self.plane.size:
            return None
        return self.plane.index(*self.plane.cell_of(*self._cursor))

    def cursor_value(self) -> np.generic | None:
        """The element under the cursor."""
        if self.plane is None or not self.plane.size:
            return None
        return self.plane.element(*self.plane.cell_of(*self._cursor))

    def put_cursor(self, index: tuple[int, ...]) -> None:
        """Put the cursor on the element `index` of the array that is shown, if it has that."""
        if self.plane is not None and self.plane.size and index:
            self._set_cursor(*((0, index[0]) if len(index) == 1 else index[-2:]))

    def move(self, rows: int = 0, columns: int = 0) -> None:
        """Move the cursor by cells; it stops at the edges."""
        if self.plane is None or not self.plane.size:
            return
        row, column = self.plane.cell_of(*self._cursor)
        if self.plane.wrapped and columns and not rows:
            count = self.plane.sheet.shape[1]
            self._set_cursor(0, max(0, min(count - 1, self._cursor[1] + columns)))
            return
        self._set_cursor(*self.plane.offset(*self.plane.place(row + rows, column + columns)))

    def move_page(self, pages: int) -> None:
        """Move the cursor up or down by what the grid shows at once."""
        self.move(rows=pages * max(1, self.scrollable_content_region.height - 2))

    def move_to_edge(self, last: bool) -> None:
        """Move the cursor to the first or last element of its row; if it is there, of the sheet."""
        if self.plane is None or not self.plane.size:
            return
        row, column = self.plane.cell_of(*self._cursor)
        edge = self.plane.columns - 1 if last else 0
        if self.plane.place(row, edge) == (row, column):
            row = self.plane.rows - 1 if last else 0
        self._set_cursor(*self.plane.offset(*self.plane.place(row, edge)))

    def _set_cursor(self, row: int, column: int) -> None:
        if (row, column) != self._cursor:
            self._cursor = (row, column)
            self.reveal()
            self.refresh()
            self.post_message(self.Moved())

    def _keep_cursor_inside(self) -> None:
        if self.plane is None or not self.plane.size:
            return
        rows, columns = self.plane.sheet.shape
        row, column = self._cursor
        self._cursor = (min(row, rows - 1), min(column, columns - 1))

    def reveal(self) -> None:
        """Scroll as little as shows the cursor's whole cell."""
        if self.plane is None or not self.plane.size:
            return
        row, column = self.plane.cell_of(*self._cursor)
        region = self.scrollable_content_region
        height, width = max(1, region.height - 1), max(self._step, region.width - self._header_width)
        top, left = round(self.scroll_y), round(self.scroll_x)
        if row < top:
            top = row
        elif row >= top + height:
            top = row - height + 1
        start, end = column * self._step, (column + 1) * self._step
        if start < left:
            left = start
        elif end > left + width:
            left = -(-(end - width) // self._step) * self._step
        self.scroll_to(left, top, animate=False, force=True)

    # ---- drawing --------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of the screen: headers stay in place while the values scroll."""
        plane = self.plane
        width = self.scrollable_content_region.width
        base = self._style("grid--value")
        if plane is None or width <= 0:
            return Strip.blank(width, base)
        row = round(self.scroll_y) + y - 1
        if y and row >= plane.rows:
            return Strip.blank(width, base)
        # Whole columns only: the visible part of a number is another number.
        left = round(self.scroll_x)
        first = -(-left // self._step)
        room = max(0, width - self._header_width)
        last = max(first, min(plane.columns, (left + room + 1) // self._step))
        here_row, here_column = plane.cell_of(*self._cursor)
        if y == 0:
            cells = self._column_headers(first, last, here_column)
            head = Segment(" " * self._header_width, base)
        else:
            cells = self._values(row, first, last, here_column if row == here_row else -1)
            style = self._style("grid--header-here" if row == here_row else "grid--header")
            head = Segment(fit(plane.row_header(row), self._header_width - 1, "right") + " ", style)
        gap = min(room, first * self._step - left)
        line = Strip([head, Segment(" " * gap, base), *cells]).adjust_cell_length(width, base)
        if y == 0 and last < plane.columns:
            more = Strip([Segment("›", self._style("grid--header"))])
            line = Strip.join([line.crop(0, width - 1), more])
        return line

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)

    def _column_headers(self, first: int, last: int, here: int) -> list[Segment]:
        assert self.plane is not None
        plain, marked = self._style("grid--header"), self._style("grid--header-here")
        return [
            Segment(
                fit(self.plane.column_header(column), self.format.width, "right") + " ",
                marked if column == here else plain,
            )
            for column in range(first, last)
        ]

    def _values(self, row: int, first: int, last: int, here: int) -> list[Segment]:
        assert self.plane is not None
        values = self.plane.block(row, row + 1, first, last)
        write, width = self.format.text, self.format.width
        plain, zero = self._style("grid--value"), self._style("grid--zero")
        alarm, cursor = self._style("grid--alarm"), self._style("grid--cursor")
        cells = []
        for column, value in enumerate(values[0] if values else [], first):
            text = write(value)
            if len(text) > width:
                self._widen(len(text))
                text = fit(text, width)
            style = plain if value else zero
            if isinstance(value, (float, complex)) and not _is_finite(value):
                style = alarm
            if column == here:
                # A NaN stays red under the cursor; colour swapped with the ground shows the cursor there.
                style = style + Style(reverse=True) if style is alarm else cursor
                cells.append(Segment(text.rjust(width), style))
                cells.append(Segment(" ", plain))
            else:
                cells.append(Segment(text.rjust(width) + " ", style))
        return cells

    def _widen(self, width: int) -> None:
        """Make the columns wider for an integer that the sample had not shown; never narrower again."""
        self.format = replace(self.format, width=width)
        self.call_later(self._after_widening)

    def _after_widening(self) -> None:
        if self.plane is not None:
            self._set_virtual_size()
            self.reveal()
            self.refresh()

    # ---- events ---------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        if self.plane is not None:
            self._lay(self.plane.array, self.plane.leading)
            self.reveal()

    def on_click(self, event: events.Click) -> None:
        if self.plane is None or not self.plane.size or event.y == 0:
            return
        row = round(self.scroll_y) + event.y - 1
        column = (round(self.scroll_x) + event.x - self._header_width) // self._step
        if 0 <= row < self.plane.rows and event.x >= self._header_width:
            self._set_cursor(*self.plane.offset(*self.plane.place(row, column)))


def _is_finite(value: complex) -> bool:
    return math.isfinite(value.real) and math.isfinite(value.imag)
