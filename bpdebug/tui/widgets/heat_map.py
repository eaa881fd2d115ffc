"""A heat map widget: two dots a terminal cell in half blocks, or signs and shades where there is no colour."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import groupby

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ...text import fit, number
from ..colors import BLANK, LEVELS, glyph_cell, half_block
from ..themes import is_colourless
from .background import Background, Failure
from .heat_levels import HeatImage, heat_image
from .steady import Steady

__all__ = ["HeatMap"]

_LEGEND_STEPS = 8


class HeatMap(Steady, can_focus=False):
    """Draws one sheet of an array, its scale in the last line (and what a dot stands for above it)."""

    COMPONENT_CLASSES = {"heat--ground"}

    DEFAULT_CSS = """
    HeatMap { width: 1fr; height: 1fr; & .heat--ground { color: $text; } }
    """

    def __init__(self, background: Background, id: str | None = None) -> None:
        super().__init__(id=id)
        self._background = background
        self._sheet: np.ndarray | None = None
        self._key: Hashable = None
        self._cursor: tuple[int, int] = (0, 0)
        self._lines: list[Strip] = []
        self._drawn: Hashable = None
        self._image: HeatImage | None = None

    def show_sheet(self, sheet: np.ndarray | None, key: Hashable) -> None:
        """Show a sheet (2-d, not empty; None for nothing); `key` names its content for good."""
        same = key == self._key and (sheet is None) == (self._sheet is None)
        self._sheet, self._key = sheet, key
        if not same:
            self.refresh()

    def show_cursor(self, row: int, column: int) -> None:
        """Mark the dot that holds the element at this place of the sheet."""
        if (row, column) != self._cursor:
            self._cursor = (row, column)
            self.refresh()

    def look_again(self) -> None:
        """The background has finished something: maybe this picture."""
        if self._image is None:
            self._drawn = None
            self.refresh()

    def natural_width(self) -> int:
        """Cells across that show the sheet well, were there room."""
        if self._sheet is None:
            return 0
        rows, columns = self._sheet.shape
        if rows == 1:
            return max(30, min(columns, 60))
        return max(30, columns * (3 if self._plain else 1))

    @property
    def _ground(self) -> Style:
        # A part's style is cached by Textual; the widget's own is worked out at each use, which takes long.
        return self.get_component_rich_style("heat--ground")

    @property
    def _plain(self) -> bool:
        return is_colourless(self.app)

    def render_line(self, y: int) -> Strip:
        """One line of the picture, its note or its scale."""
        width, height = self.size
        if self._sheet is None or width < 4 or height < 2:
            return Strip.blank(width, self._ground)
        dark = self.app.current_theme.dark
        drawn = (self._key, width, height, dark, self._plain, self._cursor, self._ground)
        if drawn != self._drawn:
            self._lines = self._draw(width, height, dark)
            self._drawn = drawn
        return self._lines[y] if y < len(self._lines) else Strip.blank(width, self._ground)

    def _draw(self, width: int, height: int, dark: bool) -> list[Strip]:
        assert self._sheet is not None
        image = self._ask(width, height)
        self._image = image if isinstance(image, HeatImage) else None
        base = self._ground
        if not isinstance(image, HeatImage):
            words = f"no heat map: {image}" if isinstance(image, Failure) else "drawing the heat map ..."
            return [Strip([Segment(fit(words, width), base)])]
        draw = self._glyph_lines if self._plain else self._block_lines
        lines = draw(image, dark)
        if image.scale_note:
            lines.append(Strip([Segment(fit(image.scale_note, width), base)]))
        lines.append(self._legend(image, dark))
        return [line.adjust_cell_length(width, base) for line in lines]

    def _ask(self, width: int, height: int) -> HeatImage | Failure | None:
        sheet = self._sheet
        assert sheet is not None

        def picture(lines: int) -> HeatImage:
            if self._plain:
                return heat_image(sheet, lines, width // 3)
            return heat_image(sheet, lines * 2, width)

        def fitted() -> HeatImage:
            image = picture(height - 1)
            return picture(height - 2) if image.scale_note and height > 2 else image

        return self._background.ask(("heat", self._key, width, height, self._plain), fitted, sheet.size)

    def _block_lines(self, image: HeatImage, dark: bool) -> list[Strip]:
        levels = image.levels
        if levels.shape[0] % 2:
            padding = np.full((1, levels.shape[1]), BLANK, np.int8)
            levels = np.concatenate([levels, padding])
        base = self._ground
        here_row, here_column = image.dot_of(*self._cursor)
        lines = []
        for row in range(0, levels.shape[0], 2):
            pairs = list(zip(levels[row].tolist(), levels[row + 1].tolist(), strict=True))
            segments = []
            for (top, bottom), run in groupby(pairs):
                text, style = half_block(top, bottom, dark, base)
                segments.append(Segment(text * len(list(run)), style))
            strip = Strip(segments, levels.shape[1])
            if row <= here_row < row + 2:
                strip = self._marked(strip, here_column, 1, dark)
            lines.append(strip)
        return lines

    def _glyph_lines(self, image: HeatImage, dark: bool) -> list[Strip]:
        base = self._ground
        here_row, here_column = image.dot_of(*self._cursor)
        lines = []
        for row, levels in enumerate(image.levels.tolist()):
            segments = []
            for level in levels:
                text, style = glyph_cell(level)
                segments += [Segment(text, base + style), Segment(" ", base)]
            strip = Strip(segments, 3 * len(levels))
            if row == here_row:
                strip = self._marked(strip, 3 * here_column, 2, dark)
            lines.append(strip)
        return lines

    def _marked(self, strip: Strip, start: int, width: int, dark: bool) -> Strip:
        """The strip with the cursor's mark on it: a cross on the dot, or the dot in reverse."""
        if start + width > strip.cell_length:
            return strip
        before, here, after = (
            strip.crop(0, start),
            strip.crop(start, start + width),
            strip.crop(start + width),
        )
        if self._plain:
            return Strip.join([before, here.apply_style(Style(reverse=True)), after])
        old = next(iter(here)).style or Style()
        ground = old.bgcolor or old.color
        mark = Style(color=_contrast(ground), bgcolor=ground, bold=True)
        text = here.text if here.text in "N∞" else "┼"
        return Strip.join([before, Strip([Segment(text, mark)]), after])

    def _legend(self, image: HeatImage, dark: bool) -> Strip:
        assert self._sheet is not None
        if image.low != image.low:
            return Strip([Segment("no finite value", self._ground)])
        low, high = (self._end_of_scale(value) for value in (image.low, image.high))
        if image.low == image.high:
            return Strip([Segment(f"all finite values are {high}", self._ground)])
        base, width = self._ground, self.size.width
        if image.signed:
            room = width - len(low) - len(high) - 5
            below = self._scale(-LEVELS, 0, room // 2, dark)
            above = self._scale(0, LEVELS, room // 2, dark)
            segments = [*below, Segment(" 0 ", base), *above]
        else:
            segments = self._scale(0, LEVELS, width - len(low) - len(high) - 2, dark)
        return Strip([Segment(f"{low} ", base), *segments, Segment(f" {high}", base)])

    def _scale(self, first: int, last: int, room: int, dark: bool) -> list[Segment]:
        """The colours (or shades) from one level to another, in at most `room` cells."""
        steps = max(0, min(_LEGEND_STEPS, room // 3 if self._plain else room))
        levels = np.linspace(first, last, steps).round().astype(int).tolist()
        if self._plain:
            return [Segment(" ".join(glyph_cell(level)[0] for level in levels), self._ground)]
        return [Segment(" ", half_block(level, level, dark, self._ground)[1]) for level in levels]

    def _end_of_scale(self, value: float) -> str:
        assert self._sheet is not None
        if self._sheet.dtype.kind in "biu":
            return number(int(value))
        return number(value, np.float32, digits=4)


def _contrast(ground: object) -> str:
    triplet = getattr(ground, "triplet", None)
    if triplet is None:
        return "#ffffff"
    return "#000000" if 0.3 * triplet.red + 0.59 * triplet.green + 0.11 * triplet.blue > 128 else "#ffffff"
