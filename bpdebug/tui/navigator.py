"""Where the person is in the run, and how a command gets them elsewhere: in the log, or by letting the child go on.

No Textual here: the screen calls it, and looks at it afterwards. Nothing here waits: a command that needs events
which don't exist yet stays `pending` until the child has made them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..breakpoints import BreakpointMatcher
from ..stepping import Breakpoint, Goal, UntilStop
from ..timeline.moves import Move
from ..timeline.scan import first_where

if TYPE_CHECKING:
    from ..session import Session
    from ..timeline import Timeline

__all__ = ["Navigator", "Pending"]

_STOPPED_BY_BREAKPOINTS = ("step", "over", "finish", "next_iteration", "next_phase")
"""Beside `continue`, which looks for them itself; a live child stops at a breakpoint whatever its goal is."""


@dataclass(frozen=True)
class Pending:
    """A command whose end the log doesn't hold yet.

    Attributes:
        name: of the move, as `timeline.moves.MOVES`.
        count: how often.
        start: seq where it began.
        stops: breakpoints of this command alone, beside the person's.
    """

    name: str
    count: int
    start: int
    stops: tuple[Breakpoint, ...] = ()


class Navigator:
    """The current event, the breakpoints, and what is under way.

    Attributes:
        seq: the current event; -1 while the log has none.
        breakpoints: those that the person set.
        pending: the command that waits for the child, None if none does.
        why: why the last command stopped where it did, or why it couldn't be carried out.
    """

    def __init__(self, timeline: Timeline, session: Session | None = None) -> None:
        self.timeline = timeline
        self.session = session
        self.breakpoints: list[Breakpoint] = []
        self.pending: Pending | None = None
        self.why = ""
        timeline.live = self.alive
        self.seq = min(0, self.last)
        if session is not None and session.state == "paused":
            self._arrive(self._paused_at(), session.why)

    # ---- what there is ----------------------------------------------------------------------------------------

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
        return f"{why} (exit status {status})" if status is not None and str(status) not in why else why

    # ---- what a person can ask --------------------------------------------------------------------------------

    def command(self, name: str, count: int = 1, stops: Sequence[Breakpoint] = ()) -> None:
        """Carry out a move `count` times: in the log as far as it goes, then by the child."""
        if self.seq < 0:
            self.why = "nothing is recorded yet" if self.alive else "the log holds no event"
            return
        waiting = self.pending
        if waiting and waiting.name == name and waiting.stops == tuple(stops):
            # The key was pressed again before the child answered: once more, not instead.
            self._carry_out(replace(waiting, count=waiting.count + count))
        else:
            self._carry_out(Pending(name, count, self.seq, tuple(stops)))

    def go_to(self, seq: int, why: str = "") -> None:
        """Make `seq` the current event; the nearest one that exists if it doesn't."""
        self._forget_pending()
        if self.last < 0:
            self.why = "the log holds no event"
            return
        self._arrive(max(0, min(seq, self.last)), why)

    def run_to_line(self, path: str, line: int, back: bool, count: int = 1) -> None:
        """Continue to the next (previous) event that this source line makes."""
        self.command("continue_back" if back else "continue", count, [Breakpoint(path=path, line=line)])

    def run_or_pause(self) -> None:
        """Let the script run, or pause it where it is."""
        if self.session is None:
            self.why = "this is a recorded run: there is no script to run"
        elif self.session.state == "paused":
            self._forget_pending()
            self.why = ""
            self.session.go(UntilStop())
        elif self.session.state == "running":
            self.session.pause()
        elif self.session.state == "starting":
            self.why = "the script is still starting"
        else:
            self.why = f"the script has ended: {self.end_reason}"

    def pause(self) -> None:
        """Pause the script if it runs."""
        if self.running and self.session is not None:
            self.session.pause()

    def cancel(self) -> bool:
        """Forget the command under way and pause the child that it set going; False if none was."""
        if self.pending is None:
            return False
        self._forget_pending()
        self.why = "cancelled"
        self.pause()
        return True

    def toggle_breakpoint(self, wanted: Breakpoint) -> bool:
        """Set or take away a breakpoint; True if it is set now."""
        if wanted in self.breakpoints:
            self.breakpoints.remove(wanted)
        else:
            self.breakpoints.append(wanted)
        self._send_breakpoints(self.pending.stops if self.pending else ())
        return wanted in self.breakpoints

    def clear_breakpoints(self) -> int:
        """Take all breakpoints away; how many there were."""
        count = len(self.breakpoints)
        self.breakpoints.clear()
        self._send_breakpoints(self.pending.stops if self.pending else ())
        return count

    # ---- what the child does ----------------------------------------------------------------------------------

    def tick(self) -> bool:
        """Take in what the log got since the last call; True if there is anything new to show."""
        followed = self.at_head
        if not self.timeline.refresh():
            return False
        if self.pending is not None and self._resolve(self.pending) is None:
            return True
        if followed or self.seq < 0:
            self.seq = self.last
        return True

    def session_changed(self) -> None:
        """The child has paused, run on or ended: finish the pending command, or go on with it."""
        session = self.session
        if session is None:
            return
        self.timeline.live = self.alive
        followed = self.at_head
        self.timeline.refresh()
        if session.state == "paused":
            self._paused(followed, session.why)
        elif session.state == "ended":
            self._ended(followed)
        elif followed and session.state == "running":
            self.seq = self.last

    # ---- how ----------------------------------------------------------------------------------------------------

    def _carry_out(self, asked: Pending) -> None:
        self.pending = asked
        goal = self._resolve(asked)
        if goal is None or self.session is None:
            return
        self.why = ""
        self._send_breakpoints(asked.stops)
        # A child that runs or starts already needs no word: the command ends when the log has grown that far.
        if self.session.state == "paused":
            self.session.go(goal)

    def _resolve(self, asked: Pending) -> Goal | None:
        """End the command if the log tells where it ends, or that it can't be; else what the child must reach."""
        move = self._move(asked)
        end = len(self.timeline) if move.seq is None else move.seq
        if (stop := self._stop_between(asked, end)) is not None:
            move = Move(stop, None, "breakpoint")
        elif move.goal is not None:
            return move.goal
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
        reader = self.timeline.reader
        return first_where(reader.index, asked.start + 1, BreakpointMatcher(stops, reader).matching, end)

    def _stops(self, asked: Pending) -> list[Breakpoint]:
        return [*self.breakpoints, *(stop for stop in asked.stops if stop not in self.breakpoints)]

    def _paused(self, followed: bool, why: str) -> None:
        waiting = self.pending
        if waiting is None:
            if followed or self.seq < 0:
                self._arrive(self._paused_at(), why)
        elif self._resolve(waiting) is not None:
            if followed:
                self.seq = self._paused_at()
            if why in ("breakpoint", "failed", "pause"):
                self._forget_pending()
                self._arrive(self._paused_at(), why)
            else:
                self._carry_out(waiting)  # the first of several steps is done

    def _ended(self, followed: bool) -> None:
        waiting = self.pending
        if self.last >= 0:
            if waiting is not None:
                self._resolve(waiting)
            elif followed:
                self.seq = self.last
        self._forget_pending()
        if waiting is None or self.at_head:
            self.why = self.end_reason

    def _paused_at(self) -> int:
        assert self.session is not None
        at = self.session.paused_at
        # The pause may be told before the reader has seen the event's record.
        return self.last if at is None else min(at, self.last)

    def _arrive(self, seq: int, why: str) -> None:
        self.seq = seq
        self.why = why

    def _forget_pending(self) -> None:
        if self.pending is not None and self.pending.stops:
            self.pending = None
            self._send_breakpoints(())
        self.pending = None

    def _send_breakpoints(self, extra: tuple[Breakpoint, ...]) -> None:
        if self.alive and self.session is not None:
            self.session.set_breakpoints([*self.breakpoints, *extra])
