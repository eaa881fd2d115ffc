"""What a person reads off the debugger's main screen, and the keys they press on it."""

from __future__ import annotations

from textual.pilot import Pilot

from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.status import StatusLine
from bpdebug.tui.widgets.key_line import KeyLine

__all__ = ["at", "notice", "press", "status"]


def status(app: DebuggerApp) -> str:
    """The line of status."""
    return app.main.query_one(StatusLine).render().plain


def notice(app: DebuggerApp) -> str:
    """What stands in place of the keys in the last line."""
    return app.main.query_one(KeyLine).notice


def at(app: DebuggerApp) -> str:
    """The address of the current event."""
    return app.timeline.reader.address(app.main.navigator.seq)


async def press(pilot: Pilot, *keys: str) -> None:
    """Press keys one after the other, and wait for the frame."""
    await pilot.press(*keys)
    await pilot.pause()
