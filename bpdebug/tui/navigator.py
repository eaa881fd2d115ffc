"""Where the person is in the run, and how a command gets them elsewhere: in the log, or by letting the child go on.

No Textual here: the screen calls it, and looks at it afterwards. Nothing here waits: a command that needs events
which don't exist yet stays `pending` until the child has made them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..stepping import Breakpoint, Goal, UntilStop
from ..timeline.moves import Move
from ..timeline.unfinished import Unfinished
from .stop_list import StopList
from .visited import Bookmarks, Visited

if TYPE_CHECKING:
    from ..session import Session
    from ..timeline import Timeline

__all__ = ["Navigator", "Pending"]

_STOPPED_BY_BREAKPOINTS = ("step", "over", "finish", "next_iteration", "next_phase")
"""Beside `continue`, which looks for them itself; a live child stops at a breakpoint whatever its goal is."""
_SEARCH_S = 0.05
"""How long to look for a stop in the log before the screen gets its turn."""


@dataclass(frozen=True)
class Pending:
    """A command whose end the log doesn't hold yet.

    Attributes:
        name: of the move, as `timeline.moves.MOVES`.
        count: how often.
        start: seq where it began.
        stops: breakpoints of this command alone, beside the person's.
        stays: whether nothing moves where none of these is found.
    """

    name: str
    count: int
    start: int
    stops: tuple[Breakpoint, ...] = ()
    stays: bool = False


class Navigator:
    """The current event, the breakpoints, and what is under way.

    Attributes:
        seq: the current event; -1 while the log has none.
        stops: the breakpoints that the person set.
        bookmarks: the events that the person marked.
        searching: while the log is being searched for a stop, how much of it was, 0 to 1; else None.
        hit: the breakpoints that the last command stopped at.
        pending: the command that waits for the child, None if none does.
        pausing: whether the child was asked to pause and has not paused since.
        why: why the last command stopped where it did, or why it couldn't be carried out.
    """

    def __init__(self, timeline: Timeline, session: Session | None = None) -> None:
        self.timeline = timeline
        self.session = session
        self.stops = StopList()
        self.bookmarks = Bookmarks()
        self.searching: float | None = None
        self.hit: list[Breakpoint] = []
        self.pausing = False
        self._running = False  # as the person has been shown it: the child may have paused a moment ago
        self._follow_pause = False
        self._visited = Visited()
        self.pending: Pending | None = None
        self.why = ""
        timeline.live = self.alive
        self.seq = min(0, self.last)
        if session is not None and session.state == "paused":
            self._arrive(self._paused_at(), session.why)

    # ---- what there is ----------------------------------------------------------------------------------------

    @property
    def breakpoints(self) -> list[Breakpoint]:
        """Those that the person set, in the order of their numbers."""
        return self.stops.breakpoints

    @property
    def last(self) -> int:
        """seq of the last event in the log, -1 while it has none."""
        return len(self.timeline) - 1

    @property
    def at_head(self) -> bool:
        """Whether the current event is the last one that there is."""
        return self.seq == self.last

    @property
    def alive(self) -> bool:
        """Whether there is a child that may still make events."""
        return self.session is not None and self.session.state != "ended"

    @property
    def growing(self) -> bool:
        """Whether there may be more events: of the child, or of a run that somebody else is recording."""
        return self.alive if self.session is not None else self.timeline.reader.being_written

    @property
    def running(self) -> bool:
        """Whether the child is making events right now (as against waiting for a command)."""
        return self.session is not None and self.session.state == "running"

    @property
    def mode(self) -> str:
        """`REPLAY`, `LIVE starting`, `LIVE running`, `LIVE paused` or `LIVE ended`."""
        return "REPLAY" if self.session is None else f"LIVE {self.session.state}"

    @property
    def end_reason(self) -> str:
        """Why there will be no more events, in words; "" while there may be."""
        if self.session is None:
            return self.timeline.reason_for_end()
        if self.session.state != "ended":
            return ""
        status = self.session.exit_status
        why = self.session.why or "the script ended"
        if stopped := self.timeline.why_stopped():
            why = f"recording stopped: {stopped}; {why}"
        return f"{why} (exit status {status})" if status is not None and str(status) not in why else why

    @property
    def why_stopped(self) -> str:
        """`why`, and of a breakpoint which one it was."""
        if self.why != "breakpoint" or not self.hit:
            return self.why
        number = self.stops.number_of(self.hit[0])
        place = self.timeline.source_lines.shown(self.hit[0])
        return f"breakpoint {number}: {place}" if number is not None else f"breakpoint: {place}"

    # ---- what a person can ask --------------------------------------------------------------------------------

    def command(
        self, name: str, count: int = 1, stops: Sequence[Breakpoint] = (), stays: bool = False
    ) -> None:
        """Carry out a move `count` times: in the log as far as it goes, then by the child.

        Args:
            name: of the move.
            count: how often.
            stops: breakpoints of this command alone.
            stays: whether to move nowhere if neither these nor the person's are found.
        """
        if self.seq < 0:
            self.why = "nothing is recorded yet" if self.alive else self.timeline.why_empty()
            return
        waiting = self.pending
        if waiting and waiting.name == name and waiting.stops == tuple(stops):
            # The key was pressed again before the child answered: once more, not instead.
            self._carry_out(replace(waiting, count=waiting.count + count))
        else:
            self._carry_out(Pending(name, count, self.seq, tuple(stops), stays))

    def go_to(self, seq: int, why: str = "") -> None:
        """Make `seq` the current event; the nearest one that exists if it doesn't."""
        self._forget_pending()
        if self.last < 0:
            self.why = self.timeline.why_empty()
            return
        self._arrive(max(0, min(seq, self.last)), why)

    def go_back(self, steps: int) -> bool:
        """Go to where the person was before (after, if negative); False if nothing is known."""
        seq = self._visited.go(-steps)
        if seq is None:
            return False
        self._forget_pending()
        self.seq, self.why, self.hit = min(seq, self.last), "", []
        return True

    def run_to_line(self, path: str, line: int, back: bool, count: int = 1) -> None:
        """Continue to the next (previous) event that this source line makes; stay where none is recorded."""
        name = "continue_back" if back else "continue"
        self.command(name, count, [Breakpoint(path=path, line=line)], stays=back or not self.alive)

    def run_or_pause(self) -> None:
        """Let the script run, or pause it where it is."""
        if self.session is None:
            self.why = "this is a recorded run: there is no script to run"
        elif self.pause():
            pass
        elif self.session.state == "paused":
            self._forget_pending()
            self.why = ""
            self._go(UntilStop())
        elif self.session.state == "starting":
            self.why = "the script is still starting"
        else:
            self.why = f"the script has ended: {self.end_reason}"

    def pause(self) -> bool:
        """Pause the script if it runs, and forget what it was to do: of what was asked for before, nothing is done."""
        if self.session is None or not self.alive or not (self._running or self.running):
            return False
        self._follow_pause = self._follow_pause or self.pending is not None
        self._forget_pending()
        self.why = ""
        if self.session.state == "running":
            self.pausing = True
            self.session.pause()
        # Else it has paused already, which will be heard: without a command to go on with, it stays.
        return True

    def cancel(self) -> bool:
        """Forget the command under way and pause the child that it set going; False if none was."""
        if self.pending is None:
            return False
        self._forget_pending()
        self.pause()
        self.why = "cancelled"
        return True

    def toggle_breakpoint(self, wanted: Breakpoint) -> bool:
        """Set or take away a breakpoint; True if it is set now."""
        is_set = self.stops.toggle(wanted)
        self.stops_changed()
        return is_set

    def stops_changed(self) -> None:
        """The breakpoints in `stops` are others now: tell the child."""
        self._send_breakpoints(self.pending.stops if self.pending else ())

    @property
    def now(self) -> int:
        """The event from which on a breakpoint that is set now counts its hits: live that of the child."""
        return self.last if self.alive else self.seq

    # ---- what the child does ----------------------------------------------------------------------------------

    def tick(self) -> bool:
        """Take in what the log got since the last call; True if there is anything new to show."""
        followed = self.at_head
        if not self.timeline.refresh():
            return False
        if self.pending is not None and self._try(self.pending):
            return True
        if followed or self.seq < 0:
            self.seq = self.last
        return True

    def search_on(self) -> bool:
        """Go on with a search that took too long for one turn; False if there is none."""
        if self.searching is None or self.pending is None:
            return False
        self._carry_out(self.pending)
        return True

    def session_changed(self) -> None:
        """The child has paused, run on or ended: finish the pending command, or go on with it."""
        session = self.session
        if session is None:
            return
        self.timeline.live = self.alive
        followed = self.at_head
        self.timeline.refresh()
        state = session.state
        self._running = state == "running"
        if state == "paused":
            followed = followed or self._follow_pause
            self.pausing = self._follow_pause = False
            self._paused(followed, session.why)
        elif state == "ended":
            self.pausing = False
            self._ended(followed)
        elif followed and state == "running":
            self.seq = self.last

    # ---- how ----------------------------------------------------------------------------------------------------

    def _carry_out(self, asked: Pending) -> None:
        self.pending = asked
        try:
            goal = self._resolve(asked)
        except Unfinished as unfinished:
            self.searching, self.why = unfinished.done, ""
            return
        if goal is None or self.session is None:
            return
        self.why = ""
        self._send_breakpoints(asked.stops)
        # A child that runs or starts already needs no word: the command ends when the log has grown that far.
        if self.session.state == "paused":
            self._go(goal)

    def _go(self, goal: Goal) -> None:
        assert self.session is not None
        self._running = True
        self.session.go(goal)

    def _try(self, asked: Pending) -> bool:
        """End the command if the log tells where it ends, as far as it can be searched in one turn."""
        try:
            return self._resolve(asked) is None
        except Unfinished:
            return False  # what a live child makes, it asks itself

    def _resolve(self, asked: Pending) -> Goal | None:
        """End the command if the log tells where it ends, or that it can't be; else what the child must reach.

        Raises:
            Unfinished: the log could not be searched to the end in one turn.
        """
        stops = self.timeline.stops_of(self._stops(asked))
        stops.deadline = time.monotonic() + _SEARCH_S
        try:
            move = self._move(asked)
            end = len(self.timeline) if move.seq is None else move.seq
            stop = self._stop_between(asked, end)
        finally:
            stops.deadline = None
        self.searching = None
        if stop is not None:
            move = Move(stop, None, "breakpoint")
        elif move.goal is not None:
            return move.goal
        elif asked.stays and move.why not in ("breakpoint", "failed"):
            place = self.timeline.source_lines.shown(asked.stops[0])
            move = Move(
                None, None, f"no {'earlier' if 'back' in asked.name else 'later'} event is at {place}"
            )
        self._forget_pending()
        self._arrive(self.seq if move.seq is None else move.seq, move.why)
        if self.session is not None and not self.alive and self.at_head:
            self.why = self.end_reason
        return None

    def _move(self, asked: Pending) -> Move:
        # Whether the child lives decides between "let it go on" and "this is the end".
        self.timeline.live = self.alive
        return self.timeline.move(asked.start, asked.name, self._stops(asked), asked.count)

    def _stop_between(self, asked: Pending, end: int) -> int | None:
        """The first breakpoint that the command would pass on its way to `end`, as it would stop a live child."""
        stops = self._stops(asked)
        if not stops or asked.name not in _STOPPED_BY_BREAKPOINTS:
            return None
        return self.timeline.stops_of(stops).first(asked.start + 1, end, failures=False)

    def _stops(self, asked: Pending) -> list[Breakpoint]:
        mine = self.stops.enabled
        return [*mine, *(stop for stop in asked.stops if stop not in mine)]

    def _paused(self, followed: bool, why: str) -> None:
        waiting = self.pending
        if waiting is None:
            if followed or self.seq < 0:
                self._arrive(self._paused_at(), why)
        elif not self._try(waiting):
            if followed:
                self.seq = self._paused_at()
            if why in ("breakpoint", "failed"):
                self._forget_pending()
                self._arrive(self._paused_at(), why)
            else:
                # The first of several steps is done; or it was asked for after a pause, which forgets what was before.
                self._carry_out(waiting)

    def _ended(self, followed: bool) -> None:
        waiting = self.pending
        if self.last >= 0:
            if waiting is not None:
                self._carry_out(waiting)
                if self.searching is not None:
                    return
            elif followed:
                self.seq = self.last
        self._forget_pending()
        if waiting is None or self.at_head:
            self.why = self.end_reason
        asked = () if waiting is None or not self.at_head else waiting.stops
        if asked and not self.timeline.stops_of(asked).at(self.seq):
            self.why += f"; no later event was at {self.timeline.source_lines.shown(asked[0])}"

    def _paused_at(self) -> int:
        assert self.session is not None
        at = self.session.paused_at
        # The pause may be told before the reader has seen the event's record.
        return self.last if at is None else min(at, self.last)

    def _arrive(self, seq: int, why: str) -> None:
        self.seq = seq
        self.why = why
        self._visited.note(seq)
        self.hit = self.timeline.stops_of(self.stops.enabled).at(seq) if why == "breakpoint" else []
        if self.stops.spend(self.hit):
            self.stops_changed()

    def _forget_pending(self) -> None:
        self.searching = None
        if self.pending is not None and self.pending.stops:
            self.pending = None
            self._send_breakpoints(())
        self.pending = None

    def _send_breakpoints(self, extra: tuple[Breakpoint, ...]) -> None:
        if self.alive and self.session is not None:
            self.session.set_breakpoints([*self.stops.enabled, *extra])
