"""What the Tensor pane draws of the chosen tensor: its tabs, its numbers, its heat map, and what is said of it.

Which keys change that, and what the rest of the program asks of the pane, is in `tensor`.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import numpy as np
from textual.app import ComposeResult
from textual.message import Message

from ...text import clean, shape_text
from ..messages import SubtitleChanged
from ..widgets.background import Background, Failure
from ..widgets.cell_format import exact
from ..widgets.lines import Lines, Piece, flow
from ..widgets.role_tabs import RoleTab, RoleTabs
from ..widgets.steady import Fitted
from ..widgets.value_grid import ValueGrid
from .tensor_beside import TensorBeside
from .tensor_choice import TensorChoice
from .tensor_reading import TensorReading
from .tensor_sheet import TensorSheet
from .tensor_slice import Slice
from .tensor_words import identity, in_words, no_tensors, note_lines

if TYPE_CHECKING:
    from ...timeline import Moment, TensorView, Timeline

__all__ = ["TensorDisplay"]


class TensorDisplay(Fitted):
    """Keeps the chosen role, element and slice while the person steps, as far as the next event has them."""

    class Computed(Message):
        """Work on a big array is done."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TensorDisplay.Computed)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.subtitle = ""
        self._background = Background(lambda: self.post_message(self.Computed()))
        self._moment: Moment | None = None
        self._choice = TensorChoice()
        self._timeline: Timeline | None = None
        self._sliced = Slice()
        self._shown: tuple[Hashable, tuple[int | None, ...]] | None = None
        self._tabs = RoleTabs()
        self._facts = Lines()
        self._apart = TensorBeside()
        self._slice_words = Lines()
        self._note = Lines()
        self._reading = TensorReading(self._background, self._apart)
        self._sheet = TensorSheet(self._background)
        self._grid = self._sheet.grid
        self._under_cursor = Lines()

    def compose(self) -> ComposeResult:
        yield self._tabs
        yield self._facts
        yield self._apart
        yield self._slice_words
        yield self._note
        yield self._sheet
        yield self._under_cursor

    def on_unmount(self) -> None:
        self._background.close()

    # ---- what it is told ------------------------------------------------------------------------------------

    def show(self, moment: Moment | None, timeline: Timeline | None) -> None:
        """Show this event's tensors; the role that the person chose, if it is among them."""
        self._moment = moment
        self._timeline = timeline
        self._reading.use(id(timeline), moment)
        self._choice.use(moment)
        self._update()

    def _mine(self) -> TensorView | None:
        """The chosen tensor of this run."""
        return self._choice.view

    def _view_now(self) -> TensorView | None:
        """What is shown of it: of two runs, perhaps that of the other, or their distance."""
        mine = self._mine()
        return None if mine is None else self._apart.view(self._moment, mine)

    def chosen_element(self) -> tuple[TensorView, tuple[int, ...]] | None:
        """The tensor that is shown, and the index of the element under the cursor; None where there is none."""
        view, place = self._view_now(), self._grid.cursor_index()
        if view is None or place is None or self._shown is None:
            return None
        return view, self._sliced.whole_index(place)

    # ---- drawing --------------------------------------------------------------------------------------------

    def _update(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        width = self.size.width
        view = self._view_now()
        self._set_subtitle(view)
        if view is None:
            self._show_words()
            return
        tabs = [
            RoleTab(clean(view.role), "" if view.group in view.role else view.group)
            for view in self._choice.views
        ]
        self._tabs.show(tabs, self._choice.place)
        array = self._reading.array(view) if view.there else None
        self._show_facts(view, array)
        self._show_apart()
        drawn = isinstance(array, np.ndarray) and bool(array.size)
        if isinstance(array, np.ndarray) and array.size:
            self._slice_words.display = array.ndim > 2
            self._show_array(view, array)
        else:
            self._slice_words.display = False
            self._show_nothing()
            self._note.show(note_lines(view, array, width))
            self._note.styles.height = "1fr"
        self._note.display = not drawn
        self._sheet.display = self._under_cursor.display = drawn

    def _show_words(self) -> None:
        """Show what an event without tensors says, in the lines of the tabs and the facts.

        All else stays where it is, empty: every other event is such a one, and to lay out the screen at each takes
        longer than to draw it.
        """
        title, *lines = no_tensors(self._moment, self.size.width)
        self._tabs.show((), 0, "".join(text for text, _ in title))
        self._facts.show(lines)
        height = self._facts.styles.height
        if height is None or (height.value or 0) < len(lines):
            self._facts.styles.height = len(lines)
        self._slice_words.show([])
        self._apart.show([])
        self._under_cursor.show([])
        self._note.show([])
        self._show_nothing()

    def _show_nothing(self) -> None:
        self._shown = None
        self._sheet.clear()

    def _show_facts(self, view: TensorView, array: object) -> None:
        width, height = self.size
        lines = flow(identity(view), width, 1)
        # As many lines while statistics are computed as after: nothing jumps when they come.
        lost = view.shape is not None and view.tensor is not None and not view.there
        found = self._reading.statistics(view) if lost or isinstance(array, np.ndarray) else None
        if isinstance(array, np.ndarray) or (lost and not isinstance(found, Failure)):
            averages, counts = in_words(view, found)
            if height >= 10:
                lines += [*flow(averages, width, 1), *flow(counts, width, 1)]
            elif height >= 7:
                lines += flow([*averages, *counts], width, 1)
        self._facts.show(lines)
        if self._facts.styles.height is None or self._facts.styles.height.value != len(lines):
            self._facts.styles.height = len(lines)

    def _show_apart(self) -> None:
        mine = self._mine()
        self._apart.show_apart(
            self._moment,
            mine,
            lambda measure: self._reading.distance(mine, measure),
            self.size.width,
            2 if self.size.height >= 10 else 1,
        )

    def _show_array(self, view: TensorView, array: np.ndarray) -> None:
        self._sliced.fit(array.shape)
        self._slice_words.show(flow(self._sliced.in_words(array.shape), self.size.width, 1))
        part = self._sliced.of(array)
        key = (self._reading.key(view), self._sliced.index)
        self._sheet.show_array(part, key, array, key[0], self.size.width)
        self._shown = key
        self._show_cursor()

    def _show_cursor(self) -> None:
        index, value = self._grid.cursor_index(), self._sheet.show_cursor()
        if index is None or value is None:
            self._under_cursor.show([])
            return
        index = self._sliced.whole_index(index)
        finite = not isinstance(value, np.inexact) or bool(np.isfinite(value))
        place = f"at [{', '.join(map(str, index))}]:" if index else "value:"
        pieces: list[Piece] = [(place, "muted"), (exact(value), "strong" if finite else "alarm")]
        both = self._apart.element_words(self._moment, self._mine(), index)
        if both:
            pieces[1:] = both
        self._under_cursor.show(flow(pieces, self.size.width, 1))

    def _set_subtitle(self, view: TensorView | None) -> None:
        subtitle = "" if view is None else f"{clean(view.title)} {shape_text(view.shape)}"
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.post_message(SubtitleChanged())

    # ---- events ---------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._update()

    def on_value_grid_moved(self, message: ValueGrid.Moved) -> None:
        message.stop()
        self._show_cursor()
