"""One line above a pane: the tabs of its place, the one in front lit, and right of them its subtitle."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.message import Message

from ...text import cell_width, fit
from .part_style import ground_style, text_style
from .steady import Steady

__all__ = ["Tab", "TabStrip"]

_LEAST_SUBTITLE = 8
_CUT = 4
"""Letters that a title keeps where there is no room for more."""


@dataclass(frozen=True)
class Tab:
    """A pane as its tab shows it, with the key that goes there."""

    pane: str
    key: str
    title: str


class TabStrip(Steady):
    """Tabs of the panes that share one place; a click on one chooses it."""

    COMPONENT_CLASSES = {"tabs--shown", "tabs--hidden", "tabs--subtitle"}

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    class Dragged(Message):
        """The line is dragged to row `y` of the screen; `over` when it is let go."""

        def __init__(self, strip: TabStrip, y: int, over: bool) -> None:
            super().__init__()
            self.strip = strip
            self.y = y
            self.over = over

    def __init__(self) -> None:
        super().__init__()
        self._dragged = False
        self._tabs: tuple[Tab, ...] = ()
        self._shown = ""
        self._subtitle = ""
        self._ends: list[tuple[int, str]] = []

    def show(self, tabs: tuple[Tab, ...], shown: str, subtitle: str, focused: bool) -> None:
        """Draw these tabs, `shown` in front."""
        self.set_class(focused, "-focused")
        if (tabs, shown, subtitle) != (self._tabs, self._shown, self._subtitle):
            self._tabs, self._shown, self._subtitle = tabs, shown, subtitle
            self.refresh()

    def render(self) -> Text:
        width = self.content_size.width
        labels = tab_labels(self._tabs, self._shown, width)
        line = Text(no_wrap=True, overflow="ellipsis", end="")
        self._ends = []
        for tab, label in zip(self._tabs, labels, strict=True):
            part = "tabs--shown" if tab.pane == self._shown else "tabs--hidden"
            line.append(label, ground_style(self, part) + text_style(self, part))
            self._ends.append((line.cell_len, tab.pane))
        room = width - line.cell_len - 2
        if self._subtitle and room >= _LEAST_SUBTITLE:
            cut = "start" if "/" in self._subtitle else "end"  # of a path the end says most
            text = fit(self._subtitle, min(room, cell_width(self._subtitle)), cut=cut)
            line.append(f" {text}", text_style(self, "tabs--subtitle"))
        return line

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._dragged = False
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self and (self._dragged or event.screen_y != self.region.y):
            self._dragged = True
            self.post_message(self.Dragged(self, event.screen_y, over=False))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()
        if self._dragged:
            self.post_message(self.Dragged(self, event.screen_y, over=True))

    def on_click(self, event: events.Click) -> None:
        if self._dragged:
            return
        for end, pane in self._ends:
            if event.x < end:
                self.post_message(self.Chosen(pane))
                return
        self.post_message(self.Chosen(self._shown))


def tab_labels(tabs: tuple[Tab, ...], shown: str, width: int) -> list[str]:
    """A label for each tab; in a narrow place with less space, then with titles cut except for the one in front."""
    full = [f" {tab.key} {tab.title} " for tab in tabs]
    tight = [f" {tab.key} {tab.title}" for tab in tabs]
    cut = [
        label if tab.pane == shown else f" {tab.key} {tab.title[:_CUT]}"
        for tab, label in zip(tabs, full, strict=True)
    ]
    for labels in (full, tight, cut):
        if sum(map(cell_width, labels)) <= width:
            return labels
    return [label if tab.pane == shown else f" {tab.key} " for tab, label in zip(tabs, full, strict=True)]
