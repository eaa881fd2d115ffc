"""The Textual application: one main screen over one timeline, live when it has a session."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.geometry import Size
from textual.widgets import Input

from .crash import told
from .keymaps import load_config
from .messages import ComparedFurther
from .pane_table import make_panes
from .preferences import Preferences
from .screens.main import MainScreen
from .theme_choice import ThemeTrial
from .themes import THEMES
from .timers import SureTimers
from .widgets.prompt import PromptLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual.command import CommandPalette

    from ..diff.beside import Beside
    from ..session import Session
    from ..stepping import Breakpoint
    from ..timeline import Timeline
    from .beside_worker import BesideWorker
    from .key_plan import KeyPlan

__all__ = ["DebuggerApp", "first_hint"]

_FIRST_KEYS = {
    "step": "steps",
    "step_back": "back",
    "cross": "crosses to backward",
    "next_pane": "changes panes",
    "help": "all keys",
}

_LAST_WAIT_S = 3.0
"""How long quitting waits for the script's process to be gone."""


class DebuggerApp(SureTimers, App[None]):
    """The debugger's screen.

    Args:
        timeline: the run to look at.
        session: the script's process; None to look at a recorded run.
        breakpoints, watches: those that are set from the beginning.
        restart: starts the script anew and gives its timeline and session once its log can be read; None where there
            is no script. Called in a thread.
        beside: the recorded run with a second one beside it; None where there is only one.
    """

    CSS_PATH = "bpdebug.tcss"
    TITLE = "bpdebug"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = []

    def __init__(
        self,
        timeline: Timeline,
        session: Session | None = None,
        breakpoints: Sequence[Breakpoint] = (),
        watches: Sequence[str] = (),
        restart: Callable[[], tuple[Timeline, Session]] | None = None,
        beside: Beside | None = None,
    ) -> None:
        super().__init__()
        self.timeline = timeline
        self.session = session
        self.failure: Exception | None = None
        self.preferences = Preferences.load()
        self.theme_trial = ThemeTrial(self, self.preferences)
        self.restart_script = restart
        self._config = load_config()
        self.main = self._make_main(timeline, session)
        self.main.navigator.stops.breakpoints += breakpoints
        self.main.navigator.stops.watches += watches
        self.main.beside = beside
        self._other: MainScreen | None = None
        self._comparing: BesideWorker | None = None

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        config = self._config
        for name in (self.preferences.theme, config.theme):
            if name in self.available_themes:
                self.theme = name
                break
        problem = config.problem
        if config.theme and config.theme not in self.available_themes:
            problem = problem or f"no theme is called {config.theme}: the command theme lists them"
        if problem:
            self.main.greeting = problem
        elif self.preferences.new:
            self.main.greeting = first_hint(config.keys)
        self.push_screen(self.main)
        if self.main.beside is not None:
            self.install_screen(self.main, self.main.beside.letter)

    def _make_main(self, timeline: Timeline, session: Session | None) -> MainScreen:
        return MainScreen(timeline, session, make_panes(), self.preferences, self._config.keys)

    def start_comparing(self, beside: Beside) -> None:
        """Compare two runs, once there is a screen to say it on."""
        from .beside_worker import BesideWorker  # the first frame of one run shouldn't wait for it

        if self._comparing is None:
            self._comparing = BesideWorker(beside, lambda: self.post_message(ComparedFurther()))
            self._comparing.start()

    def on_compared_further(self) -> None:
        if self._comparing is not None and self.main.is_mounted:
            self.main.compared_further(self._comparing.failure)

    def on_command_palette_option_highlighted(self, message: CommandPalette.OptionHighlighted) -> None:
        """A theme is tried on while the palette's cursor is on it."""
        from .palette import theme_of

        hit = getattr(message.highlighted_event.option, "hit", None)
        self.theme_trial.try_on(theme_of(getattr(hit, "text", None)))

    def on_command_palette_closed(self, message: CommandPalette.Closed) -> None:
        if not message.option_selected:
            self.theme_trial.take_back()

    def show_other_run(self) -> None:
        """Show the run beside this one, at the same event, with the same breakpoints and layout."""
        before, other = self.main, self._other
        assert before.beside is not None
        seq = before.beside.place(max(0, before.navigator.seq))
        if other is None:
            beside = before.beside.flipped
            other = self._make_main(beside.this, None)
            other.beside = beside
            self.install_screen(other, beside.letter)
        other.show_instead_of(before, seq)
        self.main, self._other, self.timeline = other, before, other.timeline
        self.switch_screen(other)

    async def on_event(self, event: events.Event) -> None:
        """Carry out a key before the next one is looked at, for it may be meant for what this one opens.

        Textual lets a key travel to the focused widget and up again to here, where it acts, and sends on those behind
        it meanwhile.
        """
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if self._comparing is not None:
                self._comparing.hold()
            if self.screen is self.main:
                if isinstance(event, events.Key):
                    self.main.before_key(event.key)
                await self.main.workspace.wait_until_settled()
            focused = self.focused
            if isinstance(focused, PromptLine):
                await focused.take(event)
                return
            # Of keys that are typed into other fields only Textual knows which act.
            if (
                isinstance(event, events.Key)
                and not isinstance(focused, Input)
                and await self._check_bindings(event.key)
            ):
                return
        if isinstance(event, events.Resize) and not self.is_headless and not self.is_web:
            event = _with_size_of_now(event)
        await super().on_event(event)

    def show_run(self, timeline: Timeline, session: Session) -> None:
        """Show another run of the script in place of this one, with the same breakpoints, watches and layout."""
        before = self.main
        self._end_session()
        self.timeline, self.session = timeline, session
        self.main = self._make_main(timeline, session)
        self.main.take_over(before)
        self.main.greeting = f"started anew; recorded in {timeline.reader.directory}"
        self.switch_screen(self.main)

    def on_unmount(self) -> None:
        self.main.remember_layout()
        if self._comparing is not None:
            self._comparing.close()
        self._end_session()

    def run(self, *args: Any, **options: Any) -> None:
        """Show the screen until the person quits; then the script's process is ended, whatever happened.

        Raises:
            BpdebugError: the screen failed; the terminal is as it was before.
        """
        try:
            with _size_from_the_terminal():
                super().run(*args, **options)
        finally:
            self._end_session()
            if self.session is not None:
                self.session.wait(_LAST_WAIT_S)
        if self.failure is not None:
            raise told(self.failure, self.timeline.reader.directory) from self.failure

    def _handle_exception(self, error: Exception) -> None:
        self.failure = self.failure or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual would print a traceback with all local variables: whole tensors, perhaps.
        self._close_messages_no_wait()

    def _end_session(self) -> None:
        if self.session is not None:
            self.session.on_change = self.session.on_activity = None
            self.session.terminate()


def first_hint(keys: KeyPlan) -> str:
    """Said to who sees the screen for the first time."""
    told = [f"{keys.shown(name)} {does}" for name, does in _FIRST_KEYS.items() if keys.shown(name)]
    return f"welcome: {', '.join(told)}"


def _with_size_of_now(event: events.Resize) -> events.Resize:
    """The event with the terminal's size.

    Textual reads it in the handler of a signal, which the next signal may interrupt between reading and telling: the
    older size is told last then.
    """
    try:
        size = Size(*os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ is not None else 1))
    except (OSError, ValueError):  # it goes away, and so will the program
        return event
    return events.Resize(size, size, pixel_size=event.pixel_size)


@contextmanager
def _size_from_the_terminal() -> Iterator[None]:
    """Hide `COLUMNS` and `LINES`, which Textual believes: exported by a shell, they are stale after a resize.

    Behind a browser there is no terminal, and they are how its size is told.
    """
    if "web_driver" in os.environ.get("TEXTUAL_DRIVER", ""):
        yield
        return
    hidden = {name: os.environ.pop(name) for name in ("COLUMNS", "LINES") if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
