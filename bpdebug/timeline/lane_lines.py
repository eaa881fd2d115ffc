"""How strong a line of a graph is drawn: by the norm of the gradient that flows along it."""

from __future__ import annotations

import math
from enum import Enum

__all__ = ["EXPLODING", "VANISHING", "Line", "line_of", "with_line"]

VANISHING, EXPLODING = 1e-5, 10.0
"""Norms below and from which on a line is dashed and heavy."""


class Line(Enum):
    """Looks of a line; `PLAIN` as well where no gradient is known."""

    DASHED = 1
    PLAIN = 2
    HEAVY = 3
    DOUBLE = 4


_PLAIN = "│─╯╰╮╭┤├┴┬┼"
_LOOKS = {
    Line.DASHED: str.maketrans("│─", "┆┄"),
    Line.HEAVY: str.maketrans(_PLAIN, "┃━┛┗┓┏┫┣┻┳╋"),
    Line.DOUBLE: str.maketrans(_PLAIN, "║═╝╚╗╔╣╠╩╦╬"),
}


def line_of(norm: float) -> Line:
    """The line for a gradient of this norm; that of NaN and the infinities is double."""
    if not math.isfinite(norm):
        return Line.DOUBLE
    if norm < VANISHING:
        return Line.DASHED
    return Line.HEAVY if norm >= EXPLODING else Line.PLAIN


def with_line(cells: str, line: Line) -> str:
    """Characters of `lanes` drawn with this line."""
    look = _LOOKS.get(line)
    return cells if look is None else cells.translate(look)
