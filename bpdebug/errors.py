"""Everything that bpdebug raises on purpose.

    BpdebugError             exit status 1 unless said otherwise
    ├── UsageError           the command line asks for something that isn't there (exit status 2)
    │   └── ConditionError   a condition, or an expression to watch, can't be read
    ├── LogError             a run directory can't be used
    │   ├── NotALog          there is no run in that directory
    │   ├── NewerLog         the run was written by a newer version of bpdebug
    │   ├── DamagedLog       what an event or a tensor needs can't be read
    │   └── RunDirectoryExists   the directory that a new run should be written to is in use
    ├── AddressError         no event has that address
    ├── NotCaptured          the bytes of this tensor were not kept
    ├── CannotRerun          an op can't be computed again from what was recorded
    ├── SessionError         the script's process can't be started or reached
    ├── ExportError          an export can't be written
    ├── TerminalError        there is no terminal, or not one that the screen can use
    └── ScreenError          the screen itself failed: a mistake of ours

A message is one or two lines: what was being done, what was found, what to do. The command line prints it on
stderr and exits; nobody ever sees a traceback of ours.
"""

from __future__ import annotations

__all__ = [
    "AddressError",
    "BpdebugError",
    "CannotRerun",
    "ConditionError",
    "DamagedLog",
    "ExportError",
    "LogError",
    "NewerLog",
    "NotALog",
    "NotCaptured",
    "RunDirectoryExists",
    "ScreenError",
    "SessionError",
    "TerminalError",
    "UsageError",
]


class BpdebugError(Exception):
    """Something that the person who runs bpdebug can understand and act on; `str(error)` is for them."""

    exit_status = 1


class UsageError(BpdebugError):
    """A command line that can't be followed."""

    exit_status = 2


class ConditionError(UsageError):
    """A condition that can't be read: `text` is all of it, `column` (from 0) is where it is wrong.

    Its message has three lines: what is wrong, the condition, and a caret under the place.
    """

    def __init__(self, reason: str, text: str, column: int) -> None:
        self.reason = reason
        self.text = text
        self.column = column
        # Tabs and line ends would move the caret away from its place.
        shown = "".join(character if character.isprintable() else " " for character in text)
        super().__init__(f"{reason}\n  {shown}\n  {' ' * column}^")


class LogError(BpdebugError):
    """A run directory that can't be used."""


class NotALog(LogError):
    """There is no run in that directory."""

    exit_status = 2


class NewerLog(LogError):
    """The run has a newer schema than this version reads."""

    exit_status = 2


class DamagedLog(LogError):
    """What an event or a tensor needs is cut off, or isn't what the schema says."""


class RunDirectoryExists(LogError):
    """A new run must not be written over something that is already there."""

    exit_status = 2


class AddressError(BpdebugError):
    """No event of the run has that address."""

    exit_status = 2


class NotCaptured(BpdebugError):
    """The run knows of this tensor but did not keep its bytes; the message says why."""


class CannotRerun(BpdebugError):
    """An op can't be computed again from what was recorded; the message says why."""


class SessionError(BpdebugError):
    """The script's process can't be started, or can't be reached any more."""


class ExportError(BpdebugError):
    """An export can't be written."""


class TerminalError(BpdebugError):
    """There is no terminal, or none that the screen can use."""

    exit_status = 2


class ScreenError(BpdebugError):
    """The screen failed by a mistake of ours; the message says what is saved, and where."""
