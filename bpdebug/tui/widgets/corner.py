"""The first rows and columns of a tensor in a few lines of text: a glance, where there is no room for a grid."""

from __future__ import annotations

import math

import numpy as np

from ...text import fit
from .cell_format import cell_format
from .lines import Piece
from .plane import Plane

__all__ = ["corner"]

_DIGITS = 5
_NARROWEST = 8


def corner(array: np.ndarray, width: int, height: int) -> list[list[Piece]]:
    """Lines of numbers, at most `height` of at most `width` (10 or more) cells; `…` and `⋮` where there are more.

    Of more than two axes the first sheet is shown, and said so; a vector wraps.
    """
    if not array.size:
        return [[("empty", "muted")]][:height]
    leading = (0,) * max(0, array.ndim - 2)
    form = cell_format(Plane(array, leading).sample(), digits=_DIGITS, narrowest=_NARROWEST)
    step = form.width + 1
    fitting = max(1, (width + 1) // step)
    plane = Plane(array, leading, wrap=fitting if array.ndim == 1 else 0)
    lines: list[list[Piece]] = []
    if leading:
        inside = ", ".join([*map(str, leading), ":", ":"])
        lines.append([(fit(f"[{inside}]", width), "muted")])
    room = height - len(lines)
    rows = plane.rows if plane.rows <= room else max(min(room, 1), room - 1)
    # A single row says at its end that there are more.
    end = "⋮" if rows == room == 1 < plane.rows else "…" if plane.columns > fitting else ""
    columns = min(plane.columns, max(1, (width - 1) // step) if end else fitting)
    for values in plane.block(0, rows, 0, columns):
        line: list[Piece] = []
        for value in values:
            finite = not isinstance(value, (float, complex)) or math.isfinite(abs(value))
            style = "alarm" if not finite else "" if value else "muted"
            line.append((fit(form.text(value), form.width, "right") + " ", style))
        if end:
            line.append((end, "muted"))
        lines.append(line)
    if rows < plane.rows and rows < room:
        lines.append([(fit("⋮".rjust(form.width), width), "muted")])
    return lines[:height]
