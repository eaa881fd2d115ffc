"""What the main screen says in its first and its last line: where the run is, what is under way, and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from ...text import clean
from ..counting import Counter
from ..navigator import Navigator
from ..pane_table import PANE_TABLE
from ..status import StatusFacts, StatusLine
from ..timers import SureTimers
from ..waiting import Waiting
from ..widgets.key_line import KeyLine
from ..widgets.message_box import MessageBox
from ..widgets.prompt import Prompt
from .messages import MessageHistory

if TYPE_CHECKING:
    from ...session import Session
    from ...timeline import Moment, Timeline

__all__ = ["PLAIN_REASONS", "TellingScreen"]


PLAIN_REASONS = ("", "step", "start", "pause")
"""Why a run stopped that needs no word beside the status."""


class TellingScreen(SureTimers, Screen[None]):
    """Part of the main screen."""

    def __init__(self, timeline: Timeline, session: Session | None) -> None:
        super().__init__()
        self.timeline = timeline
        self.session = session
        self.navigator = Navigator(timeline, session)
        self.moment: Moment | None = None
        self.messages = MessageHistory()
        self._waiting = None if session is None else Waiting(session, why_stopped=timeline.why_stopped)
        self._counter = Counter([kind.key for kind in PANE_TABLE])

    # ---- messages -----------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Say something in the line of keys, until the next command; what doesn't fit there, above it."""
        message = clean(" ".join(text.split()))
        self.messages.add(message)
        self.query_one(KeyLine).say(message)
        self._show_message_box()

    def _show_message_box(self) -> None:
        box = self.query_one(MessageBox)
        in_the_way = self.query_one(Prompt).display or self.has_class("-small")
        line = self.query_one(KeyLine)
        box.show_message("" if in_the_way else line.notice or line.state, self.size.width, self.size.height)

    @property
    def notice(self) -> str:
        """What is said there now."""
        return self.query_one(KeyLine).notice

    # ---- where the run is ---------------------------------------------------------------------------------------

    def _show_status(self) -> None:
        navigator, moment = self.navigator, self.moment
        status = self.query_one(StatusLine)
        status.show(
            StatusFacts(
                script=self.timeline.reader.run.script,
                mode=navigator.mode,
                iteration=moment.iteration if moment else None,
                phase=moment.phase.name if moment else "",
                seq=navigator.seq,
                last=navigator.last,
                growing=navigator.growing,
                loss=moment.loss if moment else None,
                loss_name=moment.loss_name if moment else "",
                capture=self.timeline.captures.at(navigator.seq),
                why=navigator.why_stopped or ("" if navigator.alive else self.timeline.reader.problem),
                pending=self._under_way(),
                beside=self.beside_words(),
            )
        )
        line, state = self.query_one(KeyLine), self._busy_words()
        if not state and status.facts.why not in PLAIN_REASONS:
            state = status.left_out
        if state != line.state:
            line.show_state(state)
            self._show_message_box()

    def _under_way(self) -> str:
        """What was asked for and isn't done yet, in a word or two."""
        navigator, waiting = self.navigator, self.navigator.pending
        found = self._counter.text
        if waiting is not None:
            found = waiting.name.replace("_", " ") + (f" x{waiting.count}" if waiting.count > 1 else "")
            found += " ..."
        elif navigator.pausing:
            found = "pausing ..."
        if navigator.searching is not None:
            found += f" {navigator.searching:.0%}"
        return found or self.comparing()

    def _busy_words(self) -> str:
        """What keeps the script's process from answering, where it has been at it for a while."""
        if self._waiting is None:
            return ""
        words = self._waiting.words()
        if self.navigator.pausing:
            return f"pausing at the next event: {words}" if words else "pausing at the next event"
        asked = self.navigator.pending
        return f"{asked.name.replace('_', ' ')} waits: {words}" if words and asked is not None else words

    def beside_words(self) -> str:
        """What the current event is in a second run; "" where there is none."""
        return ""

    def comparing(self) -> str:
        """How far the comparison with a second run is; "" where it is over."""
        return ""
