"""A question before what can't be taken back is done: a live script is ended."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

__all__ = ["QuestionScreen"]


class QuestionScreen(ModalScreen[bool]):
    """Gives True to do it, False to stay.

    Args:
        question: what is to be decided.
        doing: what `y` does, in words.
    """

    BINDINGS = [
        ("y,enter", "answer(True)", "do it"),
        ("n,escape,q", "answer(False)", "stay"),
    ]

    def __init__(self, question: str, doing: str) -> None:
        super().__init__()
        self._question = question
        self._doing = doing

    def compose(self) -> ComposeResult:
        with Vertical(id="question"):
            yield Label(self._question, markup=False)
            yield Label(f"y  {self._doing}     n  stay", markup=False, classes="answers")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
