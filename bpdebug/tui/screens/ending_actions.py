"""Keys that end the script: to start it anew, or to quit."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...errors import BpdebugError
from ...text import clean
from .beside_actions import BesideActions
from .question import QuestionScreen

if TYPE_CHECKING:
    from ...session import Session
    from ...timeline import Timeline

__all__ = ["EndingActions"]


class EndingActions(BesideActions):
    """Part of the main screen."""

    _restarting = False

    def action_restart(self) -> None:
        """End the script and start it anew; where it has done something and lives, once the person agrees."""
        if self.debugger.restart_script is None:
            self.say("there is no script to start anew")
        elif self._restarting:
            self.say("it is starting already ...")
        elif self.navigator.alive and self.navigator.last > 0:
            name = clean(os.path.basename(self.timeline.reader.directory))
            question = (
                f"{self._script_state}.\nEnd it, and start it anew?\n\n"
                f"What it has done until now stays recorded:\nbpdebug view {name}"
            )
            self.app.push_screen(QuestionScreen(question, "start it anew"), self._restart_answered)
        else:
            self._restart_answered(True)

    def _restart_answered(self, yes: bool | None) -> None:
        restart = self.debugger.restart_script
        if not yes or restart is None:
            return
        self._restarting = True
        if self.session is not None:
            self.session.on_change = None  # that it ends now is no news
        self.say("starting the script anew ...")
        self.run_worker(lambda: self._restart(restart), thread=True, name="restart")

    @property
    def _script_state(self) -> str:
        """The live script and what it does, in words."""
        script = clean(os.path.basename(self.timeline.reader.run.script))
        if self.session is not None and self.session.state == "paused":
            return f"{script} is paused after event {self.navigator.last:,}"
        return f"{script} is still running"

    def _restart(self, restart: Callable[[], tuple[Timeline, Session]]) -> None:
        try:
            timeline, session = restart()
        except BpdebugError as error:
            self.app.call_from_thread(self._restart_failed, str(error))
        else:
            self.app.call_from_thread(self.debugger.show_run, timeline, session)

    def _restart_failed(self, reason: str) -> None:
        self._restarting = False
        if self.session is not None:
            self.session.on_change = self._session_called
            self.navigator.session_changed()
        self.say(reason)
        self.update_view()

    def action_quit_debugger(self) -> None:
        if not self.navigator.alive:
            self.app.exit()
            return
        question = QuestionScreen(f"{self._script_state}. Quit, and end it?", "quit and end the script")
        self.app.push_screen(question, self._quit_answered)

    def _quit_answered(self, quit_now: bool | None) -> None:
        if quit_now:
            self.app.exit()
