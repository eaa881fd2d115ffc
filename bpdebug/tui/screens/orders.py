"""The key that changes a tensor of the paused script."""

from __future__ import annotations

from ...errors import ConditionError
from ...timeline.editable import EditTarget
from ..messages import Answered
from .console_actions import ConsoleActions

__all__ = ["EDIT_MARK", "OrderActions"]

EDIT_MARK = "change "


class OrderActions(ConsoleActions):
    """Part of the main screen."""

    _target: EditTarget | None = None
    _edited: dict[int, str] = {}

    def listen_for_answers(self) -> None:
        """Take the answers of the session, which come on its own thread."""
        self._edited = {}
        if self.session is not None:
            self.session.on_answer = self._answer_came

    def _answer_came(self, number_: int, text: str) -> None:
        self.post_message(Answered(number_, text))

    # ---- changing a tensor --------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        """Change the element, row or tensor under the cursor, and let the script go on with it."""
        reason = self._why_not_at_head()
        if reason:
            self.say(reason)
            return
        pane = self.workspace.current_pane
        if not hasattr(pane, "edit_target"):
            pane = self.workspace.panes["tensor"]
            self._show_if_stale("tensor")
        found, typed = pane.edit_target()  # type: ignore[attr-defined]
        if isinstance(found, str):
            self.say(found)
            return
        self._target = found
        self.open_prompt(EDIT_MARK, [], "[2, 5] = 0, [2] = 0 (a row), *= 0.5, = -gx", typed)
        self.say(f"{found.title}: how is it to be changed?")

    def _why_not_at_head(self) -> str:
        session, navigator = self.session, self.navigator
        if session is None:
            return "this is a recorded run: nothing in it can be changed"
        if session.state != "paused":
            return f"pause the script first: {self.keys.shown('run')}"
        if navigator.seq != navigator.last:
            to_head = self.keys.shown("last")
            return f"only what the script goes on with can be changed: {to_head} goes to the live head"
        return ""

    def change_typed(self, text: str) -> None:
        """Carry out what was typed after `EDIT_MARK`."""
        target = self._target
        if target is None or not text or self.session is None:
            return
        from ...conditions.edits import parse_edit

        try:
            parse_edit(text)
        except ConditionError as error:
            self.ask_again(EDIT_MARK, text, error)
            return
        number_ = self.session.edit(text, target.field, target.place, target.variable, target.of)
        self._edited[number_] = f"{target.title} {text}"

    def on_answered(self, message: Answered) -> None:
        edited = self._edited.pop(message.number, None)
        if edited is None:
            self.console_answered(message.number, message.text)
        elif message.text:
            self.say(f"not changed: {message.text}")
        else:
            self.say(f"changed: {edited}")
