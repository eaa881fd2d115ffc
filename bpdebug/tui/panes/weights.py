"""The Weights pane: every parameter as it is at this moment, and what the update does to the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from ...text import clean, count_text
from ...timeline.editable import EditTarget, parameter_target
from ...timeline.updates import hooks_before
from ..keymap import bindings_for
from ..messages import GoTo, Notice, SubtitleChanged
from ..widgets.background import Background
from ..widgets.lines import Lines, Piece, flow, paragraph
from ..widgets.steady import Fitted
from .norms import Norms
from .parameter_detail import Part, detail_lines, fitting_parts, heading, parts_beside, parts_of
from .parameter_table import ParameterTable

if TYPE_CHECKING:
    from ...diff.beside import Beside
    from ...timeline import Moment, ParameterState, Timeline

__all__ = ["WeightsPane"]

_VIEWS = ("both", "table", "one parameter")
_DETAIL_WANTS = 8
"""Lines: heading, titles, norms, and a few rows of numbers."""


class WeightsPane(Fitted, can_focus=True):
    """The cursor follows the parameter that an event updates; else it stays on the one chosen."""

    TITLE = "Weights"
    title = TITLE

    BINDINGS = bindings_for("weights")

    DEFAULT_CSS = """
    WeightsPane {
        layout: vertical; overflow: hidden;
        &:focus ParameterTable > .table--cursor { background: $primary; }
    }
    """

    class Computed(Message):
        """Work on a big array is done."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, WeightsPane.Computed)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.subtitle = ""
        self._background = Background(lambda: self.post_message(self.Computed()))
        self._norms = Norms(self._background)
        self._beside: Beside | None = None
        self._other_norms = Norms(self._background)
        self._others: dict[str, ParameterState] = {}
        self._states: list[ParameterState] = []
        self._timeline: Timeline | None = None
        self._seq = -1
        self._first_part = 0
        self._view = 0
        self._heading = Lines()
        self._table = ParameterTable(self._norms)
        self._detail = Lines()

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._table
        yield self._detail

    def on_unmount(self) -> None:
        self._background.close()

    # ---- what it is told ------------------------------------------------------------------------------------

    def show(self, moment: Moment | None, timeline: Timeline | None) -> None:
        """Show the parameters as they are right after this event."""
        chosen = self._chosen()
        self._states = []
        self._timeline = timeline
        if moment is not None and timeline is not None:
            self._norms.use(timeline)
            self._states = timeline.parameters(moment.seq)
            self._seq = moment.seq
            self._load_others()
        place = next((place for place, state in enumerate(self._states) if state.updated_here), None)
        if place is None and chosen is not None:
            numbers = [state.variable for state in self._states]
            place = numbers.index(chosen.variable) if chosen.variable in numbers else 0
        self._table.cursor = place or 0
        self._table.show_states(self._states, timeline, self._seq)
        if self.is_mounted:
            self._table.show_row(self._table.cursor)
        self._update()

    def show_beside(self, beside: Beside) -> None:
        """Show the parameters of this run beside those of another."""
        self._beside = beside
        self._other_norms.use(beside.other)

    def compared_further(self) -> None:
        """Where the other run is at this event may be known now."""
        self._load_others()
        self._update()

    def _load_others(self) -> None:
        if self._beside is not None and self._seq >= 0:
            self._others = self._beside.parameters(self._seq)
            self._table.show_others(self._others, self._other_norms, self._beside.other_letter)

    def edit_target(self) -> tuple[EditTarget | str, str, Callable[[], np.ndarray]]:
        """What an edit here changes: the value of the chosen parameter; how it begins; its content."""
        chosen, timeline = self._chosen(), self._timeline
        if chosen is None or timeline is None or chosen.value is None:
            return "no value of a parameter is known here", "", lambda: np.zeros(0)
        value = chosen.value
        return parameter_target(chosen.name, chosen.variable), "*= ", lambda: timeline.reader.array(value)

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text): the name of the chosen parameter."""
        chosen = self._chosen()
        return "parameter", "" if chosen is None else chosen.name

    def _chosen(self) -> ParameterState | None:
        place = self._table.cursor
        return self._states[place] if place < len(self._states) else None

    # ---- drawing --------------------------------------------------------------------------------------------

    def _update(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        width, height = self.size
        chosen = self._chosen()
        self._set_subtitle()
        if chosen is None:
            self._table.display = self._detail.display = False
            lines = _nothing(width)
            self._set_height(self._heading, len(lines))
            self._heading.display = True
            self._heading.show(lines)
            return
        view = _VIEWS[self._view]
        with_table = view != "one parameter"
        # A place too low for both shows the table: it is what says how training goes.
        with_detail = view == "one parameter" or (view == "both" and height >= 6)
        self._heading.display = self._table.display = with_table
        self._detail.display = with_detail
        table_height = 0
        if with_table:
            self._set_height(self._heading, 1)
            scrollbar = len(self._states) > height - 1
            self._heading.show([[(self._table.heading(width - scrollbar), "muted")]])
            table_height = height - 1
            if with_detail:
                wanted = min(_DETAIL_WANTS, height // 2)
                table_height = max(1, min(len(self._states), height - 2 - wanted))
            self._set_height(self._table, table_height)
        if with_detail:
            # One empty line sets the chosen parameter apart from the table, where there is room for it.
            gap = 1 if with_table and height >= 12 else 0
            room = height - table_height - with_table - gap
            self._detail.styles.margin = (gap, 0, 0, 0)
            self._set_height(self._detail, room)
            self._detail.show(self._detail_lines(chosen, width, room))

    def _detail_lines(self, chosen: ParameterState, width: int, room: int) -> list[list[Piece]]:
        parts = self._parts(chosen)
        self._first_part = max(0, min(self._first_part, len(parts) - 1))
        shown = fitting_parts(parts, self._first_part, width)
        name, *rest = heading(chosen, self._norms)
        if len(shown) < len(parts):
            first, last = self._first_part + 1, self._first_part + len(shown)
            rest.insert(0, (f"{first} to {last} of {len(parts)}: < >", "muted"))
        head = flow([name, *rest], width, 3 if room >= 12 else 2 if room >= 6 else 1)
        return [*head, *detail_lines(shown, self._norms, width, room - len(head))]

    def _parts(self, chosen: ParameterState) -> list[Part]:
        hooks = []
        if self._timeline is not None and chosen.updated_at is not None:
            hooks = hooks_before(self._timeline.names, chosen.updated_at)
        parts = parts_of(chosen, hooks)
        if self._beside is not None:
            letter = self._beside.other_letter
            theirs = self._others.get(chosen.name)
            # Behind the value that they are compared with.
            place = next((i for i, part in enumerate(parts) if part.tensor == chosen.value), 0) + 1
            parts[place:place] = parts_beside(chosen, theirs, self._other_norms, letter)
        return parts

    def _set_height(self, widget: Widget, height: int) -> None:
        if widget.styles.height is None or widget.styles.height.value != height:
            widget.styles.height = height

    def _set_subtitle(self) -> None:
        subtitle = count_text(len(self._states), "parameter") if self._states else ""
        here = next((state for state in self._states if state.updated_here), None)
        if here is not None:
            subtitle = f"* {clean(here.name)} updated here"
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.post_message(SubtitleChanged())

    # ---- events and keys ------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._update()
        self.call_after_refresh(lambda: self._table.show_row(self._table.cursor))

    def on_weights_pane_computed(self) -> None:
        self._table.refresh()
        self._update()

    def on_parameter_table_selected(self, message: ParameterTable.Selected) -> None:
        message.stop()
        self._update()

    def on_parameter_table_entered(self, message: ParameterTable.Entered) -> None:
        message.stop()
        self.action_go()

    def action_cursor(self, rows: int) -> None:
        """Choose another parameter."""
        self._table.move_cursor(self._table.cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move by what the table shows at once."""
        self._table.move_cursor(self._table.cursor + pages * max(1, self._table.page - 1))

    def action_edge(self, end: int) -> None:
        """Choose the first or last parameter."""
        self._table.move_cursor(0 if end < 0 else len(self._states) - 1)

    def action_part(self, step: int) -> None:
        """Show the tensors further right, or left."""
        chosen = self._chosen()
        if chosen is not None:
            self._first_part = max(0, min(self._first_part + step, len(self._parts(chosen)) - 1))
            self._update()

    def action_view(self) -> None:
        """Table and chosen parameter, or one of them."""
        self._view = (self._view + 1) % len(_VIEWS)
        self._update()

    def action_go(self) -> None:
        """Go to the event that updated the chosen parameter last."""
        chosen = self._chosen()
        if chosen is None:
            return
        if chosen.updated_at is None:
            self.post_message(Notice(f"{clean(chosen.name)} has not been updated by this event"))
        elif chosen.updated_at != self._seq:
            self.post_message(GoTo(chosen.updated_at))


def _nothing(width: int) -> list[list[Piece]]:
    when = "They appear when the script's model first computes with them, or when an optimizer is set up."
    return [[("No parameters yet.", "strong")], *paragraph(when, width, "muted")]
