"""The Tensor pane: one tensor of the current event, which the person chooses, slices, searches, copies and changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ...text import clean
from ...timeline.editable import EditTarget, edit_target
from ...timeline.origin import origin_of
from ..copying import numpy_literal
from ..keymap import bindings_for
from ..messages import Ask, ExplainElement, GoTo, Notice
from ..widgets.cell_format import exact
from ..widgets.role_tabs import RoleTabs
from .tensor_display import TensorDisplay
from .tensor_find import FINDERS

if TYPE_CHECKING:
    from ...diff.beside import Beside
    from ...timeline import Moment, Timeline

__all__ = ["TensorPane"]


class TensorPane(TensorDisplay, can_focus=True):
    """A display with keys, and answers for commands about the tensor that is shown."""

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

    _finding: tuple[str, int] | None = None
    """What is looked for in a big array, and from where."""

    # ---- what it is told ------------------------------------------------------------------------------------

    def show(self, moment: Moment | None, timeline: Timeline | None) -> None:
        """Show this event's tensors; the role that the person chose, if it is among them."""
        self._finding = None
        super().show(moment, timeline)

    def show_beside(self, beside: Beside) -> None:
        """Show the tensors of this run beside those of another."""
        self._apart.use(beside)

    def compared_further(self) -> None:
        """The other run's event may be known now."""
        self._update()

    def continue_from(self, pane: TensorPane) -> None:
        """Show the tensor that the pane of the other run's screen shows."""
        self._choice.like(pane._choice)

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

    def take_slice(self, text: str) -> str:
        """Show the slice that `text` says, such as `[0, :, :, 3]`; in words what is wrong with it, or ""."""
        view = self._view_now()
        if view is None or view.shape is None or self._shown is None:
            return "there is no array to slice"
        wrong = self._sliced.take(text, view.shape)
        self._update()
        return wrong

    # ---- events and keys ------------------------------------------------------------------------------------

    def on_tensor_display_computed(self) -> None:
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

    def on_role_tabs_chosen(self, message: RoleTabs.Chosen) -> None:
        message.stop()
        self._choose(message.place)

    def _choose(self, place: int) -> None:
        self._choice.choose(place)
        self._update()

    def action_tensor(self, step: int) -> None:
        """Show the next tensor of the event, or the previous one."""
        self._choose(self._choice.place + step)

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
