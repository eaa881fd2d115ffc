"""Styles of a widget's parts, for lines that are put together by hand."""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.widget import Widget

__all__ = ["ground_style", "text_style"]


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
