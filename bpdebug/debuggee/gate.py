"""Where a live run stops: after each event, go on or wait for the debugger.

Not for deciding what a step is, or where a breakpoint stops: the goals of `stepping` and `breakpoints` do.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from ..breakpoints.live import LiveStops
from ..log.schema import Kind
from ..protocol import (
    Activity,
    Answer,
    AskActivity,
    Compute,
    Computed,
    Edit,
    Go,
    Order,
    Pause,
    Paused,
    SetBreakpoints,
    ToChild,
)
from ..stepping import Goal, UntilSeq
from .interrupting import interrupt_thread

__all__ = ["Gate"]


class Gate:
    """Called with the header of every event; keeps the thread that made it while the run is paused.

    A run begins paused, at its first event. `stops` are the breakpoints. `flush` makes all events visible on disk,
    `tell` sends a message to the debugger, `leave` ends the process and is called where the debugger is gone. `leave`
    runs on the thread that made the latest event, so that it may close the log.
    """

    def __init__(
        self,
        stops: LiveStops,
        flush: Callable[[], None],
        tell: Callable[[Paused | Activity | Answer | Computed], None],
        leave: Callable[[], None],
    ) -> None:
        self.seq = -1
        """The latest event."""
        self._stops = stops
        self._flush = flush
        self._tell = tell
        self._leave = leave
        self._goal: Goal = UntilSeq(0)
        self._why_goal = "start"
        self.go_number = 0
        """The number of the latest `Go`."""
        self._paused = False
        self._pause_wanted = False
        self._gone = False
        # The three above in one, so that an event of a run under way costs one test and no lock.
        self._attention = False
        self._changed = threading.Condition()
        self._orders: deque[Order] = deque()
        self._serving: int | None = None  # the thread that carries out an order
        self._ordered = False  # whether an order is under way, from when it is taken to when it is answered
        self._held_go: Go | None = None
        """One that came before the orders before it were carried out."""
        self._header: Mapping[str, Any] = {}
        self.stepped_thread = threading.main_thread().ident
        """The thread that the run was last paused on."""
        self.went_on_at = time.perf_counter()
        """When the run last went on, as `time.perf_counter` counts."""
        self.activity: Callable[[], Activity] | None = None
        """Says what goes on between two events; called on the thread that reads the socket."""
        self.carry_out: Callable[[Order, Mapping[str, Any]], str | Computed] | None = None
        """Carries out an order at the event with this header, on the thread that made it; gives the answer."""
        self.on_pause_wanted: Callable[[Callable[[], bool]], None] | None = None
        """Told that a pause is wanted, and how to ask whether it still is."""
        self.on_need_before: Callable[[bool], None] | None = None
        """Told whether a breakpoint looks at what updates overwrite."""
        self.open = True
        """False lets everything through: the log is being closed, or this is a forked process."""

    def __call__(self, header: Mapping[str, Any]) -> None:
        """Return when the run may go on after the event with this header."""
        if not self.open or header["kind"] == Kind.run_finished:
            return
        if self._serving is not None and self._serving == threading.get_ident():
            # What an order of the person does makes events, too, and must not wait for the person.
            self.seq, self._header = header["seq"], header
            self._stops.stops(header)
            return
        if self._attention:
            self._attend()
        self.seq = header["seq"]
        why = self._reason_to_stop(header)
        if why:
            self._wait(header, why)

    def receive(self, message: ToChild) -> None:
        """Obey the debugger; called from the thread that reads the socket."""
        with self._changed:
            if isinstance(message, Go):
                self._held_go = message
                if not self._ordered and not self._orders:
                    self._go_on()
            elif isinstance(message, Pause):
                if self._ordered or self._orders:
                    self._stay()
                    if self._serving is not None:
                        interrupt_thread(self._serving)
                else:
                    self._pause_wanted = not self._paused
                    if self._pause_wanted and self.on_pause_wanted is not None:
                        self.on_pause_wanted(lambda: self._pause_wanted)
            elif isinstance(message, AskActivity):
                if self.activity is not None:
                    self._tell(self.activity())
            elif isinstance(message, Order):
                if self._paused and self._held_go is None:
                    self._orders.append(message)
                else:
                    self._tell(_answer(message, "the script is running: pause it first"))
            elif isinstance(message, SetBreakpoints):
                self._stops.set(message.breakpoints)
                if self.on_need_before is not None:
                    self.on_need_before(self._stops.need_before)
            self._notify()

    def pause_here(self) -> None:
        """Wait, if a pause is wanted, on the calling thread, which is between two events."""
        if self.open and self._pause_wanted and not self._paused and self._stops.latest is not None:
            self._wait(self._stops.latest, "pause")

    def debugger_gone(self) -> None:
        """The debugger will never speak again: end at the next event, or now where the run is paused."""
        with self._changed:
            self._gone = True
            self._notify()

    def _go_on(self) -> None:
        """Obey the `Go` that came; with the lock."""
        if self._held_go is not None:
            self._goal, self._why_goal, self.go_number = self._held_go.goal, "step", self._held_go.number
            self._held_go = None
            self._paused = self._pause_wanted = False
            self.went_on_at = time.perf_counter()

    def _stay(self) -> None:
        """Forget a `Go` that has not been obeyed yet, and say so; with the lock."""
        if self._held_go is not None:
            self.go_number, self._held_go = self._held_go.number, None
            self._tell(Paused(seq=self.seq, why="pause", go=self.go_number))

    def _notify(self) -> None:
        self._attention = self._paused or self._pause_wanted or self._gone
        self._changed.notify_all()

    def _attend(self) -> None:
        with self._changed:
            while self._paused and not self._gone:  # another thread's event stopped the run
                self._changed.wait()
        if self._gone:
            self._leave()

    def _reason_to_stop(self, header: Mapping[str, Any]) -> str:
        """`Paused.why`, or "" to go on."""
        stops = self._stops.stops(header)  # in any case: it remembers what it has seen
        if self._goal.matches(header):
            if header["kind"] == Kind.failed:
                return "failed"
            # Where both come together the person's latest wish is the reason: it ends whatever was under way.
            return "pause" if self._pause_wanted else self._why_goal
        if stops:
            return "breakpoint"
        if self._pause_wanted:
            return "pause"
        return ""

    def _wait(self, header: Mapping[str, Any], why: str) -> None:
        self._flush()
        self._header = header
        self.stepped_thread = threading.get_ident()
        with self._changed:
            self._paused, self._pause_wanted = True, False
            self._notify()
            self._tell(Paused(seq=header["seq"], why=why, go=self.go_number))
        while (order := self._next_order()) is not None:
            self._serve(order)
        self._header = {}  # arrays must not live longer because someone looked at them
        if self._gone:
            self._leave()

    def _next_order(self) -> Order | None:
        """Wait for an order; None when the run goes on, or the debugger is gone."""
        with self._changed:
            while self._paused and not self._gone and not self._orders:
                self._changed.wait()
            if self._gone or not self._paused:
                return None
            self._ordered = True
            return self._orders.popleft()

    def _serve(self, order: Order) -> None:
        seq = self.seq
        self._serving = threading.get_ident()
        try:
            said: str | Computed = "" if self.carry_out is None else self.carry_out(order, self._header)
        except KeyboardInterrupt:
            said = "interrupted"
        finally:
            self._serving = None
        self._flush()
        with self._changed:
            self._ordered = False
            if self.seq != seq:
                why = "edited" if isinstance(order, Edit) else "console"
                self._tell(Paused(seq=self.seq, why=why, go=self.go_number))
            self._tell(_answer(order, said))
            if not self._orders:
                self._go_on()
                self._notify()


def _answer(order: Order, said: str | Computed) -> Answer | Computed:
    if isinstance(said, Computed):
        return said
    return Computed(order.number, problem=said) if isinstance(order, Compute) else Answer(order.number, said)
