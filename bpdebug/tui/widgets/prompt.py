"""One line to type into: `:` for commands, `/` for a search, ... It hides when it isn't used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.suggester import Suggester
from textual.widgets import Input, Label

__all__ = ["Prompt", "PromptLine", "Suggestions"]

Suggestions = Callable[[str], Sequence[str]]
"""The whole lines that a beginning may become, the first of them the likeliest."""

_EDITING = {
    key: bound.action
    for bound in Input.BINDINGS
    if isinstance(bound, Binding)
    for key in bound.key.split(",")
}
"""What the keys do that aren't characters."""


_COMPLETING = ("tab", "shift+tab")


class _FirstSuggestion(Suggester):
    """Shows, behind what is typed, what Tab will make of it."""

    def __init__(self, suggest: Suggestions) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._suggest = suggest

    async def get_suggestion(self, value: str) -> str | None:
        return next(iter(self._suggest(value)), None) if value else None


class PromptLine(Input):
    """The field of a `Prompt`, which the application gives keys and pasted text to in the order of their arrival.

    On Textual's own way a key travels from widget to widget while those behind it are looked at already: what is
    typed at once with a key that opens or closes the line (a fast hand, a slow connection, a program) would go astray.
    """

    async def take(self, event: events.Key | events.Paste) -> None:
        """Carry out a key, or put in the first line of what was pasted."""
        prompt = self.parent
        assert isinstance(prompt, Prompt)
        if isinstance(event, events.Paste) or event.key not in _COMPLETING:
            prompt.forget_offers()
        if isinstance(event, events.Paste):
            self.replace((event.text.splitlines() or [""])[0], *self.selection)
        elif event.is_printable and event.character is not None:
            self.replace(event.character, *self.selection)
        elif not prompt.take_key(event.key) and event.key in _EDITING:
            await self.run_action(_EDITING[event.key])


class Prompt(Horizontal):
    """Opened with a mark; calls `entered` with it and what was typed, or `left` if it was closed without Enter.

    It does so before it looks at another key. Tab and Shift-Tab go through what the line may become; `offered` is
    told those lines and the place of the one that is taken, and an empty list when something else is typed. `changed`
    is told the mark and what stands in the line, whenever that is another text.
    """

    def __init__(
        self,
        entered: Callable[[str, str], None],
        left: Callable[[], None],
        offered: Callable[[Sequence[str], int], None] = lambda offers, place: None,
        changed: Callable[[str, str], None] = lambda mark, text: None,
    ) -> None:
        super().__init__(id="prompt")
        self._entered = entered
        self._left = left
        self._offered = offered
        self._changed = changed
        self._mark = ":"
        self._suggest: Suggestions | None = None
        self._offers: Sequence[str] = ()
        self._offer = -1
        self._history: dict[str, list[str]] = {}
        self._place = 0

    def compose(self) -> ComposeResult:
        yield Label(":", id="prompt-mark", markup=False)
        yield PromptLine(compact=True, id="prompt-input", select_on_focus=False)

    @property
    def _input(self) -> Input:
        return self.query_one("#prompt-input", Input)

    def open(
        self, mark: str, suggestions: Sequence[str] | Suggestions, placeholder: str = "", typed: str = ""
    ) -> None:
        """Show the line with what is `typed` already, and take the keys; `suggestions` as whole lines."""
        self._mark = mark
        self._offers = ()
        self.query_one("#prompt-mark", Label).update(mark)
        field = self._input
        field.value = typed
        field.cursor_position = len(typed)
        field.placeholder = placeholder
        self._suggest = suggestions if callable(suggestions) else partial(_beginning_with, suggestions)
        field.suggester = _FirstSuggestion(self._suggest)
        self._place = len(self._history.get(mark, []))
        self.display = True
        # Not `field.focus()`, which would let the keys that are waiting go before it.
        self.screen.set_focus(field)

    def put_cursor(self, column: int) -> None:
        """Put the cursor on a character of what is typed."""
        self._input.cursor_position = column

    def close(self) -> None:
        """Hide the line."""
        self.display = False

    def _enter(self) -> None:
        text = self._input.value.strip()
        past = self._history.setdefault(self._mark, [])
        if text and text not in past[-1:]:
            past.append(text)
        self.close()
        self._entered(self._mark, text)

    def _complete(self, step: int) -> None:
        """Take the next of what is suggested: looked up here, for Textual may not have come to it yet."""
        field = self._input
        if not self._offers and self._suggest is not None and field.value:
            self._offers, self._offer = self._suggest(field.value), -1 if step > 0 else 0
        if self._offers:
            self._offer = (self._offer + step) % len(self._offers)
            field.value = self._offers[self._offer]
            self._offered(self._offers, self._offer)
            if len(self._offers) == 1:  # the next Tab is about what follows it
                self._offers = ()
        field.cursor_position = len(field.value)

    def forget_offers(self) -> None:
        """Something else than Tab was pressed: the next Tab starts from what stands there then."""
        if self._offers:
            self._offers = ()
            self._offered((), 0)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self._changed(self._mark, self._input.value)

    def take_key(self, key: str) -> bool:
        """Carry out a key that the line alone has no use for; False if it is none."""
        field, past = self._input, self._history.get(self._mark, [])
        if key in ("escape", "ctrl+c") or (key == "backspace" and not field.value):
            self.close()
            self._left()
        elif key == "enter":
            self._enter()
        elif key in _COMPLETING:
            self._complete(1 if key == "tab" else -1)
        elif key in ("up", "down"):
            self._place = max(0, min(len(past), self._place + (-1 if key == "up" else 1)))
            field.value = past[self._place] if self._place < len(past) else ""
            field.cursor_position = len(field.value)
        else:
            return False
        return True


def _beginning_with(lines: Sequence[str], typed: str) -> list[str]:
    return [line for line in lines if line.startswith(typed)]
