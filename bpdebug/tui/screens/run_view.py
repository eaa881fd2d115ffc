"""What the main screen shows of a run: it draws where the navigator is, and follows a log that grows.

What the keys do is in `main`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from textual import events
from textual.app import ComposeResult
from textual.reactive import Reactive
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from ...collecting import collect_again
from ...errors import BpdebugError
from ...log.records import FailedBody
from ...log.schema import Kind
from ...text import clean
from ...timeline.facts import failure_in_full
from ...timeline.scan import first_where
from ..completion import shown_choices
from ..key_plan import KeyPlan
from ..keymap import MAIN, take_keys
from ..layout import MINIMUM_HEIGHT, MINIMUM_WIDTH
from ..messages import Notice, SessionChanged, SubtitleChanged
from ..pane_table import PANES
from ..preferences import Preferences
from ..status import StatusLine
from ..widgets.key_line import KeyLine
from ..widgets.message_box import MessageBox
from ..widgets.prompt import Prompt
from ..widgets.workspace import Workspace
from .telling import PLAIN_REASONS, TellingScreen

if TYPE_CHECKING:
    from ...diff.beside import Beside
    from ...session import Session
    from ...timeline import Moment, Timeline

__all__ = ["RunScreen"]

_TICK_S = 0.1
"""How often a growing log is looked at."""
_BUSY_SHARE = 0.4
_LONGEST_TICK_S = 1.0
"""With more than this share of a processor in use by the screen it looks less often, but at least so often."""
_SHORT_STEP_S = 0.03
"""A live step that takes longer is shown as under way."""
_SEARCH_AGAIN_S = 0.002


class RunScreen(TellingScreen):
    """Status line, panes, line of keys."""

    AUTO_FOCUS = ""  # the workspace knows which pane has it
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Panes draw the focus themselves; Textual would draw the whole screen anew when it changes."""

    def __init__(
        self,
        timeline: Timeline,
        session: Session | None,
        panes: Mapping[str, Widget],
        preferences: Preferences,
        keys: KeyPlan | None = None,
    ) -> None:
        super().__init__(timeline, session)
        self.keys = keys or KeyPlan()
        take_keys(self, MAIN, self.keys.keys)
        for name, pane in panes.items():
            take_keys(pane, name, self.keys.keys)
        self.preferences = preferences
        self.workspace = Workspace(panes, dict(preferences.shares), preferences.recent)
        self._counter_timer: Timer | None = None
        self._ticker: Timer | None = None
        self._ticked_at = (0.0, 0.0)
        self._stale = set(PANES)
        self._drawing = False
        self._resumed = False
        self.beside: Beside | None = None
        self.greeting = ""
        """Said when the screen shows up."""

    def compose(self) -> ComposeResult:
        yield StatusLine()
        yield Static(id="banner", markup=False)
        yield self.workspace
        yield Static(id="too-small", markup=False)
        yield KeyLine(live=self.session is not None, two=self.beside is not None, keys=self.keys)
        yield Prompt(self)
        yield MessageBox()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Leave out the styles the first time: each widget was given them when it was mounted, just before."""
        event.refresh_styles = event.refresh_styles and self._resumed
        self._resumed = True

    def on_mount(self) -> None:
        self.workspace.choose(self.workspace.current)
        if self.session is not None:
            # The session calls from its own thread; post_message is the safe way into ours.
            self.session.on_change = self._session_called
            self.session.on_activity = self._session_called
            self.post_message(SessionChanged())
        if self.session is not None or not self.timeline.reader.finished:
            self._ticker = self.set_interval(_TICK_S, self._tick)
        # What a damaged recording lacks matters more than any greeting.
        damage = self.timeline.reader.problem if self.session is None else ""
        if damage or self.greeting:
            self.say(damage or self.greeting)
        self._look_for_ops()
        self.listen_for_answers()
        stops = self.workspace.panes["breakpoints"]
        stops.keys = self.keys  # type: ignore[attr-defined]
        stops.follow(self.navigator.stops, self.navigator.bookmarks)  # type: ignore[attr-defined]
        self._settle_given_stops()
        self.navigator.stops_changed()
        self.show_breakpoints()
        self.update_view()
        self.call_after_refresh(collect_again)

    @property
    def may_grow(self) -> bool:
        """Whether there may be events yet that aren't recorded now."""
        return self.navigator.alive or (self.session is None and not self.timeline.reader.finished)

    def _settle_given_stops(self) -> None:
        """Put the breakpoints that were set before there was a screen where they can stop, and say what was changed."""
        given, said = list(self.navigator.stops.breakpoints), []
        for wanted in given:
            try:
                placed, moved = self.timeline.source_lines.settle(wanted, self.may_grow)
            except BpdebugError as error:
                self.navigator.stops.breakpoints.remove(wanted)
                said.append(f"no breakpoint: {error}")
                continue
            place = self.navigator.stops.breakpoints.index(wanted)
            self.navigator.stops.breakpoints[place] = placed
            if moved:
                said.append(f"breakpoint {place + 1}: {moved}")
        if said:
            self.say("; ".join([*said, self.notice] if self.notice else said))

    def prompt_entered(self, mark: str, text: str) -> None:
        """Carry out what was typed into the prompt; `mark` is what that was opened with."""

    def prompt_left(self) -> None:
        """The prompt was closed without Enter."""

    def prompt_key(self, mark: str, key: str) -> bool:
        """A key that the prompt has no use for; True if it is carried out."""
        return False

    def prompt_changed(self, mark: str, text: str) -> None:
        """What stands in the prompt is this now."""

    def completions_offered(self, offers: Sequence[str], place: int) -> None:
        """Show what the line in the prompt may become: `offers`, of which it is the one at `place` now."""
        line = self.query_one(KeyLine)
        line.display = len(offers) > 1
        if line.display:
            self.say(shown_choices(offers, place, self.size.width - 2))

    def listen_for_answers(self) -> None:
        """Be told what became of orders to the script."""

    def take_over(self, before: RunScreen) -> None:
        """Begin with the breakpoints, the watches and the layout of another screen."""
        self.navigator.stops.breakpoints += before.navigator.stops.breakpoints
        self.navigator.stops.watches += before.navigator.stops.watches
        self.messages = before.messages
        self.workspace.recent = list(before.workspace.recent)
        self.workspace.zoomed = before.workspace.zoomed
        self.workspace.shares = dict(before.workspace.shares)

    def _session_called(self) -> None:
        self.post_message(SessionChanged())

    # ---- showing ------------------------------------------------------------------------------------------------

    def update_view(self) -> None:
        """Show the navigator's state soon: once, however many keys are waiting to be answered before."""
        if not self._drawing:
            self._drawing = True
            self.call_later(self._draw)

    def _draw(self) -> None:
        self._drawing = False
        if not self.is_attached:
            return
        seq = self.navigator.seq
        if seq >= 0 and (self.moment is None or self.moment.seq != seq):
            try:
                self.moment = self.timeline.moment(seq)
            except BpdebugError as error:
                self.say(f"event {seq} can't be shown: {error}")
                self._show_status()
                return
            self._stale = set(PANES)
            if self.moment.kind is Kind.failed:
                # The pane that is in sight on a small screen may be one that doesn't tell.
                self._say_what_failed(self.moment)
        self._show_panes()
        self._show_line_of_stop()
        # The panes' subtitles belong into the same frame.
        self.workspace.refresh_strips()
        self._show_status()

    def _say_what_failed(self, moment: Moment) -> None:
        body = self.timeline.reader.body(moment.seq)
        self.say(failure_in_full(body) if isinstance(body, FailedBody) else moment.title)

    def _show_line_of_stop(self) -> None:
        """Where a breakpoint on a line that calls a function has stopped inside of that: show the line."""
        hit = self.navigator.hit
        if self.navigator.why == "breakpoint" and hit and hit[0].is_line and "source" not in self._stale:
            self.workspace.panes["source"].show_caller(hit[0].path, hit[0].line)  # type: ignore[attr-defined]

    def _show_panes(self) -> None:
        if self.moment is None:
            return
        for name, pane in self.workspace.shown_panes():
            if name in self._stale:
                self._stale.discard(name)
                pane.show(self.moment, self.timeline)  # type: ignore[attr-defined]

    def _take_count(self) -> int:
        """The digits that were typed before this key, as a number."""
        if self._counter_timer is not None:
            self._counter_timer.stop()
            self._counter_timer = None
        return self._counter.take()

    def _moved(self) -> None:
        """A command was carried out: show where it led, and why it stopped if there is something to say."""
        navigator = self.navigator
        plain = navigator.why in (*PLAIN_REASONS, "breakpoint", "failed")
        self.say("" if plain else navigator.why)
        if navigator.pending is not None and navigator.running:
            # Most steps end within a frame: that the script runs for so long isn't drawn.
            self.set_timer(_SHORT_STEP_S, self.update_view)
        else:
            self.update_view()
        if navigator.searching is not None:
            self.set_timer(_SEARCH_AGAIN_S, self._search_on)

    def _search_on(self) -> None:
        """A stop is looked for in a long log: go on, now that the screen had its turn."""
        if not self.navigator.search_on():
            return
        if self.navigator.searching is None:
            self._moved()
        else:  # nothing but the share that was searched is new
            self._show_status()
            self.set_timer(_SEARCH_AGAIN_S, self._search_on)

    # ---- the child, and a log that grows ------------------------------------------------------------------------

    def on_session_changed(self) -> None:
        ended_before = not self.navigator.alive
        self.navigator.session_changed()
        self._take_raw_output()
        self._grown()
        if not self.navigator.alive and not ended_before:
            self._look_for_ops()
        if not self.navigator.alive or self.navigator.why == "failed":
            self._moved()
        self.update_view()

    def _tick(self) -> None:
        if self._too_busy():
            return
        self._take_raw_output()
        if self.navigator.tick():
            self._grown()
            self.update_view()
        if self._waiting is not None and self._waiting.tick():
            self._show_status()
        over = self.timeline.reader.finished if self.session is None else self._session_over()
        if over and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None
            self._take_raw_output()
            self._look_for_ops()

    def _too_busy(self) -> bool:
        """Whether to let this tick pass, so that following a fast script leaves time for keys (and the script)."""
        cpu_s, now_s = time.thread_time(), time.monotonic()
        used, passed = cpu_s - self._ticked_at[0], now_s - self._ticked_at[1]
        if used > _BUSY_SHARE * passed and passed < _LONGEST_TICK_S:
            return True
        self._ticked_at = (cpu_s, now_s)
        return False

    def _session_over(self) -> bool:
        return self.session is not None and self.session.state == "ended" and self.session.wait(0)

    def _grown(self) -> None:
        """The log has more events: lists and curves show them, though the current event may be the same."""
        if self.moment is None:
            return
        for name, pane in self.workspace.panes.items():
            if not pane.display:
                self._stale.add(name)
            elif hasattr(pane, "grown"):
                pane.grown()

    def _take_raw_output(self) -> None:
        if self.session is not None and (data := self.session.take_raw_output()):
            self.workspace.panes["console"].raw(data, self.timeline)  # type: ignore[attr-defined]

    def _look_for_ops(self) -> None:
        """Say so when the script is over and did nothing that can be stepped through."""
        banner = self.query_one("#banner", Static)
        over = not self.navigator.alive and (self.session is not None or self.timeline.reader.finished)
        ops = (Kind.forward, Kind.backward, Kind.param_updated)

        def is_op(records: np.ndarray) -> np.ndarray:
            return (records["kind"] == ops[0]) | (records["kind"] == ops[1]) | (records["kind"] == ops[2])

        nothing = over and first_where(self.timeline.reader.index, 0, is_op) is None
        if nothing and not banner.display:
            banner.update(
                "Nothing to step through: the script ran no op of the engine.\n"
                f"{clean(self.navigator.end_reason).rstrip('.')}. What it printed is in the Console."
            )
            self.workspace.choose("console")
        banner.display = nothing

    # ---- what panes say ---------------------------------------------------------------------------------------

    def on_notice(self, message: Notice) -> None:
        self.say(message.text)

    def on_subtitle_changed(self, message: SubtitleChanged) -> None:
        self.workspace.refresh_strips()

    def on_workspace_arranged(self) -> None:
        self._show_panes()
        self.call_after_refresh(self.workspace.settle)

    def show_breakpoints(self) -> None:
        """Mark the breakpoints in all panes."""
        for pane in self.workspace.panes.values():
            if hasattr(pane, "show_breakpoints"):
                pane.show_breakpoints(self.navigator.breakpoints)
            if hasattr(pane, "show_marks"):
                pane.show_marks("bookmark", dict.fromkeys(self.navigator.bookmarks.seqs, "♦"))

    # ---- the terminal -------------------------------------------------------------------------------------------

    def _show_if_stale(self, name: str) -> None:
        if name in self._stale and self.moment is not None:
            self._stale.discard(name)
            self.workspace.panes[name].show(self.moment, self.timeline)  # type: ignore[attr-defined]

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        small = width < MINIMUM_WIDTH or height < MINIMUM_HEIGHT
        if small:
            self.query_one("#too-small", Static).update(
                f"The terminal is {width}x{height}.\nbpdebug needs {MINIMUM_WIDTH}x{MINIMUM_HEIGHT} or more."
            )
        was_small = self.has_class("-small")
        self.set_class(small, "-small")
        self._show_message_box()
        if was_small and not small:
            self.call_after_refresh(self._refocus)

    def _refocus(self) -> None:
        if self.focused is None:
            self.workspace.choose(self.workspace.current)
