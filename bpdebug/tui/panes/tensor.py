"""The Tensor pane: one tensor of the current event as numbers, as a heat map, and in words."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

import numpy as np
from textual.app import ComposeResult
from textual.message import Message

from ...text import clean, shape_text
from ...timeline.editable import EditTarget, edit_target
from ...timeline.origin import origin_of
from ..copying import numpy_literal
from ..keymap import bindings_for
from ..messages import Ask, ExplainElement, GoTo, Notice, SubtitleChanged
from ..widgets.background import Background, Failure
from ..widgets.cell_format import exact
from ..widgets.lines import Lines, Piece, flow
from ..widgets.role_tabs import RoleTab, RoleTabs
from ..widgets.steady import Fitted
from ..widgets.value_grid import ValueGrid
from .tensor_beside import TensorBeside
from .tensor_find import FINDERS
from .tensor_reading import TensorReading
from .tensor_sheet import TensorSheet
from .tensor_slice import Slice
from .tensor_words import identity, in_words, no_tensors, note_lines

if TYPE_CHECKING:
    from ...diff.beside import Beside
    from ...timeline import Moment, TensorView, Timeline

__all__ = ["TensorPane"]


class TensorPane(Fitted, can_focus=True):
    """Keeps the chosen role, element and slice while the person steps, as far as the next event has them."""

    TITLE = "Tensor"
    title = TITLE

    BINDINGS = bindings_for("tensor")

    DEFAULT_CSS = """
    TensorPane {
        layout: vertical; overflow: hidden;
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
        self._views: list[TensorView] = []
        self._place = 0
        self._wanted: tuple[str, str] | None = None
        self._timeline: Timeline | None = None
        self._sliced = Slice()
        self._finding: tuple[str, int] | None = None
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
        self._finding = None
        self._reading.use(id(timeline), moment)
        self._views = moment.tensors if moment is not None else []
        self._place = self._wanted_place()
        self._update()

    def show_beside(self, beside: Beside) -> None:
        """Show the tensors of this run beside those of another."""
        self._apart.use(beside)

    def compared_further(self) -> None:
        """The other run's event may be known now."""
        self._update()

    def continue_from(self, pane: TensorPane) -> None:
        """Show the tensor that the pane of the other run's screen shows."""
        self._wanted = pane._wanted

    def expression(self) -> str:
        """How a condition calls the tensor that is shown; "" for one that it has no word for."""
        from ...timeline.words import expression_of

        view = self._mine()
        return "" if view is None or self._moment is None else expression_of(view, self._moment)

    def edit_target(self) -> tuple[EditTarget | str, str, Callable[[], np.ndarray]]:
        """What an edit of the shown tensor changes, or why it can't be; how it begins, at the element; its content."""
        view, chosen = self._view_now(), self.chosen_element()
        if view is None or self._moment is None:
            return "this event has no tensors", "", lambda: np.zeros(0)
        index = () if chosen is None else chosen[1]
        typed = f"[{', '.join(map(str, index))}] = " if index else "= "
        return edit_target(view, self._moment), typed, view.array

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text): the exact value under the cursor."""
        value = self._grid.cursor_value() if self._view_now() is not None else None
        return "value", "" if value is None else exact(value)

    def copy_array(self, whole: bool) -> tuple[str, str]:
        """(what it is, the text): the tensor, or the row under the cursor, as a NumPy literal.

        Raises:
            BpdebugError: the values can't be read.
            ValueError: they are too many to copy.
        """
        view = self._view_now()
        if view is None or not view.there or self._shown is None:
            return "tensor", ""
        array = view.array()
        if not whole:
            part = self._sliced.of(array)
            array = part[self._grid.cursor[0]] if part.ndim == 2 else part
        return f"{'tensor' if whole else 'row'} {clean(view.title)}", numpy_literal(array)

    def chosen_element(self) -> tuple[TensorView, tuple[int, ...]] | None:
        """The tensor that is shown, and the index of the element under the cursor; None where there is none."""
        view, place = self._view_now(), self._grid.cursor_index()
        if view is None or place is None or self._shown is None:
            return None
        return view, self._sliced.whole_index(place)

    def take_slice(self, text: str) -> str:
        """Show the slice that `text` says, such as `[0, :, :, 3]`; in words what is wrong with it, or ""."""
        view = self._view_now()
        if view is None or view.shape is None or self._shown is None:
            return "there is no array to slice"
        wrong = self._sliced.take(text, view.shape)
        self._update()
        return wrong

    def _wanted_place(self) -> int:
        if self._wanted is not None:
            pairs = [(view.group, view.role) for view in self._views]
            if self._wanted in pairs:
                return pairs.index(self._wanted)
            roles = [role for _, role in pairs]
            if self._wanted[1] in roles:
                return roles.index(self._wanted[1])
        # Where the person has chosen none of these: a NaN is what they are looking for.
        return next((place for place, view in enumerate(self._views) if view.nonfinite), 0)

    def _mine(self) -> TensorView | None:
        """The chosen tensor of this run."""
        return self._views[self._place] if self._place < len(self._views) else None

    def _view_now(self) -> TensorView | None:
        """What is shown of it: of two runs, perhaps that of the other, or their distance."""
        mine = self._mine()
        return None if mine is None else self._apart.view(self._moment, mine)

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
            RoleTab(clean(view.role), "" if view.group in view.role else view.group) for view in self._views
        ]
        self._tabs.show(tabs, self._place)
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

    # ---- events and keys ------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._update()

    def on_tensor_pane_computed(self) -> None:
        view = self._view_now()
        if self._shown is None or view is None:
            self._update()
            return
        # The numbers are on the screen already: only what was waited for is drawn.
        self._sheet.look_again()
        self._show_facts(view, self._reading.array(view))
        self._show_apart()
        if self._finding is not None:
            self._find(*self._finding)

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

    def action_run(self, step: int) -> None:
        """Of two runs: the tensor of A, of B, or how far both are apart."""
        self._apart.step(step)
        self._update()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "run" or self._apart.there

    def action_view(self) -> None:
        """Numbers and heat map, one of them, or the histogram."""
        self._sheet.next_view()
        self._update()

    def action_notation(self) -> None:
        """Write floats as it suits them, in fixed point, or as powers of ten."""
        self._sheet.next_notation()
        self._update()

    def action_slice(self, step: int) -> None:
        """Change the index on the chosen axis; after the last comes the first."""
        view = self._view_now()
        if self._shown is not None and view is not None and view.shape is not None:
            self._sliced.step(view.shape, step)
            self._update()

    def action_axis(self, step: int) -> None:
        """Choose which axis `i` and `I` change."""
        self._sliced.choose_axis(step)
        self._update()

    def action_type_slice(self) -> None:
        """Type the slice."""
        self.post_message(Ask("slice ", "such as [0, :, :, 3]"))

    def action_find(self, what: str) -> None:
        """Put the cursor on an element of the whole array: the largest, the smallest, the next NaN or infinity."""
        view = self._view_now()
        chosen = self.chosen_element()
        if view is None or view.shape is None or chosen is None:
            return
        here = int(np.ravel_multi_index(chosen[1], view.shape)) if chosen[1] else 0
        self._find(what, here)

    def _find(self, what: str, here: int) -> None:
        view = self._view_now()
        array = self._reading.array(view) if view is not None else None
        if view is None or not isinstance(array, np.ndarray):
            return
        found = self._reading.place(view, array, what, here)
        self._finding = (what, here) if found is None else None
        if isinstance(found, tuple) and found:
            place = self._sliced.place_of(found)
            self._update()
            self._grid.put_cursor(place)
        elif found == () and array.ndim:
            self.post_message(Notice(f"there is no {FINDERS[what]} in {clean(view.title)}"))

    def action_origin(self) -> None:
        """Go to the event that made this tensor."""
        view = self._mine()
        if view is None or self._moment is None or self._timeline is None:
            return
        origin = origin_of(self._timeline, self._moment, view)
        if origin.seq is None or origin.seq == self._moment.seq:
            self.post_message(Notice(origin.why))
        else:
            self.post_message(GoTo(origin.seq))

    def action_explain(self) -> None:
        """Ask why the element under the cursor has its value."""
        chosen = self.chosen_element()
        if chosen is None:
            self.post_message(Notice("there is no element to explain"))
        else:
            self.post_message(ExplainElement(chosen[0].role, chosen[1]))

    def action_cursor(self, rows: int, columns: int) -> None:
        """Move the element cursor."""
        self._grid.move(rows, columns)

    def action_page(self, pages: int) -> None:
        """Move the element cursor by a screenful."""
        self._grid.move_page(pages)

    def action_edge(self, last: bool) -> None:
        """Move the element cursor to the end of its row, then of the sheet."""
        self._grid.move_to_edge(last)
