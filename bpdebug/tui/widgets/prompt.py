"""One line to type into: `:` for commands, `/` for a search, ... It hides when it isn't used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.suggester import Suggester
from textual.widgets import Input, Label
from textual.widgets.input import Selection

__all__ = ["Prompt", "PromptLine", "PromptOwner", "Suggestions"]

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
_INDENT = "    "


class PromptOwner(Protocol):
    """Who opens a prompt, and is told what comes of it; `mark` is what it was opened with."""

    def prompt_entered(self, mark: str, text: str) -> None:
        """This was typed, and Enter. One that doesn't stay open is closed already."""

    def prompt_left(self) -> None:
        """It was closed without Enter."""

    def prompt_changed(self, mark: str, text: str) -> None:
        """What stands in the line is another text now."""

    def prompt_key(self, mark: str, key: str) -> bool:
        """A key that the prompt has no use for: True if this is answer enough."""

    def completions_offered(self, offers: Sequence[str], place: int) -> None:
        """Tab has made the line the one of `offers` at `place`; no offers: something else was typed after that."""


class _FirstSuggestion(Suggester):
    """Shows, behind what is typed, what Tab will make of it."""

    def __init__(self, suggest: Suggestions) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._suggest = suggest

    async def get_suggestion(self, value: str) -> str | None:
        first = next(iter(self._suggest(value)), "") if value else ""
        # It is shown behind what is typed, so it must go on with that.
        return first if first.startswith(value) and first else None


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
            prompt.paste(event.text)
        elif event.is_printable and event.character is not None:
            self.replace(event.character, *self.selection)
        elif not prompt.take_key(event.key) and event.key in _EDITING:
            await self.run_action(_EDITING[event.key])


class Prompt(Horizontal):
    """Opened with a mark; tells its `PromptOwner` what was typed, before it looks at another key.

    Tab and Shift-Tab go through what the line may become.
    """

    def __init__(self, owner: PromptOwner) -> None:
        super().__init__(id="prompt")
        self._owner = owner
        self._mark = ":"
        self._stays = False
        self._suggest: Suggestions | None = None
        self._offers: Sequence[str] = ()
        self._offer = -1
        self._histories: dict[str, list[str]] = {}
        self._history: list[str] = []
        self._place = 0

    def compose(self) -> ComposeResult:
        yield Label(":", id="prompt-mark", markup=False)
        yield PromptLine(compact=True, id="prompt-input", select_on_focus=False)

    @property
    def _input(self) -> Input:
        return self.query_one("#prompt-input", Input)

    def open(
        self,
        mark: str,
        suggestions: Sequence[str] | Suggestions,
        placeholder: str = "",
        typed: str = "",
        stays_for: str = "",
    ) -> None:
        """Show the line with what is `typed` already, and take the keys.

        Args:
            suggestions: whole lines, or what gives those for a beginning.
            stays_for: names what many lines are typed for: it stays open until Escape, takes lines as they are, with
                the space around them and several at once, and has a history of its own.
        """
        self._mark = mark
        self._stays = bool(stays_for)
        self._offers = ()
        self.query_one("#prompt-mark", Label).update(mark)
        field = self._input
        field.value = typed
        field.cursor_position = len(typed)
        field.placeholder = placeholder
        self._suggest = suggestions if callable(suggestions) else partial(_beginning_with, suggestions)
        # What is asked for on each key must be there at once, which a script's answer isn't.
        field.suggester = None if self._stays else _FirstSuggestion(self._suggest)
        self._history = self._histories.setdefault(stays_for or mark, [])
        self._place = len(self._history)
        self.display = True
        # Not `field.focus()`, which would let the keys that are waiting go before it.
        self.screen.set_focus(field)

    def put_cursor(self, column: int) -> None:
        """Put the cursor on a character of what is typed."""
        self._input.cursor_position = column

    def choose_all(self) -> None:
        """Let the next character take the place of what stands there; a key that moves the cursor keeps it."""
        self._input.selection = Selection(0, len(self._input.value))

    def close(self) -> None:
        """Hide the line."""
        self.display = False

    def paste(self, text: str) -> None:
        """Put in the first line of a text; all of it is entered at once where many lines are typed."""
        if self._stays and "\n" in text.strip().replace("\r", "\n"):
            self._owner.prompt_entered(self._mark, "\n".join(text.splitlines()) + "\n")
        else:
            self._input.replace((text.splitlines() or [""])[0], *self._input.selection)

    def _enter(self) -> None:
        text = self._input.value if self._stays else self._input.value.strip()
        if text.strip() and text not in self._history[-1:]:
            self._history.append(text)
        if not self._stays:
            self.close()
        self._owner.prompt_entered(self._mark, text)

    def _leave(self) -> None:
        self.close()
        self._owner.prompt_left()

    def _complete(self, step: int) -> None:
        """Take the next of what is suggested: looked up here, for Textual may not have come to it yet."""
        field = self._input
        if not self._offers and self._suggest is not None and field.value:
            self._offers, self._offer = self._suggest(field.value), -1 if step > 0 else 0
        self._take_offer(step)

    def offer(self, typed: str, offers: Sequence[str]) -> None:
        """What `typed` may become is known now: take what all have in common, if that still stands there."""
        field = self._input
        if not self.display or field.value != typed or not offers:
            return
        self._offers, self._offer = offers, -1
        common = _common_beginning(offers)
        if len(offers) == 1 or common == typed:
            self._take_offer(1)
        else:
            field.value = common
            field.cursor_position = len(common)
            self._owner.completions_offered(offers, -1)

    def _take_offer(self, step: int) -> None:
        field = self._input
        if self._offers:
            self._offer = (self._offer + step) % len(self._offers)
            field.value = self._offers[self._offer]
            self._owner.completions_offered(self._offers, self._offer)
            if len(self._offers) == 1:  # the next Tab is about what follows it
                self._offers = ()
        field.cursor_position = len(field.value)

    def forget_offers(self) -> None:
        """Something else than Tab was pressed: the next Tab starts from what stands there then."""
        if self._offers:
            self._offers = ()
            self._owner.completions_offered((), 0)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self._owner.prompt_changed(self._mark, self._input.value)

    def take_key(self, key: str) -> bool:
        """Carry out a key that the line alone has no use for; False if it is none."""
        field, past = self._input, self._history
        if (
            key == "escape"
            or (key == "ctrl+c" and not self._stays)
            or (key == "backspace" and not field.value and not self._stays)
            or (key == "ctrl+d" and not field.value and self._stays)
        ):
            self._leave()
        elif key == "enter":
            self._enter()
        elif key in _COMPLETING:
            if self._stays and not field.value.strip():
                field.insert(_INDENT, field.cursor_position)
            else:
                self._complete(1 if key == "tab" else -1)
        elif key in ("up", "down"):
            self._place = max(0, min(len(past), self._place + (-1 if key == "up" else 1)))
            field.value = past[self._place] if self._place < len(past) else ""
            field.cursor_position = len(field.value)
        else:
            return self._owner.prompt_key(self._mark, key)
        return True


def _common_beginning(lines: Sequence[str]) -> str:
    first, last = min(lines), max(lines)
    return first[: next((at for at, char in enumerate(first) if last[at : at + 1] != char), len(first))]


def _beginning_with(lines: Sequence[str], typed: str) -> list[str]:
    return [line for line in lines if line.startswith(typed)]
