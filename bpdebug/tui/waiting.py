"""What the screen says while the script's process is at work: what was asked of it, and what keeps it busy.

An op makes no event before it is done, so the process is asked now and then; every word here is its answer, or that it
gives none.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..text import clean

if TYPE_CHECKING:
    from ..protocol import Activity
    from ..session import Session

__all__ = ["Waiting", "activity_words"]

_ASK_AGAIN_S = 1.0
_WORTH_SAYING_S = 1.0
"""A shorter wait isn't told: most steps take less."""


def activity_words(activity: Activity) -> str:
    """What the process does since its latest event: `Linear.backward has run for 3 s`."""
    seconds = f"{int(activity.since_s)} s"
    place = f"{os.path.basename(clean(activity.path))}:{activity.line}" if activity.path else ""
    if activity.op:
        return f"{clean(activity.op)} has run for {seconds}"
    return f"no event for {seconds}: at {place}" if place else f"no event for {seconds}"


class Waiting:
    """Asks a running session what it does, and puts the answer into words.

    Args:
        session: the script's process.
        clock: seconds.
        why_stopped: says why nothing is recorded any more; "" as long as that isn't so.
    """

    def __init__(
        self,
        session: Session,
        clock: Callable[[], float] = time.monotonic,
        why_stopped: Callable[[], str] = lambda: "",
    ) -> None:
        self._session = session
        self._clock = clock
        self._why_stopped = why_stopped
        self._asked_at: float | None = None
        self._first_asked_at: float | None = None
        self._heard: Activity | None = None

    def tick(self) -> bool:
        """Ask again if it is time to; True where the words may be others now."""
        if self._session.state != "running":
            changed = self._asked_at is not None
            self._asked_at = self._first_asked_at = None
            self._heard = None
            return changed
        now = self._clock()
        heard = self._session.activity
        news = heard is not self._heard
        if news:
            self._heard, self._first_asked_at = heard, None
        if self._asked_at is None:
            self._asked_at = now  # most steps are over before it is time to ask
        elif now - self._asked_at >= _ASK_AGAIN_S:
            self._asked_at = now
            self._first_asked_at = self._first_asked_at or now
            self._session.ask_activity()
            return True
        return news

    def words(self) -> str:
        """What keeps the process busy; "" where it hasn't been for long."""
        if self._session.state != "running":
            return ""
        found = self._busy_words()
        if found and (why := self._why_stopped()):
            return f"recording stopped: {why}; the script goes on"
        return found

    def _busy_words(self) -> str:
        if self._first_asked_at is not None:
            silent_s = self._clock() - self._first_asked_at
            if silent_s >= 2 * _ASK_AGAIN_S:  # a computation that lets no other thread of Python run
                return f"no event and no answer for {int(silent_s)} s"
        heard = self._heard
        return activity_words(heard) if heard is not None and heard.since_s >= _WORTH_SAYING_S else ""
