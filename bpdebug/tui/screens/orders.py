"""Keys that give orders to the paused script: change a tensor, evaluate something in its frame."""

from __future__ import annotations

import numpy as np

from ...errors import ConditionError
from ...text import number
from ...timeline.editable import EditTarget
from ..messages import Answered
from .stop_actions import StopActions

__all__ = ["ORDER_MARKS", "OrderActions"]

_CONSOLE = ">>> "
_EDIT = "change "
ORDER_MARKS = (_CONSOLE, _EDIT)


class OrderActions(StopActions):
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
        self.open_prompt(_EDIT, [], "[2, 5] = 0, [2] = 0 (a row), *= 0.5, = -gx", typed)
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

    def _change_typed(self, text: str) -> None:
        target = self._target
        if target is None or not text or self.session is None:
            return
        from ...conditions.edits import parse_edit

        try:
            parse_edit(text)
        except ConditionError as error:
            self.ask_again(_EDIT, text, error)
            return
        number_ = self.session.edit(text, target.field, target.place, target.variable, target.of)
        self._edited[number_] = f"{target.title} {text}"

    # ---- evaluating ---------------------------------------------------------------------------------------------

    def action_evaluate(self) -> None:
        """Type Python for the paused script; in a recording an expression over its tensors."""
        live = self.session is not None and self.session.state == "paused"
        hint = (
            "Python, in the paused script's frame" if live else "an expression over this event: norm(gx) ..."
        )
        self.open_prompt(_CONSOLE, [], hint)

    def evaluate(self, text: str) -> None:
        """Evaluate what was typed, and show the answer in the console."""
        if not text:
            return
        self._answer(f">>> {text}")
        if self.session is not None and self.session.state == "paused":
            self.session.evaluate(text)
        elif self.session is not None and self.session.state == "running":
            self._answer(f"the script is running: pause it first ({self.keys.shown('run')})")
        else:
            self._answer(self._recorded_value(text))
        self.workspace.choose("console")

    def _recorded_value(self, text: str) -> str:
        """The value of an expression of the language of conditions at this event."""
        if self.navigator.seq < 0:
            return "nothing is recorded yet"
        from ...conditions import condition, parse
        from ...conditions.elementwise import has_tensor

        try:
            node = parse(text)
        except ConditionError as error:
            return f"{error}\nIn a recording this takes the words of conditions: norm(gx), W.delta, loss ..."
        event = self.timeline.recorded.event(self.navigator.seq)
        if has_tensor(node):
            arrays = event.arrays(node)
            if not arrays:
                return "this event has no such tensor"
            return "\n".join(np.array2string(array, threshold=200) for array in arrays)
        try:
            value = condition(text).rule(event)
        except ConditionError:  # nothing but numbers
            from ...conditions.rules import rule_of

            value = rule_of(node)(event)
        if value is None:
            return "unknown: this event has no such value"
        return str(value) if isinstance(value, bool) else number(float(value)).strip()

    def _answer(self, text: str) -> None:
        self.workspace.panes["console"].answer(text)  # type: ignore[attr-defined]

    def on_answered(self, message: Answered) -> None:
        edited = self._edited.pop(message.number, None)
        if edited is None:
            if message.text:
                self._answer(message.text)
        elif message.text:
            self.say(f"not changed: {message.text}")
        else:
            self.say(f"changed: {edited}")

    def order_typed(self, mark: str, text: str) -> None:
        """Carry out what was typed after one of `ORDER_MARKS`."""
        if mark == _EDIT:
            self._change_typed(text)
        else:
            self.evaluate(text)
