"""Pictures of the screen that tests compare with kept ones: what stands in each cell, and how it looks.

A picture is a small text file: the rows of the screen, then for each row the runs of its looks (`a12 b5`: 12 cells of
look `a`, then 5 of `b`), then what each letter means. So a difference can be read in a diff. Where a test fails, or
with `--new-pictures`, the screen is also written as SVG, to be looked at.
"""

from __future__ import annotations

import difflib
import functools
from itertools import groupby
from pathlib import Path

from rich.style import Style
from textual.app import App

from bpdebug.text import cell_width

__all__ = ["differences", "picture_of", "write_svg"]

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def picture_of(app: App[None]) -> str:
    """The screen of an app under test, as text."""
    strips = app.screen._compositor.render_strips()
    looks: dict[str, str] = {}
    rows, runs = [], []
    for strip in strips:
        cells = []
        for segment in strip:
            look = _look(segment.style)
            letter = looks.setdefault(look, _letter(len(looks)))
            cells += [letter] * cell_width(segment.text)
        rows.append(strip.text.rstrip())
        runs.append(" ".join(f"{letter}{len(list(same))}" for letter, same in groupby(cells)))
    legend = [f"{letter} = {look}" for look, letter in looks.items()]
    return "\n".join([*rows, "", *runs, "", *legend, ""])


def differences(kept: str, drawn: str) -> str:
    """The lines of two pictures that aren't the same."""
    found = difflib.unified_diff(kept.splitlines(), drawn.splitlines(), "kept", "drawn", lineterm="", n=0)
    return "\n".join(found)


def write_svg(app: App[None], path: Path) -> None:
    """The screen as a picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(app.export_screenshot(), encoding="utf-8")


def _letter(number: int) -> str:
    first, second = divmod(number, len(_LETTERS))
    return _LETTERS[second] * (first + 1)


@functools.lru_cache(1000)
def _look(style: Style | None) -> str:
    if style is None:
        return "plain"
    words = []
    if style.color is not None:
        words.append(style.color.get_truecolor().hex)
    if style.bgcolor is not None:
        words.append(f"on {style.bgcolor.get_truecolor().hex}")
    names = ("bold", "dim", "italic", "underline", "reverse", "strike")
    words += [name for name in names if getattr(style, name)]
    return " ".join(words) or "plain"
