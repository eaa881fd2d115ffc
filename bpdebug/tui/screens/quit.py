"""The question before a live script is ended."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

__all__ = ["QuitScreen"]


class QuitScreen(ModalScreen[bool]):
    """Gives True to quit, False to stay."""

    BINDINGS = [
        ("y,enter", "answer(True)", "quit and end the script"),
        ("n,escape,q", "answer(False)", "stay"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(id="question"):
            yield Label(self._question, markup=False)
            yield Label("y  quit and end the script     n  stay", markup=False, classes="answers")

    def action_answer(self, quit_now: bool) -> None:
        self.dismiss(quit_now)
