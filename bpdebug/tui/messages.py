"""What a pane asks for, and what the session's thread says: the only ways in which panes act on the program.

A pane never moves by itself; it posts one of these, and the main screen carries it out.
"""

from __future__ import annotations

from textual.message import Message

from ..stepping import Breakpoint

__all__ = [
    "Answered",
    "Ask",
    "ChangeStop",
    "ComparedFurther",
    "ExplainElement",
    "FindingsFound",
    "GoTo",
    "Notice",
    "RunToLine",
    "SessionChanged",
    "SubtitleChanged",
    "ToggleBreakpoint",
]


class Answered(Message):
    """The paused script has carried out an order (see `protocol.Answer`). Posted from the session's thread."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__()
        self.number = number
        self.text = text


class Ask(Message):
    """Open the command prompt with `command` typed already; `example` says what may follow."""

    def __init__(self, command: str, example: str) -> None:
        super().__init__()
        self.command = command
        self.example = example


class ChangeStop(Message):
    """Change a breakpoint, watch or mark: `what` is `enable`, `disable` or `remove` with its kind; `number` from 1."""

    def __init__(self, what: str, number: int) -> None:
        super().__init__()
        self.what = what
        self.number = number


class ComparedFurther(Message):
    """The comparison with the run beside this one has come further. Posted from its thread."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ComparedFurther)


class GoTo(Message):
    """Make event `seq` the current one."""

    def __init__(self, seq: int) -> None:
        super().__init__()
        self.seq = seq


class ExplainElement(Message):
    """Say why this element of the current event has its value: `role` as the Tensor pane calls it."""

    def __init__(self, role: str, element: tuple[int, ...]) -> None:
        super().__init__()
        self.role = role
        self.element = element


class ToggleBreakpoint(Message):
    """Set this breakpoint, or take it away if it is set."""

    def __init__(self, breakpoint: Breakpoint) -> None:
        super().__init__()
        self.breakpoint = breakpoint


class RunToLine(Message):
    """Go on (or back) to the next event that this source line makes, stopping earlier at a breakpoint."""

    def __init__(self, path: str, line: int, back: bool) -> None:
        super().__init__()
        self.path = path
        self.line = line
        self.back = back


class Notice(Message):
    """Say this to the person, in the line of the keys, until the next command."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class SubtitleChanged(Message):
    """What stands right in the pane's title (its `subtitle`) is another text now."""


class SessionChanged(Message):
    """The child process paused, ran on or ended. Posted from the session's thread."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SessionChanged)


class FindingsFound(Message):
    """The rules have looked at the run; `marks` has a sign for each event that shows a finding first."""

    def __init__(self, marks: dict[int, str]) -> None:
        super().__init__()
        self.marks = marks
