"""Short lines of text in named styles: what stands around the numbers in a pane."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.segment import Segment
from rich.text import Text
from textual.strip import Strip

from ...text import cell_width, fit
from .steady import Steady

__all__ = ["Lines", "Piece", "flow", "paragraph"]

_CONSOLE = Console(file=io.StringIO())

Piece = tuple[str, str]
"""A clean text and the name of its style: "" (plain), `muted`, `strong` or `alarm`."""


class Lines(Steady, can_focus=False):
    """Draws lines of pieces, each cut to the width; its height is its owner's to set."""

    COMPONENT_CLASSES = {"lines--plain", "lines--muted", "lines--strong", "lines--alarm"}

    DEFAULT_CSS = """
    Lines {
        height: 1; width: 1fr;
        & .lines--plain { color: $text; }
        & .lines--muted { color: $text-muted; }
        & .lines--strong { color: $text; text-style: bold; }
        & .lines--alarm { color: $text-error; text-style: bold; }
    }
    """

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[list[Piece]] = []

    def show(self, lines: list[list[Piece]]) -> None:
        """Draw these."""
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, or an empty one."""
        plain = self.get_component_rich_style("lines--plain")
        if y >= len(self._lines):
            return Strip.blank(self.size.width, plain)
        segments = [
            Segment(text, self.get_component_rich_style(f"lines--{style or 'plain'}"))
            for text, style in self._lines[y]
        ]
        return Strip(segments).adjust_cell_length(self.size.width, plain)


def paragraph(text: str, width: int, style: str = "") -> list[list[Piece]]:
    """A longer text in lines of at most `width` cells, broken between words where that is possible."""
    wrapped = Text(text).wrap(_CONSOLE, max(2, width))
    return [[(line.plain.rstrip(), style)] for line in wrapped]


def flow(pieces: Sequence[tuple[str, str]], width: int, lines: int) -> list[list[tuple[str, str]]]:
    """Lay (text, style name) pieces into lines of `width` cells with two spaces between; the last line is cut.

    A piece "" ends a line.
    """
    laid: list[list[tuple[str, str]]] = [[]]
    used = 0
    for text, style in pieces:
        if not text:
            if len(laid) < lines and laid[-1]:
                laid.append([])
                used = 0
            continue
        size = cell_width(text)
        if used and used + 2 + size > width and len(laid) < lines:
            laid.append([])
            used = 0
        if used:
            if used + 3 > width:
                continue
            laid[-1].append(("  ", ""))
            used += 2
        if used + size > width:
            text = fit(text, width - used)
            size = cell_width(text)
        laid[-1].append((text, style))
        used += size
    return laid[:lines]
