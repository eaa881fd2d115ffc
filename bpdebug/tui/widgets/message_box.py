"""A message that doesn't fit into the last line of the screen: whole, over the bottom of the panes."""

from __future__ import annotations

from rich.text import Text

from ...text import message_lines
from .part_style import text_style
from .steady import Steady

__all__ = ["MessageBox"]

_MOST_LINES = 4


class MessageBox(Steady):
    """Lies over what is below it, so that no pane changes its size; hidden where the message fits into one line."""

    COMPONENT_CLASSES = {"message--text"}

    def __init__(self) -> None:
        super().__init__(id="message-box")
        self._lines: list[str] = []

    def show_message(self, message: str, width: int, height: int) -> None:
        """Show `message` on a screen of this size, or hide where it fits into one line of that.

        At most a quarter of the screen is covered.
        """
        room = max(1, width - 2)
        lines = message_lines(message, room, max(2, min(_MOST_LINES, height // 4)))
        if len(lines) < 2:
            lines = []
        if lines != self._lines:
            self._lines = lines
            self.display = bool(lines)
            self.styles.height = max(1, len(lines))
            self.refresh(layout=True)

    @property
    def lines(self) -> list[str]:
        """What is shown."""
        return list(self._lines)

    def render(self) -> Text:
        style = text_style(self, "message--text")
        width = self.content_size.width
        made = Text(no_wrap=True, overflow="ellipsis", end="")
        for place, line in enumerate(self._lines):
            made.append(("\n" if place else "") + f" {line}".ljust(width), style)
        return made
