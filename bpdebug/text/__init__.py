"""Texts for people: made harmless, cut to terminal cells, numbers short but true.

Knows neither events nor screens; both halves of the program use it.
"""

from __future__ import annotations

from .bars import decade_bar, decade_share, sparkline
from .cells import cell_width, fit
from .cleaning import clean, plain_lines
from .numbers import bytes_text, count_text, duration_text, number, shape_text, size_text
from .wrapping import message_lines

__all__ = [
    "bytes_text",
    "cell_width",
    "clean",
    "count_text",
    "decade_bar",
    "decade_share",
    "duration_text",
    "fit",
    "message_lines",
    "number",
    "plain_lines",
    "shape_text",
    "size_text",
    "sparkline",
]
