"""The Tensor pane: one tensor of the current event as numbers, as a heat map, and in words."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget

from ...errors import BpdebugError
from ...text import clean, shape_text
from ..messages import SubtitleChanged
from ..widgets.background import Background, Failure
from ..widgets.cell_format import NOTATIONS, exact
from ..widgets.heat_map import HeatMap
from ..widgets.lines import Lines, Piece, flow
from ..widgets.role_tabs import RoleTab, RoleTabs
from ..widgets.value_grid import ValueGrid
from .tensor_words import identity, in_words, missing, no_tensors, size_of, slice_words

if TYPE_CHECKING:
    from ...timeline import Moment, Statistics, TensorView, Timeline

__all__ = ["TensorPane"]

_VIEWS = ("numbers and heat map", "numbers", "heat map")
_BOTH_NEED = 56
"""Cells across below which numbers and heat map don't stand side by side."""


class TensorPane(Widget, can_focus=True):
    """Keeps the chosen role, element and slice while the person steps, as far as the next event has them."""

    TITLE = "Tensor"
    title = TITLE

    BINDINGS = [
        Binding("greater_than_sign", "tensor(1)", "next tensor of the event", show=False, id="tensor_next"),
        Binding("less_than_sign", "tensor(-1)", "previous tensor", show=False, id="tensor_previous"),
        Binding("v", "view", "numbers, heat map, or both", show=False, id="tensor_view"),
        Binding("p", "notation", "notation: auto, fixed, scientific", show=False, id="tensor_notation"),
        Binding("i", "slice(1)", "next index on the chosen axis", show=False, id="tensor_index_next"),
        Binding("I", "slice(-1)", "previous index on it", show=False, id="tensor_index_previous"),
        Binding("a", "axis(1)", "choose the next leading axis", show=False, id="tensor_axis_next"),
        Binding("A", "axis(-1)", "choose the previous leading axis", show=False, id="tensor_axis_previous"),
        Binding("up,k", "cursor(-1,0)", "element above", show=False, id="tensor_up"),
        Binding("down,j", "cursor(1,0)", "element below", show=False, id="tensor_down"),
        Binding("left,h", "cursor(0,-1)", "element to the left", show=False, id="tensor_left"),
        Binding("right,l", "cursor(0,1)", "element to the right", show=False, id="tensor_right"),
        Binding("pageup", "page(-1)", "page up", show=False, id="tensor_page_up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="tensor_page_down"),
        Binding(
            "home", "edge(False)", "first element of the row, of the sheet", show=False, id="tensor_home"
        ),
        Binding("end", "edge(True)", "last element of the row, of the sheet", show=False, id="tensor_end"),
    ]

    DEFAULT_CSS = """
    TensorPane {
        layout: vertical; overflow: hidden;
        & #tensor-sheet { height: 1fr; }
        & HeatMap { margin-left: 2; }
        &:focus ValueGrid > .grid--cursor { background: $primary; }
        &:focus RoleTabs > .roles--chosen { background: $primary; }
    }
    """

    class Computed(Message):
        """Work on a big array is done."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TensorPane.Computed)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.subtitle = ""
        self._background = Background(lambda: self.post_message(self.Computed()))
        self._moment: Moment | None = None
        self._run: Hashable = None
        self._views: list[TensorView] = []
        self._place = 0
        self._wanted: tuple[str, str] | None = None
        self._leading: tuple[int, ...] = ()
        self._axis = 0
        self._view = 0
        self._notation = 0
        self._shown: tuple[Hashable, tuple[int, ...]] | None = None
        self._tabs = RoleTabs()
        self._facts = Lines()
        self._slice = Lines()
        self._note = Lines()
        self._grid = ValueGrid()
        self._heat = HeatMap(self._background)
        self._sheet = Horizontal(id="tensor-sheet")
        self._under_cursor = Lines()

    def compose(self) -> ComposeResult:
        yield self._tabs
        yield self._facts
        yield self._slice
        yield self._note
        with self._sheet:
            yield self._grid
            yield self._heat
        yield self._under_cursor

    def on_unmount(self) -> None:
        self._background.close()

    # ---- what it is told ------------------------------------------------------------------------------------

    def show(self, moment: Moment | None, timeline: Timeline | None) -> None:
        """Show this event's tensors; the role that the person chose, if it is among them."""
        self._moment = moment
        self._run = id(timeline)
        self._views = moment.tensors if moment is not None else []
        self._place = self._wanted_place()
        self._update()

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text): the exact value under the cursor."""
        value = self._grid.cursor_value() if self._view_now() is not None else None
        return "value", "" if value is None else exact(value)

    def _wanted_place(self) -> int:
        if self._wanted is not None:
            pairs = [(view.group, view.role) for view in self._views]
            if self._wanted in pairs:
                return pairs.index(self._wanted)
            roles = [role for _, role in pairs]
            if self._wanted[1] in roles:
                return roles.index(self._wanted[1])
        return 0

    def _view_now(self) -> TensorView | None:
        return self._views[self._place] if self._place < len(self._views) else None

    # ---- drawing --------------------------------------------------------------------------------------------

    def _update(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        width = self.size.width
        tabs = [
            RoleTab(clean(view.role), "" if view.group in view.role else view.group) for view in self._views
        ]
        self._tabs.show(tabs, self._place)
        self._tabs.display = bool(tabs)
        view = self._view_now()
        array = self._array(view) if view is not None and view.there else None
        self._note.show(self._note_lines(view, array, width))
        self._show_facts(view, array)
        drawn = False
        if view is not None and isinstance(array, np.ndarray) and array.size:
            drawn = True
            self._slice.display = array.ndim > 2
            self._show_array(view, array)
        else:
            self._shown = None
            self._slice.display = False
            self._grid.clear()
            self._heat.show_sheet(None, None)
            self._note.styles.height = "1fr"
        self._note.display = not drawn
        self._sheet.display = self._under_cursor.display = drawn
        self._set_subtitle(view)

    def _array(self, view: TensorView) -> np.ndarray | Failure | None:
        """Its values; None while a big computed one is being made."""
        if view.tensor is not None:
            try:
                return view.array()
            except (BpdebugError, OSError, ValueError) as error:
                return Failure(error)
        return self._background.ask(("array", self._key(view)), view.array, size_of(view.shape))

    def _key(self, view: TensorView) -> Hashable:
        seq = self._moment.seq if self._moment is not None and view.tensor is None else -1
        return (self._run, view.tensor, seq, "" if view.tensor is not None else view.role)

    def _note_lines(self, view: TensorView | None, array: object, width: int) -> list[list[Piece]]:
        if view is None:
            return no_tensors(self._moment, width)
        if not view.there:
            return missing(view, width)
        if isinstance(array, Failure):
            return flow([(f"can't be shown: {clean(str(array))}", "alarm")], width, 3)
        if array is None:
            return [[("computing ...", "muted")]]
        return [[(f"empty: shape {shape_text(view.shape)} has no elements", "strong")]]

    def _show_facts(self, view: TensorView | None, array: object) -> None:
        self._facts.display = view is not None
        if view is None:
            return
        width, height = self.size
        lines = flow(identity(view), width, 1)
        # As many lines while statistics are computed as after: nothing jumps when they come.
        if isinstance(array, np.ndarray):
            averages, counts = in_words(view, self._statistics(view, array))
            if height >= 10:
                lines += [*flow(averages, width, 1), *flow(counts, width, 1)]
            elif height >= 7:
                lines += flow([*averages, *counts], width, 1)
        self._facts.show(lines)
        if self._facts.styles.height is None or self._facts.styles.height.value != len(lines):
            self._facts.styles.height = len(lines)

    def _statistics(self, view: TensorView, array: np.ndarray) -> Statistics | Failure | None:
        found: Statistics | Failure | None = self._background.ask(
            ("statistics", self._key(view)), view.statistics, int(array.size)
        )
        return found

    def _show_array(self, view: TensorView, array: np.ndarray) -> None:
        leading = self._leading_for(array.shape)
        self._leading = leading
        if leading:
            self._axis = min(self._axis, len(leading) - 1)
            self._slice.show(flow(slice_words(array.shape, leading, self._axis), self.size.width, 1))
        sheet = array[leading] if leading else array.reshape(1, -1) if array.ndim < 2 else array
        both = array.size > 1 and self.size.width >= _BOTH_NEED
        self._heat.show_sheet(sheet, (self._key(view), leading))
        with_heat = array.ndim > 0 and (self._view == 2 or (self._view == 0 and both))
        with_numbers = self._view != 2 or not with_heat
        self._grid.display, self._heat.display = with_numbers, with_heat
        self._grid.show_array(array, leading, NOTATIONS[self._notation])
        if with_heat and with_numbers:
            self._share_width()
        elif with_heat:
            self._heat.styles.width = "1fr"
        self._shown = (self._key(view), leading)
        self._show_cursor()

    def _share_width(self) -> None:
        """Numbers get what they need up to three fifths; the heat map what it can use of the rest."""
        width = self.size.width - 2
        heat = max(width - self._grid.natural_width(), min(self._heat.natural_width(), width * 2 // 5))
        heat = min(heat, max(28, self._heat.natural_width() * 4), width * 3 // 5)
        if self._heat.styles.width is None or self._heat.styles.width.value != heat:
            self._heat.styles.width = heat

    def _leading_for(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The slice shown so far, as far as this shape has it."""
        if len(self._leading) != max(0, len(shape) - 2):
            return (0,) * max(0, len(shape) - 2)
        return tuple(min(index, length - 1) for index, length in zip(self._leading, shape, strict=False))

    def _show_cursor(self) -> None:
        index, value = self._grid.cursor_index(), self._grid.cursor_value()
        self._heat.show_cursor(*self._grid.cursor)
        if index is None or value is None:
            self._under_cursor.show([])
            return
        finite = not isinstance(value, np.inexact) or bool(np.isfinite(value))
        place = f"at [{', '.join(map(str, index))}]:" if index else "value:"
        pieces: list[Piece] = [(place, "muted"), (exact(value), "strong" if finite else "alarm")]
        self._under_cursor.show(flow(pieces, self.size.width, 1))

    def _set_subtitle(self, view: TensorView | None) -> None:
        subtitle = "" if view is None else f"{clean(view.title)} {shape_text(view.shape)}"
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.post_message(SubtitleChanged())

    # ---- events and keys ------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._update()

    def on_tensor_pane_computed(self) -> None:
        view = self._view_now()
        if self._shown is None or view is None:
            self._update()
            return
        # The numbers are on the screen already: only what was waited for is drawn.
        self._heat.look_again()
        self._show_facts(view, self._array(view))

    def on_value_grid_moved(self, message: ValueGrid.Moved) -> None:
        message.stop()
        self._show_cursor()

    def on_role_tabs_chosen(self, message: RoleTabs.Chosen) -> None:
        message.stop()
        self._choose(message.place)

    def _choose(self, place: int) -> None:
        if not self._views:
            return
        self._place = place % len(self._views)
        view = self._views[self._place]
        self._wanted = (view.group, view.role)
        self._update()

    def action_tensor(self, step: int) -> None:
        """Show the next tensor of the event, or the previous one."""
        self._choose(self._place + step)

    def action_view(self) -> None:
        """Numbers, heat map, or both."""
        self._view = (self._view + 1) % len(_VIEWS)
        self._update()

    def action_notation(self) -> None:
        """Write floats as it suits them, in fixed point, or as powers of ten."""
        self._notation = (self._notation + 1) % len(NOTATIONS)
        self._update()

    def action_slice(self, step: int) -> None:
        """Change the index on the chosen leading axis; after the last comes the first."""
        view = self._view_now()
        if self._shown is None or not self._leading or view is None or view.shape is None:
            return
        changed = list(self._leading)
        changed[self._axis] = (changed[self._axis] + step) % view.shape[self._axis]
        self._leading = tuple(changed)
        self._update()

    def action_axis(self, step: int) -> None:
        """Choose which leading axis `i` and `I` change."""
        if self._leading:
            self._axis = (self._axis + step) % len(self._leading)
            self._update()

    def action_cursor(self, rows: int, columns: int) -> None:
        """Move the element cursor."""
        self._grid.move(rows, columns)

    def action_page(self, pages: int) -> None:
        """Move the element cursor by a screenful."""
        self._grid.move_page(pages)

    def action_edge(self, last: bool) -> None:
        """Move the element cursor to the end of its row, then of the sheet."""
        self._grid.move_to_edge(last)
