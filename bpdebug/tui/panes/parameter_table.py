"""The table of all parameters: one row each, only the visible ones ever measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from ...text import cell_width, clean, fit, number, shape_text, sparkline
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


@dataclass(frozen=True)
class _Column:
    """`least` is the width of the table from which on the column is shown."""

    title: str
    width: int
    least: int


_COLUMNS = (
    _Column("shape", 13, 98),
    _Column("|value|", _NUMBER, 30),
    _Column("|grad|", _NUMBER, 41),
    _Column("|update|", _NUMBER, 52),
    _Column("upd/value", _NUMBER, 63),
    _Column("|grad| so far", RECENT, 81),
    _Column("optimizer state", 26, 134),
)


_COLUMNS_BESIDE = (
    _Column("|value|", _NUMBER, 30),
    _Column("|value| @", _NUMBER, 41),
    _Column("|A-B|", _NUMBER, 52),
    _Column("|grad|", _NUMBER, 63),
    _Column("|grad| @", _NUMBER, 74),
    _Column("|update|", _NUMBER, 85),
    _Column("upd/value", _NUMBER, 96),
    _Column("shape", 13, 110),
    _Column("|grad| so far", RECENT, 124),
    _Column("optimizer state", 26, 150),
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

    def _columns(self, width: int) -> list[_Column]:
        columns = _COLUMNS if self._others is None else _COLUMNS_BESIDE
        return [column for column in columns if width >= column.least]

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
        return line + "".join(
            " " + fit(column.title.replace("@", self._letter), column.width, "right") for column in columns
        )

    def draw_row(self, row: int, width: int) -> Strip:
        state = self._states[row]
        columns = self._columns(width)
        name_width = self._name_width(width, columns)
        plain = "here" if state.updated_here else "plain"
        pieces: list[Piece] = [
            ("* " if state.updated_here else "> " if row == self.cursor else "  ", plain),
            (fit(clean(state.name), name_width, cut="start"), plain),
        ]
        for column in columns:
            text, style = self._cell(state, column.title)
            pieces.append((" " + fit(text, column.width, "right"), style or plain))
        base = self._part("cursor") if row == self.cursor else self._part("plain")
        if row == self.cursor:
            # On the cursor's ground muted text would be hard to read, and red too: an alarm is underlined.
            looks = {"here": base + Style(bold=True), "alarm": base + Style(bold=True, underline=True)}
        else:
            looks = {name: self._part(name) for name in ("here", "alarm", "muted")}
        return strip_of([(text, looks.get(name, base)) for text, name in pieces], width, base)

    def _name_width(self, width: int, columns: list[_Column]) -> int:
        room = width - 2 - sum(column.width + 1 for column in columns)
        # Spare room stays right of the table, so that names and numbers don't drift apart.
        return max(8, min(room, self._longest_name + 2))

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
        return number(update.l2 / value.l2, digits=4), ""

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
    return number(found.l2 or 0.0, digits=4), ""
