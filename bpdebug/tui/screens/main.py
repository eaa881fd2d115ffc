"""The main screen: what the keys do, and what the panes ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.widgets import Input

from ...errors import BpdebugError, ConditionError
from ...stepping import Breakpoint
from ..commands import COMMANDS, run_command
from ..completion import completions
from ..counting import WAIT_S
from ..explain_commands import check_gradients
from ..keymap import MAIN, bindings_for
from ..messages import Ask, ExplainElement, FindingsFound, GoTo, RunToLine
from ..pane_table import pane_of_key
from ..search import Search
from ..theme_choice import theme_typed
from ..widgets.key_line import KeyLine
from ..widgets.prompt import Prompt, Suggestions
from .console_actions import CONSOLE_MARKS
from .ending_actions import EndingActions
from .help import HelpScreen, help_sections
from .messages import MessagesScreen
from .orders import EDIT_MARK
from .stop_actions import STOP_MARKS, stop_mark

if TYPE_CHECKING:
    from ..app import DebuggerApp

__all__ = ["MainScreen"]

_COUNTED = ("digit", "difference", "move", "resize_pane", "run_to", "search_step")
"""Actions that take the digits before them as how often."""


class MainScreen(EndingActions):
    """Status line, panes, line of keys."""

    BINDINGS = bindings_for(MAIN)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._search: Search | None = None
        self._before_console = "source"

    # ---- what the panes ask for ---------------------------------------------------------------------------------

    def go_to(self, seq: int) -> None:
        """Make event `seq` the current one."""
        self.navigator.go_to(seq)
        self._moved()

    def on_go_to(self, message: GoTo) -> None:
        self.go_to(message.seq)

    def on_explain_element(self, message: ExplainElement) -> None:
        self.workspace.panes["explain"].ask(message.role, message.element)  # type: ignore[attr-defined]
        self.workspace.choose("explain")

    def on_findings_found(self, message: FindingsFound) -> None:
        self.workspace.panes["timeline"].show_marks("findings", message.marks)  # type: ignore[attr-defined]

    def on_run_to_line(self, message: RunToLine) -> None:
        count = self._take_count()
        live = self.may_grow and not message.back
        try:
            place, moved = self.timeline.source_lines.settle(
                Breakpoint(path=message.path, line=message.line), live
            )
        except BpdebugError as error:
            self.say(str(error))
            return
        self.navigator.run_to_line(place.path, place.line, message.back, count)
        self._moved()
        if moved and not self.notice:
            self.say(moved)

    # ---- keys: moving -------------------------------------------------------------------------------------------

    def action_move(self, name: str) -> None:
        self.navigator.command(name, self._take_count())
        self._moved()

    def run_to_iteration(self, count: int) -> None:
        """Let the script run until it has begun so many more iterations."""
        self.navigator.go_to(self.navigator.last)
        self.navigator.command("next_iteration", count)
        self._moved()

    def action_run_to(self, back: bool) -> None:
        pane = self.workspace.current_pane
        run_to = getattr(pane, "run_to", None)
        if run_to is None:
            self.say("choose a line in Source or a row in Timeline first")
        else:
            run_to(back)

    def action_gradcheck(self) -> None:
        check_gradients(self, "")

    def action_digit(self, digit: int) -> None:
        lone = self._counter.digit(digit)
        if self._counter_timer is not None:
            self._counter_timer.stop()
        self._counter_timer = self.set_timer(WAIT_S, self._count_expired) if lone else None
        self._show_status()

    def before_key(self, key: str) -> None:
        """A lone digit means a pane, and at once, where a key follows that takes no count."""
        if self._counter.text:
            active = self.active_bindings.get(key)
            if active is None or active.binding.action.partition("(")[0] not in _COUNTED:
                self._count_expired()

    def _count_expired(self) -> None:
        if self._counter_timer is not None:
            self._counter_timer.stop()
            self._counter_timer = None
        key = self._counter.expire()
        pane = pane_of_key(key) if key is not None else None
        if pane is not None:
            self.workspace.choose(pane)
            self._show_status()

    def action_frame(self, outward: int) -> None:
        source = self.workspace.panes["source"]
        if self.moment is not None:
            self._show_if_stale("source")
            self.say(source.move_frame(outward))  # type: ignore[attr-defined]

    def action_run_or_pause(self) -> None:
        self._take_count()
        self.navigator.run_or_pause()
        self._moved()

    def action_interrupt(self) -> None:
        if self.navigator.pause():
            self._moved()
        else:
            self.say(f"{self.keys.shown('quit')} quits")

    def action_cancel(self) -> None:
        self._take_count()
        if not self.navigator.cancel() and self._search is not None:
            self._search = None
        self.say("")
        self.update_view()

    # ---- keys: searching and typing -----------------------------------------------------------------------------

    def action_search(self) -> None:
        self.open_prompt("/", [], "words of an address, such as: backward linear")

    def action_search_step(self, direction: int) -> None:
        if self._search is None:
            self.action_search()
            return
        seq = self.navigator.seq
        for _ in range(min(self._take_count(), 1000)):
            found = self._search.next(seq) if direction > 0 else self._search.previous(seq)
            if found is None:
                self.say(f"no {'later' if direction > 0 else 'earlier'} event has: {self._search.text}")
                return
            seq = found
        self.go_to(seq)

    def action_prompt(self) -> None:
        self.open_prompt(":", self._completions, "goto, break, ... (Tab completes)")

    def _completions(self, typed: str) -> list[str]:
        return completions(self, COMMANDS, typed)

    def on_ask(self, message: Ask) -> None:
        self.ask(message.command, message.example)

    def ask(self, command: str, example: str) -> None:
        """Open the prompt with the beginning of a command; `example` says what may follow."""
        self.open_prompt(":", self._completions, example, command)

    async def action_palette(self) -> None:
        await self._open_palette("")

    def open_palette(self, what: str) -> None:
        """Offer what one of `palette.PROVIDERS` has, once the key that asked for it is carried out."""
        self.call_later(self._open_palette, what)

    async def _open_palette(self, what: str) -> None:
        # Only now: it takes a while to import, and the first frame shouldn't wait for it.
        from textual.command import CommandPalette

        from ..palette import PROVIDERS

        self._take_count()
        palette = CommandPalette(providers=[PROVIDERS[what]], placeholder=f"{what or 'what to do'}? ...")
        await self.app.push_screen(palette)
        palette.set_focus(palette.query_one(Input))

    def prompt_changed(self, mark: str, text: str) -> None:
        if mark == ":":
            self.debugger.theme_trial.try_on(theme_typed(text))
        elif mark == EDIT_MARK:
            self.show_edit(text)

    def open_prompt(
        self,
        mark: str,
        suggestions: Sequence[str] | Suggestions,
        placeholder: str,
        typed: str = "",
        stays_for: str = "",
    ) -> None:
        self._take_count()
        self.query_one(KeyLine).display = False
        self.query_one(Prompt).open(mark, suggestions, placeholder, typed, stays_for)
        self._show_message_box()

    def _close_prompt(self) -> None:
        self.debugger.theme_trial.take_back()
        self.query_one(KeyLine).display = True
        self.workspace.choose(self.workspace.current)
        self._show_status()

    def prompt_left(self) -> None:
        self.say("")
        self.console_left()
        self._close_prompt()

    def prompt_key(self, mark: str, key: str) -> bool:
        return mark in CONSOLE_MARKS and self.console_key(key)

    def prompt_entered(self, mark: str, text: str) -> None:
        if mark in CONSOLE_MARKS:
            self.console_typed(text)
            return
        self._close_prompt()
        if mark == EDIT_MARK:
            self.say("")
            self.change_typed(text)
            return
        if mark in STOP_MARKS:
            self.say("")
            self.stop_typed(mark, text)
            return
        if mark == "/":
            self._search = Search(self.timeline.reader, text) if text else None
            if self._search is not None:
                self.action_search_step(1)
            return
        try:
            self.say(run_command(self, text) or self.notice)
        except ConditionError as error:
            typed = text[text.rfind(error.text) :]
            self.ask_stop(stop_mark(text), typed, error)
        except BpdebugError as error:
            self.say(str(error))

    # ---- keys: the screen ---------------------------------------------------------------------------------------

    def action_pane(self, step: int) -> None:
        self.workspace.choose(self.workspace.next_pane(step))

    def action_console(self) -> None:
        if self.workspace.current == "console":
            self.workspace.choose(self._before_console)
        else:
            self._before_console = self.workspace.current
            self.workspace.choose("console")

    def action_zoom(self) -> None:
        self.workspace.toggle_zoom()

    def action_resize_pane(self, steps: int) -> None:
        if self.workspace.grow(steps * min(self._take_count(), 20)):
            self.remember_layout()
        else:
            self.say("this pane can't be resized here")

    def on_workspace_resized(self) -> None:
        self.remember_layout()

    def remember_layout(self) -> None:
        """Keep the sizes of the panes, and which are in front, for the next run."""
        self.preferences.shares = dict(self.workspace.shares)
        self.preferences.recent = list(self.workspace.recent)
        self.preferences.save()

    def action_copy(self) -> None:
        self.copy("value")

    def action_copy_whole(self) -> None:
        self.copy("tensor" if self.workspace.current == "tensor" else "address")

    def copy(self, what: str) -> None:
        """Put something on the clipboard: the `value` under the cursor, its `row`, the `tensor`, the `address`."""
        name, text = "address", self.moment.address if self.moment is not None else ""
        copy_text = getattr(self.workspace.current_pane, "copy_text", None)
        if what in ("row", "tensor"):
            tensor = self.workspace.panes["tensor"]
            try:
                name, text = tensor.copy_array(whole=what == "tensor")  # type: ignore[attr-defined]
            except (BpdebugError, ValueError) as error:
                self.say(str(error))
                return
        elif what == "value" and copy_text is not None:
            name, text = copy_text()
        if text:
            self.app.copy_to_clipboard(text)
            first = text.split("\n", 1)[0]
            self.say(f"copied the {name}: {first[:60]}{'...' if len(text) > 60 or first != text else ''}")
        else:
            self.say("there is nothing to copy here")

    def action_help(self) -> None:
        pane = self.workspace.current
        title = getattr(self.workspace.panes[pane], "TITLE", None) or pane.capitalize()
        self.app.push_screen(HelpScreen(help_sections(self.active_bindings, title)))

    def action_messages(self) -> None:
        """Show what was said, in full."""
        self._take_count()
        self.app.push_screen(MessagesScreen(self.messages.latest_first()))

    @property
    def debugger(self) -> DebuggerApp:
        """The application."""
        from ..app import DebuggerApp

        assert isinstance(self.app, DebuggerApp)
        return self.app

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        live_only = ("run_or_pause", "interrupt", "restart", "edit")
        for_two = ("difference", "first_divergence", "other_run")
        return not (
            (action in live_only and self.session is None) or (action in for_two and self.beside is None)
        )
