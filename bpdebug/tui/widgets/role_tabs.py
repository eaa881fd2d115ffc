"""One line of tabs inside a pane: the tensors of an event, or the curves of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from ...text import cell_width
from .steady import Steady

__all__ = ["RoleTab", "RoleTabs"]


@dataclass(frozen=True)
class RoleTab:
    """A tab: tabs of one `group` stand together, and the group's name before them."""

    label: str
    group: str = ""
    alarm: bool = False
    """Holds a NaN or an infinity: marked with `!`."""


class RoleTabs(Steady, can_focus=False):
    """Draws tabs; a click posts `Chosen`. When there are more than fit, the chosen one stays in sight."""

    COMPONENT_CLASSES = {"roles--group", "roles--tab", "roles--chosen", "roles--alarm", "roles--words"}

    DEFAULT_CSS = """
    RoleTabs {
        height: 1;
        & .roles--group { color: $text-muted; }
        & .roles--tab { color: $text; }
        & .roles--chosen { background: $primary-muted; color: $text; text-style: bold; }
        & .roles--alarm { color: $text-error; text-style: bold; }
        & .roles--words { color: $text; text-style: bold; }
    }
    """

    class Chosen(Message):
        """The tab in this place was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self) -> None:
        super().__init__()
        self._tabs: tuple[RoleTab, ...] = ()
        self._chosen = 0
        self._words = ""
        self._spans: list[tuple[int, int, int]] = []
        self._skipped = 0

    def show(self, tabs: Sequence[RoleTab], chosen: int, words: str = "") -> None:
        """Draw these tabs, the one in place `chosen` lit; clean `words` where there are none."""
        if (tuple(tabs), chosen, words) != (self._tabs, self._chosen, self._words):
            self._tabs, self._chosen, self._words = tuple(tabs), chosen, words
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line; what is left of the chosen tab goes first when it is too long."""
        style = self.get_component_rich_style
        width, base = self.size.width, style("roles--tab")
        segments: list[Segment] = []
        self._spans = []
        if not self._tabs:
            return Strip([Segment(self._words, style("roles--words"))]).adjust_cell_length(width, base)
        x, group = 0, ""
        for place, tab in enumerate(self._tabs):
            if tab.group and tab.group != group:
                text = f"{'  ' if place else ''}{tab.group}:"
                segments.append(Segment(text, style("roles--group")))
                x += cell_width(text)
            group = tab.group
            lit = place == self._chosen
            # Brackets, so that the chosen one shows without colour too.
            label = tab.label + "!" * tab.alarm
            text = f"[{label}]" if lit else f" {label} "
            look = "roles--chosen" if lit else "roles--alarm" if tab.alarm else "roles--tab"
            self._spans.append((x, x + cell_width(text), place))
            segments.append(Segment(text, style(look)))
            x = self._spans[-1][1]
        self._skipped = 0
        if x > width and self._spans:
            end = self._spans[min(self._chosen, len(self._spans) - 1)][1]
            self._skipped = max(0, min(end + width // 3, x) - width)
        strip = Strip(segments, x).crop_extend(self._skipped, self._skipped + width, base)
        more_left, more_right = self._skipped > 0, x - self._skipped > width
        if width > 4 and (more_left or more_right):
            left = Strip([Segment("‹", style("roles--group"))]) if more_left else strip.crop(0, 1)
            right = Strip([Segment("›", style("roles--group"))]) if more_right else strip.crop(width - 1)
            strip = Strip.join([left, strip.crop(1, width - 1), right])
        return strip

    def on_click(self, event: events.Click) -> None:
        for start, end, place in self._spans:
            if start <= event.x + self._skipped < end:
                self.post_message(self.Chosen(place))
                return
