"""Norms of gradients for drawing: computed once each, big ones off the screen's thread, and the look of their bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.style import Style

from ...text import decade_bar, decade_share, fit, number, size_text
from ...timeline import Statistics, joint_norm
from ..colors import LEVELS, ramp
from ..widgets.background import Background, Failure
from .norms import Norms

if TYPE_CHECKING:
    from ...timeline import Timeline

__all__ = ["NUMBER", "BarShape", "GradientNorms", "bar_pieces", "bar_style"]


NUMBER = 9
"""Cells of a norm with four digits, and of the space before it."""


class GradientNorms:
    """Joint norms of several tensors, and how they are drawn."""

    def __init__(self, background: Background) -> None:
        self._norms = Norms(background)

    def use(self, timeline: Timeline) -> None:
        """Numbers of tensors are those of this run from now on."""
        self._norms.use(timeline)

    def joint(self, tensors: Iterable[int]) -> float | str | None:
        """Their joint L2 norm; None where there is no tensor; in a word why not: `...` (soon), `not kept`."""
        found: list[Statistics] = []
        for tensor in tensors:
            one = self._norms.of(tensor)
            if one is None:
                return "..."
            if isinstance(one, Failure):
                return "not kept"
            found.append(one)
        return joint_norm(found)


@dataclass(frozen=True)
class BarShape:
    """Cells of a bar and of the number after it; without a number 0."""

    bar: int
    number: int = NUMBER

    @property
    def width(self) -> int:
        """Both together."""
        return self.bar + self.number


def bar_pieces(
    norm: float | str | None, shape: BarShape, dark: bool, coloured: bool, alarm: Style, none: str = "-"
) -> list[tuple[str, Style]]:
    """A bar and the number after it, together `shape.width`; the colour only says it once more.

    What isn't finite has no bar, but a word in the style `alarm`; where there is no norm stands a word: `none`.
    """
    if norm is None or isinstance(norm, str):
        return [(fit(norm or none, shape.width, "left" if len(norm or none) > 3 else "right"), Style.null())]
    bar = decade_bar(norm, shape.bar)
    if norm != norm or norm in (float("inf"), float("-inf")):
        return [(bar, alarm), (f"{number(norm):>{shape.number}}" if shape.number else "", alarm)]
    style = bar_style(norm, dark) if coloured else Style.null()
    text = fit(size_text(norm), shape.number, "right") if shape.number else ""
    return [(bar, style), (text, Style.null())]


def bar_style(norm: float, dark: bool) -> Style:
    """The colour of a finite norm."""
    return _level_style(round(decade_share(norm) * LEVELS), dark)


@lru_cache(maxsize=4 * LEVELS)
def _level_style(level: int, dark: bool) -> Style:
    # The ends of the ramp nearest to the ground would hardly be seen.
    return Style(color=ramp(LEVELS // 4 + level * 3 // 4, dark))
