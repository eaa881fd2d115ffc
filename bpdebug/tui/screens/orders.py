"""The key that changes a tensor of the paused script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import BpdebugError, ConditionError
from ...log.records import EditedBody
from ...text import clean
from ...timeline.editable import EditTarget
from ..messages import Answered
from ..widgets.key_line import KeyLine
from .console_actions import ConsoleActions

if TYPE_CHECKING:
    from ..edit_words import EditPreview

__all__ = ["EDIT_MARK", "OrderActions"]

EDIT_MARK = "change "


class OrderActions(ConsoleActions):
    """Part of the main screen."""

    _preview: EditPreview | None = None
    """Of what is being changed."""
    _edited: dict[int, tuple[EditTarget, str]] = {}
    """Changes whose answers are still to come: of what, and what was typed."""

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
        found, typed, array = pane.edit_target()  # type: ignore[attr-defined]
        if isinstance(found, str):
            self.say(found)
            return
        from ..edit_words import EditPreview

        seq, recorded = self.navigator.seq, self.timeline.recorded
        self._preview = EditPreview(found, array, lambda: recorded.event(seq))
        self.open_prompt(EDIT_MARK, [], "", typed)
        self.show_edit(typed)

    def show_edit(self, text: str) -> None:
        """Say above the prompt what the change would do that stands in it, or where it can't be read."""
        if self._preview is None:
            return
        line = self.query_one(KeyLine)
        line.display = True
        try:
            line.say(clean(self._preview.words(text)))
        except ConditionError as error:
            self.say_where(EDIT_MARK, error)

    def _why_not_at_head(self) -> str:
        session, navigator = self.session, self.navigator
        if session is None:
            return "this is a recorded run: nothing in it can be changed"
        if session.state == "ended":
            return f"{self.navigator.end_reason}: {self.keys.shown('restart')} starts it anew"
        if session.state != "paused":
            return f"pause the script first: {self.keys.shown('run')}"
        if navigator.seq != navigator.last:
            to_head = self.keys.shown("last")
            return f"only what the script goes on with can be changed: {to_head} goes to the live head"
        return ""

    def change_typed(self, text: str) -> None:
        """Carry out what was typed after `EDIT_MARK`."""
        preview = self._preview
        if preview is None or not text or self.session is None:
            return
        target = preview.target
        from ...conditions.edits import parse_edit

        try:
            parse_edit(text)
        except ConditionError as error:
            self.ask_again(EDIT_MARK, text, error)
            return
        self._preview = None
        number_ = self.session.edit(text, target.field, target.place, target.variable, target.of)
        self._edited[number_] = (target, text)

    def on_answered(self, message: Answered) -> None:
        edited = self._edited.pop(message.number, None)
        if edited is None:
            self.console_answered(message.number, message.text)
        elif message.text:
            self.say(f"not changed: {message.text}")
        else:
            self.say(f"changed: {self._what_changed(*edited)}")

    def _what_changed(self, target: EditTarget, text: str) -> str:
        """From what to what, as the event says that recorded it."""
        from ...conditions.edits import parse_edit
        from ..edit_words import change_words

        seq = self.session.paused_at if self.session is not None else None
        reader = self.timeline.reader
        try:
            body = reader.body(len(reader) - 1 if seq is None else seq)
            if isinstance(body, EditedBody) and body.before is not None and body.after is not None:
                return change_words(
                    target, reader.array(body.before), reader.array(body.after), parse_edit(text)
                )
        except (BpdebugError, OSError, ValueError, IndexError):
            pass
        return f"{target.label()} {text}"
