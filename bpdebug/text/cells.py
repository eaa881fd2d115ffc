"""How wide a text is in a terminal, and how to make it exactly as wide as wanted."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

__all__ = ["cell_width", "fit"]

ELLIPSIS = "…"


def cell_width(text: str) -> int:
    """How many terminal cells `text` takes: wide characters take two, combining marks none."""
    return cell_len(text)


def fit(text: str, width: int, align: str = "left", cut: str = "end") -> str:
    """Make `text` exactly `width` cells wide: padded with spaces, or cut with `…` in place of what is gone.

    Args:
        text: one line, already clean.
        width: cells, 0 or more.
        align: `left` or `right`: where the text stands when it is too short.
        cut: `end` or `start`: what goes when it is too long. Paths read best when their start goes.

    Returns:
        A text of `cell_width` `width`, always.
    """
    if width <= 0:
        return ""
    size = cell_len(text)
    if size > width:
        if cut == "start":
            return _last_cells(text, width - 1, ELLIPSIS)
        kept = set_cell_size(text, width - 1)
        return kept + ELLIPSIS
    padding = " " * (width - size)
    return padding + text if align == "right" else text + padding


def _last_cells(text: str, width: int, mark: str) -> str:
    """`mark` and the end of `text`, `width` cells of it; of a halved wide character a space stays."""
    start, taken = len(text), 0
    while start > 0:
        size = cell_len(text[start - 1 :])
        if size > width:
            break
        start, taken = start - 1, size
    return mark + " " * (width - taken) + text[start:]
