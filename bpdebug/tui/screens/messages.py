"""What was said in the last line of the screen, the latest first and each in full."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

__all__ = ["MessageHistory", "MessagesScreen"]

_KEPT = 200


class MessageHistory:
    """The latest messages, with the time of day at which they were said."""

    def __init__(self) -> None:
        self._messages: deque[tuple[str, str]] = deque(maxlen=_KEPT)

    def add(self, text: str) -> None:
        """Keep a message, unless it is empty or what was said last."""
        if text and not (self._messages and self._messages[-1][1] == text):
            self._messages.append((time.strftime("%H:%M:%S"), text))

    def latest_first(self) -> list[tuple[str, str]]:
        """(time of day, text)."""
        return list(reversed(self._messages))


class MessagesScreen(ModalScreen[None]):
    """Closed by Escape, `q` or the key that opened it."""

    BINDINGS = [("escape,q,M,ctrl+q", "dismiss", "close the messages")]

    def __init__(self, messages: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self._messages = list(messages)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(self.text(), id="help-text")

    def text(self) -> Text:
        """All of them."""
        made = Text()
        made.append("The latest first. ↑ ↓ PgUp PgDn scroll here, Esc closes.\n", "italic")
        for said_at, text in self._messages:
            made.append(f"\n{said_at}  ", "bold")
            made.append(f"{text}\n")
        if not self._messages:
            made.append("\nNothing was said yet.\n")
        return made

    def on_mount(self) -> None:
        self.query_one("#help").border_title = "Messages"
