"""The Timeline pane: iterations, phases, scopes and events as one foldable list.

The cursor follows the current event; moving the cursor by hand changes nothing until Enter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.style import Style
from textual.strip import Strip
from textual.timer import Timer

from ...errors import AddressError
from ...log.schema import EventFlag, Kind
from ...stepping import Breakpoint
from ...text import bytes_text, count_text, duration_text, fit
from ...timeline.costs import cost_of
from ..keymap import bindings_for
from ..messages import GoTo, Notice, SubtitleChanged, ToggleBreakpoint
from ..widgets.part_style import ground_style, text_style
from ..widgets.virtual_list import VirtualList, strip_of
from .timeline_bar import RunBar, bar_text, beside_sign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...diff.beside import Beside
    from ...timeline import Moment, Row, Timeline
    from ...timeline.stops import RecordedStops

__all__ = ["TimelinePane", "breakpoint_on"]

_INDENT = 2
_QUIET = (Kind.scope_exited, Kind.output, Kind.backward_finished, Kind.update_finished)
"""Kinds that say little: drawn dimmer."""

_LOOK_S = 0.05
"""How often the bar of a long run is looked through further."""

_COLUMNS: tuple[tuple[str, ...], ...] = ((), ("time",), ("memory",), ("time", "memory"))
"""What can stand right of the rows; the same key goes through them."""
_COLUMN = 10


def breakpoint_on(timeline: Timeline, seq: int) -> Breakpoint:
    """The breakpoint that stops at this event's op (parameter, report ...) in every iteration.

    Raises:
        AddressError: the log is damaged there, so that the event has no kind.
    """
    reader = timeline.reader
    record = reader.index[seq]
    if timeline.names.kind(record) is None:
        raise AddressError(f"event {seq} is damaged: it can't have a breakpoint")
    scope, label = int(record["scope"]), int(record["label"])
    return Breakpoint(
        kind=int(record["kind"]),
        scope=reader.scopes[scope].path if scope < len(reader.scopes) else "",
        label=reader.texts[label] if label < len(reader.texts) else "",
    )


class TimelinePane(VirtualList):
    """Rows come from `timeline.rows`; only those in sight are ever made."""

    TITLE = "Timeline"
    BINDINGS = bindings_for("timeline")
    COMPONENT_CLASSES = {
        "timeline--group",
        "timeline--event",
        "timeline--quiet",
        "timeline--current",
        "timeline--cursor",
        "timeline--nonfinite",
        "timeline--breakpoint",
        "timeline--found",
        "timeline--message",
        "timeline--loss",
        "timeline--mark",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.subtitle = ""
        self._timeline: Timeline | None = None
        self._current_seq = -1
        self._current_row = -1
        self._breakpoints: list[Breakpoint] = []
        self._stops: RecordedStops | None = None
        self._marks: dict[str, Mapping[int, str]] = {}
        self._columns = 0
        self._bar: RunBar | None = None
        self._looking: Timer | None = None
        self._beside: Beside | None = None

    # ---- what it is told --------------------------------------------------------------------------------------

    def show(self, moment: Moment, timeline: Timeline) -> None:
        """Put the cursor on this event."""
        if timeline is not self._timeline:
            self._timeline = timeline
            self._bar = RunBar(timeline)
        self._current_seq = moment.seq
        before, left = len(timeline.rows), self._current_row
        row = timeline.rows.reveal(moment.seq)
        if len(timeline.rows) != before or self.virtual_size.height - self._header != before:
            self._refold()
        else:
            self._current_row = row
            self.refresh_row(left)
            self.refresh_row(row)
            self.refresh_header()
        self._count()
        self.move_cursor(row, center=True)

    def grown(self) -> None:
        """The log may hold more events than before."""
        if self._timeline is None:
            return
        self._timeline.rows.refresh()
        self._refold()
        self._count()

    def _count(self) -> None:
        assert self._timeline is not None
        subtitle = count_text(len(self._timeline), "event")
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.post_message(SubtitleChanged())

    def show_breakpoints(self, breakpoints: list[Breakpoint]) -> None:
        """Mark the events at which these stop."""
        self._breakpoints = list(breakpoints)
        self._stops = None
        self.refresh()

    def show_marks(self, kind: str, marks: Mapping[int, str]) -> None:
        """Mark events with a sign of one cell each, in their rows and in the bar; replaces the marks of that kind."""
        self._marks[kind] = dict(marks)
        self.refresh()

    def show_beside(self, beside: Beside) -> None:
        """Mark the events that differ in the run beside this one."""
        self._beside = beside

    def compared_further(self) -> None:
        """More events may be marked."""
        self.refresh()

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text): the address of the row under the cursor."""
        seq = self._chosen_seq()
        if self._timeline is None or seq is None:
            return "address", ""
        return "address", self._timeline.moment(seq).address

    def toggle_breakpoint(self) -> None:
        """Ask for a breakpoint on the event under the cursor, or to take it away."""
        seq = self._chosen_seq()
        if self._timeline is None or seq is None:
            self.post_message(Notice("choose an event: a group of events can't have a breakpoint"))
            return
        try:
            self.post_message(ToggleBreakpoint(breakpoint_on(self._timeline, seq)))
        except AddressError as error:
            self.post_message(Notice(str(error)))

    def chosen_breakpoint(self) -> Breakpoint | None:
        """The breakpoint on the event under the cursor, set or not."""
        seq = self._chosen_seq()
        if self._timeline is None or seq is None:
            return None
        try:
            return breakpoint_on(self._timeline, seq)
        except AddressError:
            return None

    def run_to(self, back: bool) -> None:
        """Ask to go to the event under the cursor, if it lies in that direction."""
        if self._timeline is None or not self.row_count:
            return
        seq = self._timeline.rows.seq_of(self.cursor)
        if back and seq >= self._current_seq:
            self.post_message(Notice("that event isn't earlier: t runs forward to it"))
        elif not back and seq <= self._current_seq:
            self.post_message(Notice("that event isn't later: T runs back to it"))
        else:
            self.post_message(GoTo(seq))

    # ---- keys ---------------------------------------------------------------------------------------------------

    def row_chosen(self, row: int) -> None:
        found = self._row(row)
        if found.seq is None:
            self._toggle(row)
        else:
            self.post_message(GoTo(found.seq))

    def action_fold(self) -> None:
        """Fold the row; of one that can't, go to the row that holds it."""
        if not self.row_count:
            return
        found = self._row(self.cursor)
        if found.foldable and not found.folded:
            self._toggle(self.cursor)
            return
        row = self.cursor
        while row > 0:
            row -= 1
            if self._row(row).depth < found.depth:
                self.move_cursor(row)
                return

    def action_unfold(self) -> None:
        """Unfold the row; of one that is, go to the first row inside."""
        if not self.row_count:
            return
        found = self._row(self.cursor)
        if found.foldable and found.folded:
            self._toggle(self.cursor)
        elif found.foldable and self.cursor + 1 < self.row_count:
            self.move_cursor(self.cursor + 1)

    def _toggle(self, row: int) -> None:
        assert self._timeline is not None
        self._timeline.rows.toggle(row)
        self._refold()

    def _refold(self) -> None:
        assert self._timeline is not None
        self._current_row = self._timeline.rows.row_of(self._current_seq)
        self.refresh_rows()

    def _row(self, row: int) -> Row:
        assert self._timeline is not None
        return self._timeline.rows.row(row)

    def _chosen_seq(self) -> int | None:
        return self._row(self.cursor).seq if self.cursor < self.row_count else None

    def action_columns(self) -> None:
        """Show other columns: what an op took in time, its results in memory, both, or none."""
        self._columns = (self._columns + 1) % len(_COLUMNS)
        self._refold()

    # ---- the whole run in one line ------------------------------------------------------------------------------

    @property
    def header_lines(self) -> int:
        return 1 if self.size.height >= 6 else 0

    def draw_header(self, line: int, width: int) -> Strip:
        bar = self._bar
        if bar is None:
            return Strip.blank(width, self.base)
        if self._looking is None and not bar.look_further():
            self._looking = self.set_interval(_LOOK_S, self._look_on)
        looks = {
            "bad": self._part("nonfinite"), "mark": self._part("mark"), "loss": self._part("loss"),
            "nothing": self._part("quiet"),
        }  # fmt: skip
        titles = "".join(f"{title:>{_COLUMN}}" for title in self._shown_columns(width))
        cells = bar.cells(width - len(titles))
        marks = [mark for found in self._marks.values() for mark in found.items()]
        marks += bar.signs(self._beside).items()
        pieces = []
        for text, name in bar_text(cells, self._current_seq, marks):
            style, _, here = name.partition(" ")
            pieces.append((text, looks[style] + Style(reverse=True) if here else looks[style]))
        drawn = strip_of(pieces, width - len(titles), self.base)
        return Strip.join([drawn, strip_of([(titles, self._part("quiet"))], len(titles), self.base)])

    def header_clicked(self, line: int, column: int) -> None:
        seq = self._bar.event_at(column) if self._bar is not None else None
        if seq is not None:
            self.post_message(GoTo(seq))

    def _look_on(self) -> None:
        if self._bar is None or self._bar.look_further():
            if self._looking is not None:
                self._looking.stop()
            self._looking = None
        self.refresh_header()

    # ---- drawing ----------------------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        return len(self._timeline.rows) if self._timeline is not None else 0

    def draw_row(self, row: int, width: int) -> Strip:
        found = self._row(row)
        style = self._part
        # An event that is folded away is stood for by the row that it is folded into.
        current = row == self._current_row
        if found.seq is None:
            look = style("group")
        elif found.kind in _QUIET:
            look = style("quiet")
        else:
            look = style("event")
        bad = bool(found.flags & EventFlag.nonfinite) or found.kind in (Kind.failed, Kind.warned)
        if bad:
            look += style("nonfinite")
        base = self.base
        if current:
            base += self._ground("current")
        chosen = row == self.cursor and self.has_focus
        if chosen:
            base += self._ground("cursor")
        stop = found.seq is not None and self._stops_at(found.seq)
        fold = ("▸" if found.folded else "▾") if found.foldable else " "
        indent = _INDENT * found.depth
        mark = self._mark(found.seq) or self._sign(row)
        costs = self._costs(found.seq, width)
        gap = self._gap(row)
        if bad and current and fold == " ":
            fold = "!"  # the arrow has its place
        pieces = [
            ("●" if stop else mark or " ", style("breakpoint") if stop else style("mark") if mark else look),
            ("▶" if current else "!" if bad else " ", look),
            (" " * indent, look),
            (fit(f"{fold} {found.text}", width - 2 - indent - len(gap) - len(costs)), look),
            (gap, style("mark")),
            (costs, look if chosen else style("quiet")),  # what is reversed has one colour
        ]
        return strip_of(pieces, width, base)

    def _mark(self, seq: int | None) -> str:
        signs = (found[seq] for found in self._marks.values() if seq in found) if seq is not None else ()
        return next(iter(signs), "")

    def _events_of(self, row: int) -> tuple[int, int]:
        """The events that a row stands for: its own and what is folded into it, up to but not including the second."""
        assert self._timeline is not None
        rows = self._timeline.rows
        end = rows.seq_of(row + 1) if row + 1 < len(rows) else len(self._timeline)
        return rows.seq_of(row), end

    def _sign(self, row: int) -> str:
        """How what the row stands for is different in the other run."""
        if self._beside is None:
            return ""
        first, end = self._events_of(row)
        return beside_sign(self._beside, self._beside.marks_in(first, end))

    def _gap(self, row: int) -> str:
        """How many events only the other run has behind the last one that the row stands for."""
        if self._beside is None:
            return ""
        first, end = self._events_of(row)
        missing = self._beside.gap_after(end - 1) if end > first else 0
        return f" +{missing:,} in {self._beside.other_letter}" if missing else ""

    def _shown_columns(self, width: int) -> tuple[str, ...]:
        return _COLUMNS[self._columns] if width >= 50 else _COLUMNS[self._columns][:1]

    def _costs(self, seq: int | None, width: int) -> str:
        """The columns of a row; spaces where an event has no such cost."""
        columns = self._shown_columns(width)
        if not columns or self._timeline is None:
            return ""
        texts = {"time": "", "memory": ""}
        if seq is not None:
            cost = cost_of(self._timeline.names, seq)
            texts["time"] = duration_text(cost.us) if cost.us is not None else ""
            texts["memory"] = bytes_text(cost.size_bytes) if cost.size_bytes is not None else ""
        return "".join(f"{texts[column]:>{_COLUMN}}" for column in columns)

    def _stops_at(self, seq: int) -> bool:
        if not self._breakpoints or self._timeline is None:
            return False
        if self._stops is None:
            self._stops = self._timeline.stops_of(self._breakpoints)
        return self._stops.marks(seq)

    def _part(self, name: str) -> Style:
        return text_style(self, f"timeline--{name}")

    def _ground(self, name: str) -> Style:
        return ground_style(self, f"timeline--{name}")
