"""One line to type into: `:` for commands, `/` for a search, ... It hides when it isn't used."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label

__all__ = ["Prompt"]


_EDITING = {
    key: bound.action
    for bound in Input.BINDINGS
    if isinstance(bound, Binding)
    for key in bound.key.split(",")
}
"""What the keys do that aren't characters."""


class _Line(Input):
    """Carries out each key before it looks at the next one.

    Textual lets a key that is bound travel up to the application, while the characters behind it are put in here:
    ctrl+u, a text and Enter that come at once (from a fast hand, a slow connection, a program) would empty the line
    after the text was typed.
    """

    async def on_key(self, event: events.Key) -> None:
        prompt = self.parent
        assert isinstance(prompt, Prompt)
        if event.is_printable:
            return
        if not prompt.take_key(event.key):
            if event.key not in _EDITING:
                return
            await self.run_action(_EDITING[event.key])
        event.stop()
        event.prevent_default()


class Prompt(Horizontal):
    """Opened with a mark; says what was typed, or that it was left."""

    class Entered(Message):
        """The person pressed Enter: `mark` is what the line was opened with."""

        def __init__(self, mark: str, text: str) -> None:
            super().__init__()
            self.mark = mark
            self.text = text

    class Left(Message):
        """The line was left without Enter."""

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self._mark = ":"
        self._history: dict[str, list[str]] = {}
        self._place = 0

    def compose(self) -> ComposeResult:
        yield Label(":", id="prompt-mark", markup=False)
        yield _Line(compact=True, id="prompt-input", select_on_focus=False)

    @property
    def _input(self) -> Input:
        return self.query_one("#prompt-input", Input)

    def open(self, mark: str, suggestions: list[str], placeholder: str = "", typed: str = "") -> None:
        """Show the line with what is `typed` already, and take the keys."""
        self._mark = mark
        self.query_one("#prompt-mark", Label).update(mark)
        field = self._input
        field.value = typed
        field.cursor_position = len(typed)
        field.placeholder = placeholder
        field.suggester = SuggestFromList(suggestions) if suggestions else None
        self._place = len(self._history.get(mark, []))
        self.display = True
        field.focus()

    def put_cursor(self, column: int) -> None:
        """Put the cursor on a character of what is typed."""
        self._input.cursor_position = column

    def close(self) -> None:
        """Hide the line."""
        self.display = False

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        text = message.value.strip()
        past = self._history.setdefault(self._mark, [])
        if text and text not in past[-1:]:
            past.append(text)
        self.close()
        self.post_message(self.Entered(self._mark, text))

    def take_key(self, key: str) -> bool:
        """Carry out a key that the line alone has no use for; False if it is none."""
        field, past = self._input, self._history.get(self._mark, [])
        if key in ("escape", "ctrl+c") or (key == "backspace" and not field.value):
            self.close()
            self.post_message(self.Left())
        elif key == "tab":
            # As shells do: take what is suggested.
            field.action_cursor_right()
            field.cursor_position = len(field.value)
        elif key in ("up", "down"):
            self._place = max(0, min(len(past), self._place + (-1 if key == "up" else 1)))
            field.value = past[self._place] if self._place < len(past) else ""
            field.cursor_position = len(field.value)
        else:
            return False
        return True
