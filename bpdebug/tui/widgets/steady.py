"""Styles of a widget's parts, kept until the stylesheet says otherwise.

Textual forgets them with every refresh and works them out anew, which takes longer than drawing a line.
"""

from __future__ import annotations

from typing import Any

from rich.style import Style
from textual.widget import Widget

__all__ = ["Steady"]


class Steady(Widget):
    """Base of widgets that put their lines together by hand."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._parts: dict[tuple[tuple[str, ...], bool], Style] = {}
        self._base: Style | None = None

    def notify_style_update(self) -> None:
        self._parts.clear()
        self._base = None
        super().notify_style_update()

    @property
    def base(self) -> Style:
        """The widget's own colours."""
        if self._base is None:
            self._base = self.rich_style
        return self._base

    def get_component_rich_style(
        self, *names: str, partial: bool = False, default: Style | None = None
    ) -> Style:
        found = self._parts.get((names, partial))
        if found is None:
            found = super().get_component_rich_style(*names, partial=partial, default=default)
            self._parts[names, partial] = found
        return found
