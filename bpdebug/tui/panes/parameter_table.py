"""The table of all parameters: one row each, only the visible ones ever measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from ...text import cell_width, clean, fit, number, shape_text, size_text, sparkline
from ...timeline import Statistics, joint_norm
from ...timeline.updates import RECENT
from ..widgets.background import Failure
from ..widgets.lines import Piece
from ..widgets.virtual_list import VirtualList, strip_of
from .norms import Norms

if TYPE_CHECKING:
    from ...timeline import ParameterState, Timeline

__all__ = ["ParameterTable", "norm_text"]

_NUMBER = 10
_LEAST_NAME, _MOST_NAME = 8, 26


@dataclass(frozen=True)
class _Column:
    """One column; those with room for them are shown, in this order.

    Attributes:
        titles: from the longest to the shortest; the first says which column it is.
        width: what it takes; `most` what it can use.
        rank: which columns come first where there is no room for all: those of the lowest.
    """

    titles: tuple[str, ...]
    width: int
    rank: int
    most: int = 0

    @property
    def name(self) -> str:
        return self.titles[0]

    def heading(self, width: int) -> str:
        """The longest title that fits."""
        return next((title for title in self.titles if len(title) <= width), self.titles[-1])


_TREND = ("|grad| so far", "|g| trend", "trend")

_COLUMNS = (
    _Column(("shape",), 13, 6),
    _Column(("|value|",), _NUMBER, 1),
    _Column(("|grad|",), _NUMBER, 2),
    _Column(("|update|",), _NUMBER, 5),
    _Column(("upd/value",), _NUMBER, 3),
    _Column(_TREND, 6, 4, RECENT),
    _Column(("optimizer state",), 26, 7),
)
"""What says how training goes stands first; the shape and the optimizer's state are also below, of one parameter."""

_COLUMNS_BESIDE = (
    _Column(("|value|",), _NUMBER, 1),
    _Column(("|value| @",), _NUMBER, 2),
    _Column(("|A-B|",), _NUMBER, 3),
    _Column(("|grad|",), _NUMBER, 4),
    _Column(("|grad| @",), _NUMBER, 5),
    _Column(("|update|",), _NUMBER, 6),
    _Column(("upd/value",), _NUMBER, 7),
    _Column(("shape",), 13, 8),
    _Column(_TREND, 6, 9, RECENT),
    _Column(("optimizer state",), 26, 10),
)
"""With a second run beside this one, whose letter stands for `@`: its parameters of the same names."""


