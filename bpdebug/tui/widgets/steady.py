"""Bases of widgets that know more of themselves than Textual does, so that it has less to work out anew.

Textual forgets the styles of a widget's parts with every refresh, which takes longer than drawing a line; and lays out
the whole screen a second time for each widget that a layout has given another size.
"""

from __future__ import annotations

from typing import Any

from rich.style import Style
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widget import Widget

__all__ = ["Fitted", "Steady"]


class Fitted(Widget):
    """A widget whose content takes the room that there is: how large that is changes nothing of the layout."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)


class Steady(Fitted):
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
