"""What the keys for breakpoints, watches, bookmarks and visited positions do."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from ...breakpoints import breakpoint_from_text
from ...errors import BpdebugError, ConditionError, UsageError
from ...stepping import Breakpoint
from ...text import cell_width, clean, count_text
from ..messages import ChangeStop, ToggleBreakpoint
from ..panes.timeline import breakpoint_on
from ..widgets.key_line import KeyLine
from ..widgets.prompt import Prompt, Suggestions
from .run_view import RunScreen

__all__ = ["StopActions"]

_LINE = re.compile(r"(?P<line>[0-9]{1,9})(?:\s+if\s.*)?")
_ANY_FILE = "file:"
_SHAPES = "train.py:41, relu, MLP.l1/* if norm(gx) > 100, nan, norm(W) changes"


class StopActions(RunScreen):
    """Part of the main screen; `main` opens the prompts and brings their answers here."""

    # ---- breakpoints --------------------------------------------------------------------------------------------

    def on_toggle_breakpoint(self, message: ToggleBreakpoint) -> None:
        try:
            self.toggle_breakpoint(message.breakpoint)
        except BpdebugError as error:
            self.say(str(error))

    def toggle_breakpoint(self, wanted: Breakpoint) -> None:
        """Set a breakpoint or take it away, and mark it. Raises UsageError where it would never stop."""
        moved = ""
        if self.navigator.stops.number_of(wanted) is None:
            wanted, moved = self.settled(wanted)
        is_set = self.navigator.toggle_breakpoint(wanted)
        self._stops_changed(f"breakpoint {'set' if is_set else 'taken away'}: {self._shown(wanted)}", moved)

    def add_breakpoint(self, wanted: Breakpoint) -> None:
        """Set a breakpoint, or enable it if it is set already. Raises UsageError, AddressError."""
        wanted, moved = self.settled(wanted)
        number = self.navigator.stops.add(wanted)
        self._stops_changed(f"breakpoint {number}: {self._shown(wanted)}", moved)

    def replace_breakpoint(self, number: int, wanted: Breakpoint) -> None:
        """Set another breakpoint in the place of one. Raises UsageError, AddressError."""
        wanted, moved = self.settled(wanted)
        self.navigator.stops.replace(number, wanted)
        self._stops_changed(f"breakpoint {number}: {self._shown(wanted)}", moved)

    def settled(self, wanted: Breakpoint) -> tuple[Breakpoint, str]:
        """A breakpoint where it can stop, and what was changed of it. Raises UsageError, AddressError."""
        return self.timeline.source_lines.settle(wanted, live=self.may_grow)

    def _shown(self, one: Breakpoint) -> str:
        return self.timeline.source_lines.shown(one)

    def remove_breakpoint(self, number: int) -> None:
        """Take one away. Raises UsageError."""
        self._stops_changed(f"breakpoint taken away: {self._shown(self.navigator.stops.remove(number))}")

    def enable_breakpoint(self, number: int, on: bool) -> None:
        """Make one stop, or not. Raises UsageError."""
        found = self.navigator.stops.enable(number, on, self.navigator.now)
        self._stops_changed(f"breakpoint {number} {'enabled' if on else 'disabled'}: {self._shown(found)}")

    def ignore_hits(self, number: int, count: int) -> None:
        """Let one pass its next hits. Raises UsageError."""
        found = self.navigator.stops.ignore(number, count, self.navigator.now)
        self._stops_changed(f"breakpoint {number} passes {count_text(count, 'hit')} by: {self._shown(found)}")

    def clear_breakpoints(self) -> None:
        """Take all breakpoints away."""
        count = len(self.navigator.breakpoints)
        self.navigator.stops.breakpoints.clear()
        self._stops_changed(f"{count_text(count, 'breakpoint')} taken away")

    def _stops_changed(self, said: str, moved: str = "") -> None:
        self.navigator.stops_changed()
        self.show_breakpoints()
        self.say(f"{said} ({moved})" if moved else said)

    def action_breakpoint(self) -> None:
        pane = self.workspace.current_pane
        if hasattr(pane, "toggle_breakpoint"):
            pane.toggle_breakpoint()
        elif self.navigator.seq >= 0:
            try:
                self.toggle_breakpoint(breakpoint_on(self.timeline, self.navigator.seq))
            except BpdebugError as error:
                self.say(str(error))

    def action_edit_breakpoint(self) -> None:
        """Edit the chosen breakpoint, or make a new one of what is chosen; with a condition."""
        wanted = self._chosen_breakpoint()
        number = None if wanted is None else self.navigator.stops.number_at(wanted)
        if number is not None:
            wanted = self.navigator.stops.get(number)
        typed = "" if wanted is None else self._shown(wanted)
        if wanted is not None and wanted.has_place and not wanted.condition:
            typed += " if "
        self._edited_number, self._edited_from = number, wanted
        self.ask_stop(_BREAK, typed)

    def _chosen_breakpoint(self) -> Breakpoint | None:
        """The breakpoint that the focused pane is on, set or not."""
        chosen = getattr(self.workspace.current_pane, "chosen_breakpoint", None)
        if chosen is not None:
            found: Breakpoint | None = chosen()
            return found
        if self.navigator.seq < 0:
            return None
        try:
            return breakpoint_on(self.timeline, self.navigator.seq)
        except BpdebugError:
            return None

    def ask_stop(self, mark: str, typed: str, error: ConditionError | None = None) -> None:
        """Ask for a breakpoint or an expression; with `error`, once more, with what was wrong with it."""
        hint = _SHAPES if mark == _BREAK else "norm(gW), W.delta, loss, max(abs(y)) ..."
        self.open_prompt(mark, self.stop_completions(), hint, typed)
        if error is not None:
            self.point_out(mark, error)

    def ask_again(self, mark: str, typed: str, error: ConditionError) -> None:
        """Open the prompt once more, with what was typed and what is wrong with it."""
        self.open_prompt(mark, [], "", typed)
        self.point_out(mark, error)

    def point_out(self, mark: str, error: ConditionError) -> None:
        """Say what is wrong with the line in the prompt, with a mark over the place."""
        self.query_one(Prompt).put_cursor(error.column)
        self.messages.add(clean(error.reason))  # above the prompt is one line, which may be too short for it
        self.say_where(mark, error)

    def say_where(self, mark: str, error: ConditionError) -> None:
        """Say what is wrong with the line in the prompt, above the place."""
        line = self.query_one(KeyLine)
        line.display = True
        line.say(pointing(clean(error.reason), len(mark) + error.column, line.size.width or self.size.width))

    def stop_completions(self) -> list[str]:
        """What a prompt for conditions completes: names of parameters, metrics and functions."""
        reader = self.timeline.reader
        parameters = [one.name for one in reader.variables if one.parameter]
        return [f"norm({name}.grad) > " for name in parameters] + [f"{name}.delta" for name in parameters]

    def open_prompt(
        self,
        mark: str,
        suggestions: Sequence[str] | Suggestions,
        placeholder: str,
        typed: str = "",
        stays_for: str = "",
    ) -> None:
        """Open the line to type into."""
        raise TypeError("the main screen has the prompt")

    def stop_typed(self, mark: str, text: str) -> None:
        """Carry out what was typed after one of `STOP_MARKS`."""
        try:
            if mark == _BREAK:
                self._break_typed(text)
            elif text:
                self.watch_expression(text)
        except ConditionError as error:
            self.ask_stop(mark, text, error)
        except BpdebugError as error:
            self.say(str(error))

    def _break_typed(self, text: str) -> None:
        number, before = self._edited_number, self._edited_from
        self._edited_number = self._edited_from = None
        if not text:
            if number is not None:
                self.remove_breakpoint(number)
            return
        try:
            wanted = self.breakpoint_typed(text)
        except ConditionError:
            self._edited_number, self._edited_from = number, before
            raise
        if before is not None and wanted.place_text in (before.place_text, self._place_shown(before)):
            # The same place, which may be meant more exactly than its text says.
            wanted = msgspec.structs.replace(
                before, condition=wanted.condition, changes=wanted.changes, was="", enabled=True
            )
        wanted = self.with_history(wanted)
        if number is None:
            self.add_breakpoint(wanted)
        else:
            self.replace_breakpoint(number, wanted)

    def _place_shown(self, one: Breakpoint) -> str:
        return self._shown(msgspec.structs.replace(one, condition="", changes=False))

    def breakpoint_typed(self, text: str) -> Breakpoint:
        """What a person types as a breakpoint; a number alone is a line of the file in the Source pane.

        Raises:
            ConditionError: it can't be read.
            UsageError: no file is shown.
        """
        line = _LINE.fullmatch(text.strip())
        if line is None:
            return breakpoint_from_text(text)
        self._show_if_stale("source")
        path: str = self.workspace.panes["source"].path  # type: ignore[attr-defined]
        if not path:
            raise UsageError(f"line {line['line']} of which file? Such as: break train.py:{line['line']}")
        text = text.strip()
        try:
            found = breakpoint_from_text(_ANY_FILE + text)
        except ConditionError as error:
            raise ConditionError(error.reason, text, error.column - len(_ANY_FILE)) from error
        return msgspec.structs.replace(found, path=path)

    def with_history(self, wanted: Breakpoint) -> Breakpoint:
        """The breakpoint with what it has to know of the events before it was set."""
        if not wanted.changes or not len(self.timeline):
            return wanted
        was = self.timeline.value_before_change(wanted, self.navigator.now)
        return msgspec.structs.replace(wanted, was=was)

    def on_change_stop(self, message: ChangeStop) -> None:
        number, stops = message.number, self.navigator.stops
        if message.what in ("enable", "disable"):
            self.enable_breakpoint(number, message.what == "enable")
        elif message.what == "remove breakpoint":
            self.remove_breakpoint(number)
        elif message.what == "remove watch":
            self.watch_expression(stops.watches[number - 1])
        else:
            seq = self.navigator.bookmarks.seqs[number - 1]
            self.navigator.bookmarks.toggle(seq)
            self._stops_changed(f"event {seq:,} no longer marked")

    # ---- watches ------------------------------------------------------------------------------------------------

    def watch_expression(self, expression: str) -> None:
        """Watch an expression, or no longer. Raises ConditionError."""
        watched = self.navigator.stops.watch(expression)
        self._stops_changed(f"{'watching' if watched else 'no longer watching'} {expression}")

    def action_watch(self) -> None:
        """Watch the tensor that is shown; what it is can be changed before Enter."""
        expression = self._expression_under_cursor()
        place = "" if "." in expression else self._place_of_event()
        self.ask_stop(_WATCH, f"{expression} at {place}" if expression and place else expression)
        self.query_one(Prompt).choose_all()

    def action_watch_changes(self) -> None:
        """Stop where the shown tensor is another than before."""
        expression = self._expression_under_cursor()
        if not expression:
            self._edited_number = self._edited_from = None
            self.ask_stop(_BREAK, " changes")
            return
        wanted = Breakpoint(condition=expression, changes=True)
        if "." not in expression:  # a role: of this op, not of all
            place = breakpoint_on(self.timeline, self.navigator.seq)
            wanted = msgspec.structs.replace(wanted, kind=place.kind, scope=place.scope, label=place.label)
        self.toggle_breakpoint(self.with_history(wanted))

    def _place_of_event(self) -> str:
        """The place of this event's op, as a person types it."""
        return breakpoint_on(self.timeline, self.navigator.seq).place_text if self.navigator.seq >= 0 else ""

    def _expression_under_cursor(self) -> str:
        """How conditions call the tensor that the Tensor pane shows; "" for none."""
        tensor = self.workspace.panes["tensor"]
        self._show_if_stale("tensor")
        found: str = tensor.expression()  # type: ignore[attr-defined]
        return found

    # ---- positions ----------------------------------------------------------------------------------------------

    def action_bookmark(self) -> None:
        if self.navigator.seq < 0:
            return
        is_set = self.navigator.bookmarks.toggle(self.navigator.seq)
        self.show_breakpoints()
        self.say(f"event {self.navigator.seq:,} {'marked' if is_set else 'no longer marked'}")

    def action_to_bookmark(self, direction: int) -> None:
        seq = self.navigator.bookmarks.next(self.navigator.seq, direction)
        if seq is None:
            self.say(f"no event is marked: {self.keys.shown('bookmark')} marks this one")
        elif seq == self.navigator.seq:
            self.say("no other event is marked")
        else:
            self.navigator.go_to(seq)
            self._moved()

    def action_visited(self, steps: int) -> None:
        if self.navigator.go_back(steps):
            self._moved()
        else:
            self.say("this is where you began" if steps > 0 else "this is the latest place that you were at")

    _edited_number: int | None = None
    """The breakpoint whose text is in the prompt."""
    _edited_from: Breakpoint | None = None
    """What that text was made of."""


def pointing(reason: str, column: int, width: int) -> str:
    """A line that says `reason` and points at the cell `column` of the line below it."""
    if column + 2 + cell_width(reason) <= width:
        return f"{' ' * (column - 1)}▾ {reason}"
    return f"{reason} ▾".rjust(column)


_BREAK, _WATCH = "break ", "watch "
STOP_MARKS = (_BREAK, _WATCH)
"""The marks of the prompts that belong here."""


def stop_mark(command: str) -> str:
    """The mark of the prompt in which a command that was typed wrongly after `:` is put right."""
    return _WATCH if command.startswith(_WATCH.strip()) else _BREAK