class ParameterTable(VirtualList, can_focus=False):
    """Rows are parameters; `*` marks the one that this event updated."""

    COMPONENT_CLASSES = {"table--plain", "table--muted", "table--alarm", "table--here", "table--cursor"}

    DEFAULT_CSS = """
    ParameterTable {
        height: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0;
        & .table--plain { color: $text; }
        & .table--muted { color: $text-muted; }
        & .table--alarm { color: $text-error; text-style: bold; }
        & .table--here { color: $text; text-style: bold; }
        & .table--cursor { background: $primary-muted; color: $text; }
    }
    """

    class Selected(Message):
        """Another parameter is under the cursor."""

    class Entered(Message):
        """The parameter under the cursor was double-clicked."""

    def __init__(self, norms: Norms) -> None:
        super().__init__()
        self._norms = norms
        self._states: list[ParameterState] = []
        self._timeline: Timeline | None = None
        self._seq = -1
        self._longest_name = 12
        self._drawn: tuple[list[ParameterState], int] | None = None
        self._others: dict[str, ParameterState] | None = None
        self._other_norms: Norms | None = None
        self._letter = ""

    def show_states(self, states: list[ParameterState], timeline: Timeline | None, seq: int) -> None:
        """Show these rows as of event `seq`; most events change none of them, and then nothing is drawn."""
        self._timeline, self._seq = timeline, seq
        drawn = (states, self.cursor)
        if drawn == self._drawn:
            self._states = states
            return
        self._drawn = drawn
        self._states = states
        self._longest_name = max([cell_width(clean(state.name)) for state in states] + [12])
        self.refresh_rows()

    def show_others(self, others: dict[str, ParameterState], norms: Norms, letter: str) -> None:
        """The parameters of the other run `letter` at the same event, by name, and what measures them."""
        self._other_norms, self._letter = norms, letter
        if others != self._others:
            self._others, self._drawn = others, None

    def _columns(self, width: int) -> list[tuple[_Column, int]]:
        """The columns that there is room for beside the names, each with its cells."""
        columns = _COLUMNS if self._others is None else _COLUMNS_BESIDE
        room = width - 3 - min(max(self._longest_name, _LEAST_NAME), _MOST_NAME)
        chosen: dict[str, int] = {}
        for column in sorted(columns, key=lambda column: column.rank):
            if column.width + 1 > room:
                break
            chosen[column.name] = column.width
            room -= column.width + 1
        for column in columns:
            if column.name in chosen and column.most:
                wider = max(0, min(column.most - column.width, room))
                chosen[column.name] += wider
                room -= wider
        return [(column, chosen[column.name]) for column in columns if column.name in chosen]

    @property
    def row_count(self) -> int:
        return len(self._states)

    def cursor_moved(self) -> None:
        self._drawn = None
        self.post_message(self.Selected())

    def row_chosen(self, row: int) -> None:
        self.post_message(self.Entered())

    def heading(self, width: int) -> str:
        """The line above the rows."""
        columns = self._columns(width)
        line = fit("  parameter", self._name_width(width, columns) + 2)
        for column, cells in columns:
            line += " " + fit(column.heading(cells).replace("@", self._letter), cells, "right")
        all_columns = _COLUMNS if self._others is None else _COLUMNS_BESIDE
        left_out = len(columns) < len(all_columns)
        return fit(line, width - 1) + "›" if left_out and cell_width(line) < width else line

    def draw_row(self, row: int, width: int) -> Strip:
        state = self._states[row]
        columns = self._columns(width)
        name_width = self._name_width(width, columns)
        plain = "here" if state.updated_here else "plain"
        pieces: list[Piece] = [
            ("* " if state.updated_here else "> " if row == self.cursor else "  ", plain),
            (fit(clean(state.name), name_width, cut="start"), plain),
        ]
        for column, cells in columns:
            text, style = self._cell(state, column.name)
            text = text[-cells:] if column.most else text  # of a history the latest
            pieces.append((" " + fit(text, cells, "right"), style or plain))
        base = self._part("cursor") if row == self.cursor else self._part("plain")
        if row == self.cursor:
            # On the cursor's ground muted text would be hard to read, and red too: an alarm is underlined.
            looks = {"here": base + Style(bold=True), "alarm": base + Style(bold=True, underline=True)}
        else:
            looks = {name: self._part(name) for name in ("here", "alarm", "muted")}
        return strip_of([(text, looks.get(name, base)) for text, name in pieces], width, base)

    def _name_width(self, width: int, columns: list[tuple[_Column, int]]) -> int:
        room = width - 3 - sum(cells + 1 for _, cells in columns)
        # Spare room stays right of the table, so that names and numbers don't drift apart.
        return max(_LEAST_NAME, min(room, self._longest_name + 2))

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"table--{name}")

    # ---- cells ----------------------------------------------------------------------------------------------

    def _cell(self, state: ParameterState, title: str) -> Piece:
        if title == "shape":
            return shape_text(state.shape), ""
        if title == "|value|":
            return self._norm(state.value, "none")
        if title == "|grad|":
            return self._norm(state.gradient, "none")
        if title == "|grad| so far":
            return self._history(state), ""
        if title == "optimizer state":
            return self._state(state), ""
        if title in ("|value| @", "|grad| @", "|A-B|"):
            return self._beside(state, title)
        if state.before is None or state.after is None:
            return "-", "muted"
        update = self._norms.of_delta(state.before, state.after)
        if title == "|update|":
            return norm_text(update)
        value = self._norms.of(state.before)
        if isinstance(value, Failure) or isinstance(update, Failure):
            return "?", "muted"
        if value is None or update is None:
            return "...", "muted"
        if value.nonfinite or update.nonfinite:
            return "nan", "alarm"
        if not value.l2 or update.l2 is None:
            return "-", "muted"
        return size_text(update.l2 / value.l2), ""

    def _beside(self, state: ParameterState, title: str) -> Piece:
        """What a column says of the other run's parameter of this name."""
        theirs = (self._others or {}).get(state.name)
        norms = self._other_norms
        if theirs is None or norms is None:
            return "-", "muted"
        tensor = theirs.gradient if title == "|grad| @" else theirs.value
        if tensor is None or state.value is None:
            return "none", "muted"
        if title == "|A-B|":
            return norm_text(self._norms.of_apart(state.value, norms, tensor))
        return norm_text(norms.of(tensor))

    def _history(self, state: ParameterState) -> str:
        """The norms of the gradients that the latest updates used."""
        if self._timeline is None:
            return ""
        found = [self._norms.of(tensor) for tensor in self._timeline.updates.gradients(state.name, self._seq)]
        known = [one for one in found if isinstance(one, Statistics)]
        return sparkline([joint_norm([one]) or 0.0 for one in known], RECENT)

    def _state(self, state: ParameterState) -> str:
        """Norms of the optimizer's tensors, values of its numbers."""
        parts = []
        for key, value in state.state.items():
            if key in state.state_tensors:
                text = norm_text(self._norms.of(value))[0] if isinstance(value, int) else "none"
                parts.append(f"|{clean(key)}| {text}")
            else:
                parts.append(f"{clean(key)} {number(value, digits=4)}")
        return " ".join(parts) or "none"

    def _norm(self, tensor: int | None, nothing: str) -> Piece:
        return (nothing, "muted") if tensor is None else norm_text(self._norms.of(tensor))


def norm_text(found: Statistics | Failure | None) -> Piece:
    """An L2 norm as a cell shows it: `nan` or `inf` if one element is; `...` while it is computed; `?` if unknown."""
    if found is None:
        return "...", "muted"
    if isinstance(found, Failure):
        return "?", "muted"
    if found.nan:
        return "nan", "alarm"
    if found.pos_inf or found.neg_inf:
        return "inf", "alarm"
    return size_text(found.l2 or 0.0), ""
