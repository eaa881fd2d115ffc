"""What is typed in the Console: Python for the paused script; over a recording, the language of conditions."""

from __future__ import annotations

import codeop

import numpy as np

from ...errors import ConditionError
from ...text import number
from ..panes.console import ConsolePane
from ..widgets.prompt import Prompt
from .stop_actions import StopActions

__all__ = ["CONSOLE_MARKS", "ConsoleActions"]

_FIRST, _MORE = ">>> ", "... "
CONSOLE_MARKS = (_FIRST, _MORE)
_LIVE_HINT = "Python: Tab completes, ↑ ↓ history, Esc ends"
_RECORDED_HINT = "norm(gx), W.delta, loss ...: Tab completes, ↑ ↓ history, Esc ends"


class ConsoleActions(StopActions):
    """Part of the main screen. The line to type into stays open until Escape, so that no letter acts as a key."""

    _block: tuple[str, ...] = ()
    """Lines of a statement that isn't finished."""
    _evaluating: frozenset[int] = frozenset()
    """Orders whose answers are still to come."""
    _completing: tuple[int, str] | None = None
    """The latest order that completes, and what it completes."""

    def on_mount(self) -> None:
        self._console_pane.typing_key = self.keys.shown("evaluate")

    def action_evaluate(self) -> None:
        """Type Python for the paused script; in a recording an expression over its tensors."""
        self.workspace.choose("console")
        self._block = ()
        self._console_pane.show_typing(True)
        self._ask_line("")

    @property
    def _console_pane(self) -> ConsolePane:
        pane = self.workspace.panes["console"]
        assert isinstance(pane, ConsolePane)
        return pane

    @property
    def _has_script(self) -> bool:
        return self.session is not None and self.session.state in ("paused", "running")

    def _ask_line(self, typed: str) -> None:
        mark = _MORE if self._block else _FIRST
        self.open_prompt(mark, self._line_completions, self._typing_hint(), typed, "the console")

    def _typing_hint(self) -> str:
        if not self._has_script:
            return _RECORDED_HINT
        if self._block:
            return "an empty line ends the block"
        last = self.navigator.last
        # What is typed knows nothing of the past that the panes may show.
        elsewhere = f"runs at event {last:,}, not at the one shown. " if self.navigator.seq != last else ""
        return f"{elsewhere}{_LIVE_HINT}"

    def console_typed(self, text: str) -> None:
        """A line was entered, or several at once: evaluate it, or wait for the rest of the statement."""
        lines = text.rstrip("\n").split("\n")
        for line in lines:
            line = line if line.strip() else ""  # the spaces that it was begun with
            self._console_pane.answer(f"{_MORE if self._block else _FIRST}{line}", "typed")
            self._block = (*self._block, line)
        several = len(lines) > 1
        source = "\n".join(self._block) + ("\n" if several else "")
        if self._has_script and is_unfinished(source, several):
            self._ask_line(indent_after(line))
            return
        self._block = ()
        if source.strip():
            self._evaluate(source)
        self._ask_line("")

    def _evaluate(self, source: str) -> None:
        session = self.session
        if session is not None and session.state == "paused":
            self._evaluating |= {session.evaluate(source)}
        elif self._has_script:
            self._console_pane.answer(
                f"the script is running: Esc, then {self.keys.shown('run')} pauses it", "error"
            )
        else:
            value, good = self._recorded_value(source)
            self._console_pane.answer(value, "answer" if good else "error")

    def console_left(self) -> None:
        """The line was closed."""
        self._block = ()
        self._console_pane.show_typing(False)

    def console_key(self, key: str) -> bool:
        """Ctrl-C gives up what is being typed or evaluated; page keys scroll."""
        if key == "ctrl+c":
            if self._evaluating and self.session is not None:
                self.session.pause()
            self._block = ()
            self._ask_line("")
        elif key in ("pageup", "pagedown"):
            self._console_pane.action_scroll_page(-1 if key == "pageup" else 1)
        else:
            return False
        return True

    def _line_completions(self, typed: str) -> list[str]:
        """What a line may become; those that the script must be asked for are offered when it answers."""
        if self.session is not None and self.session.state == "paused":
            self._completing = (self.session.complete(typed), typed)
            return []
        from ..completion import completed_expression

        return completed_expression(self.timeline, self.moment, typed)

    def console_answered(self, order: int, text: str) -> None:
        """The script has answered."""
        if self._completing is not None and order == self._completing[0]:
            typed = self._completing[1]
            self._completing = None
            self.query_one(Prompt).offer(typed, text.split("\n") if text else [])
            return
        self._evaluating -= {order}
        if not text:
            return
        if is_traceback(text):
            *frames, error = text.split("\n")
            self._console_pane.answer("\n".join(frames), "answer")
            self._console_pane.answer(error, "error")
        else:
            self._console_pane.answer(text)

    def _recorded_value(self, text: str) -> tuple[str, bool]:
        """The value of an expression of the language of conditions at this event; whether there is one."""
        if self.navigator.seq < 0:
            return "nothing is recorded yet", False
        from ...conditions import condition, parse
        from ...conditions.elementwise import has_tensor

        try:
            node = parse(text)
        except ConditionError as error:
            return (
                f"{error}\nIn a recording this takes the words of conditions: norm(gx), W.delta, loss ...",
                False,
            )
        event = self.timeline.recorded.event(self.navigator.seq)
        if has_tensor(node):
            arrays = event.arrays(node)
            if not arrays:
                return "this event has no such tensor", False
            return "\n".join(np.array2string(array, threshold=200) for array in arrays), True
        try:
            value = condition(text).rule(event)
        except ConditionError:  # nothing but numbers
            from ...conditions.rules import rule_of

            value = rule_of(node)(event)
        if value is None:
            return "unknown: this event has no such value", False
        return str(value) if isinstance(value, bool) else number(float(value)).strip(), True


def is_unfinished(source: str, several: bool = False) -> bool:
    """Whether a statement goes on in the next line, as in the interactive Python; `several` were pasted."""
    try:
        return codeop.compile_command(source, "<console>", "exec" if several else "single") is None
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError):
        return False  # whoever evaluates it says what is wrong


def indent_after(line: str) -> str:
    """The spaces with which the line after this one begins."""
    spaces = line[: len(line) - len(line.lstrip())]
    return f"{spaces}    " if line.rstrip().endswith(":") else spaces


def is_traceback(text: str) -> bool:
    """Whether this is how Python tells an error: only for its look."""
    return text.startswith(("Traceback (most recent call last):\n", '  File "<console>", line '))
