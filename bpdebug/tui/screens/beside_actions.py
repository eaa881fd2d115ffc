"""What the screen does with a second run beside the first: where they differ, and the other one at the same event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...text import count_text
from ..pane_table import PANES
from .orders import OrderActions

if TYPE_CHECKING:
    from ..app import DebuggerApp

__all__ = ["BesideActions"]

_NONE = "there is no second run: bpdebug view A --with B opens two"


class BesideActions(OrderActions):
    """Part of the main screen; `beside` is this run with the other one beside it, None where there is only one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._untouched = True

    def on_mount(self) -> None:
        if self.beside is not None:
            for pane in self.workspace.panes.values():
                if hasattr(pane, "show_beside"):
                    pane.show_beside(self.beside)
            self.debugger.start_comparing(self.beside)

    def show_instead_of(self, before: BesideActions, seq: int) -> None:
        """Come up in place of the other run's screen, at event `seq`, with its layout and its very breakpoints."""
        self._untouched = False
        self.navigator.stops = before.navigator.stops
        self.workspace.recent = list(before.workspace.recent)
        self.workspace.zoomed = before.workspace.zoomed
        self.workspace.shares = dict(before.workspace.shares)
        for name, pane in self.workspace.panes.items():
            if hasattr(pane, "continue_from"):
                pane.continue_from(before.workspace.panes[name])
        self.navigator.go_to(seq)
        self._stale = set(PANES)  # the comparison has come further meanwhile
        if self.is_mounted:
            self.workspace.choose(self.workspace.current)
            self.show_breakpoints()
            self._moved()

    @property
    def debugger(self) -> DebuggerApp:
        """The application."""
        raise TypeError("the main screen knows it")

    # ---- what the comparison says ---------------------------------------------------------------------------------

    def compared_further(self, failure: str) -> None:
        """The comparison has come further; it ended there if `failure` says why."""
        beside = self.beside
        if beside is None:
            return
        for name, pane in self.workspace.panes.items():
            if hasattr(pane, "compared_further"):
                if pane.display:
                    pane.compared_further()
                else:
                    self._stale.add(name)
        if failure:
            self.say(f"the comparison stopped: {failure}")
        elif beside.marks.settled and self._untouched:
            self._untouched = False
            self._open_at_divergence()
        self._show_status()

    def _open_at_divergence(self) -> None:
        """Show the first divergence, unless the person has gone somewhere else meanwhile."""
        assert self.beside is not None
        first = self.beside.first
        if first is None:
            self.say(self.beside.marks.no_divergence)
        elif self.navigator.seq <= 0:
            self.action_first_divergence()
        else:
            self.say(
                f"the first divergence is event {first:,}: {self.keys.shown('first_divergence')} goes there"
            )

    def beside_words(self) -> str:
        """What the current event is in the other run, for the status line."""
        beside = self.beside
        if beside is None or self.navigator.seq < 0:
            return ""
        words = beside.summary(self.navigator.seq, short=True)
        return words if words.startswith("only in") else f"{beside.letter} {words}"

    def comparing(self) -> str:
        """How far the comparison is; "" where it is over."""
        if self.beside is None or self.beside.marks.done >= 1:
            return ""
        return f"comparing {self.beside.marks.done:.0%}"

    # ---- keys -----------------------------------------------------------------------------------------------------

    def action_difference(self, direction: int) -> None:
        """Go to the next event that differs in the other run, or to the previous one."""
        beside = self.beside
        if beside is None:
            self.say(_NONE)
            return
        seq = self.navigator.seq
        for _ in range(min(self._take_count(), 1000)):
            found = beside.next(seq, direction)
            if found is None:
                where = "later" if direction > 0 else "earlier"
                self.say(
                    f"no {where} event differs{f' so far: {self.comparing()}' if self.comparing() else ''}"
                )
                return
            seq = found
        self._go_beside(seq)

    def action_first_divergence(self) -> None:
        """Go to the first event in which the runs part."""
        beside = self.beside
        if beside is None:
            self.say(_NONE)
        elif beside.first is not None:
            self._go_beside(beside.first)
        else:
            self.say(self.comparing() or beside.marks.no_divergence)

    def _go_beside(self, seq: int) -> None:
        assert self.beside is not None
        self._untouched = False
        self.navigator.go_to(seq)
        self._moved()
        missing = self.beside.gap_after(seq)
        if missing:
            other = self.beside.other_letter
            self.say(
                f"here {other} has {count_text(missing, 'event')} that {self.beside.letter} doesn't have:"
                f" {self.keys.shown('other_run')} shows {other}"
            )

    def action_other_run(self) -> None:
        """Show the other run at the same event, or where it is then."""
        if self.beside is None:
            self.say(_NONE)
        else:
            self._take_count()
            self.debugger.show_other_run()
