"""Styles of a widget's parts, for lines that are put together by hand."""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.widget import Widget

from ..colors import contrast

__all__ = ["ground_style", "readable_on", "text_style"]

_READABLE = 3.0
"""The least contrast of text, as WCAG 2 counts it for text that is bold or large."""


def text_style(widget: Widget, part: str) -> Style:
    """Colour and attributes of text, without a background: what lies below shows.

    Unlike Textual's partial style it also has a colour that was given as a share of the contrast (`$text-muted`).
    """
    return _without_ground(
        widget.get_component_rich_style(part), widget.get_component_rich_style(part, partial=True)
    )


def ground_style(widget: Widget, part: str) -> Style:
    """What the theme says of the part and nothing that it inherits: a background or attributes to lay over."""
    return widget.get_component_rich_style(part, partial=True)


@lru_cache(maxsize=2048)
def readable_on(look: Style, ground: Style, plain: Style) -> Style:
    """`look`, with the colour of `plain` where its own can hardly be told from the background of `ground`.

    A theme sees to it that its colours can be read on its usual background, not on that of a marked line.
    """
    color, behind = look.color, ground.bgcolor
    if color is None or behind is None or color.is_default or behind.is_default:
        return look
    text, back = color.get_truecolor(), behind.get_truecolor()
    return look if contrast(text, back) >= _READABLE else look + Style(color=plain.color)


@lru_cache(maxsize=512)
def _without_ground(whole: Style, partial: Style) -> Style:
    return Style(
        color=whole.color,
        bold=partial.bold,
        italic=partial.italic,
        underline=partial.underline,
        reverse=partial.reverse,
        dim=partial.dim,
    )
