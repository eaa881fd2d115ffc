"""The Console pane: what the script printed up to the current event, as a terminal would show it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.timer import Timer

from ...text import count_text, fit
from ..keymap import bindings_for
from ..messages import SubtitleChanged
from ..script_output import ScriptOutput
from ..widgets.part_style import text_style
from ..widgets.virtual_list import LineView, strip_of
from ..writes import Writes
from .console_answers import AnswerRows, Said, row_starts

if TYPE_CHECKING:
    from ...timeline import Moment, Timeline

__all__ = ["ConsolePane"]

_WINDOW = 100_000
_WINDOW_WRITES = 2_000
"""Characters and writes that are kept as lines; of more, the earlier part is left out, and the pane says so."""

_NEAR_WRITES = 120
"""Writes that are read at a jump, which must be quick; the rest of the window when someone scrolls up to them."""

_SCAN = 1 << 19
_SCAN_AGAIN_S = 0.03
"""Events of a big log that are looked through for output at once, and the pause before the next ones."""

_MARKS = {"stdout": " ", "stderr": "!", "raw": "|", "typed": " ", "answer": "›", "error": "!"}
_LIVE_HINT = "types Python for the paused script, Esc ends that"
_RECORDED_HINT = "types an expression over this event: norm(gx), max(abs(y))"


class ConsolePane(LineView):
    """Lines of stderr have `!` in the margin, output of C code and child processes `|`, answers to what was typed `›`.

    In history only what was printed by then is shown; a last line says how much came later.
    """

    TITLE = "Console"
    BINDINGS = bindings_for("console")
    COMPONENT_CLASSES = {
        "console--stderr",
        "console--raw",
        "console--margin",
        "console--note",
        "console--typed",
        "console--answer",
        "console--error",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.subtitle = ""
        self._timeline: Timeline | None = None
        self._writes: Writes | None = None
        self._seq = -1
        self._scanning: Timer | None = None
        self._screen = ScriptOutput()
        self._first = 0  # the write that the screen's first chunk is
        self._reach = _NEAR_WRITES  # writes that a rebuilt screen goes back
        self._kept_chars = 0  # characters in the screen's chunks
        self._rows: list[tuple[int, int]] = []
        self._rows_width = 0
        self._drawn = (-1, -1)
        self._answers = AnswerRows()
        self._typing = False
        self.typing_key = "Enter"
        """What the hint calls the key that one begins to type with."""
        self._following = True

    # ---- what it is told --------------------------------------------------------------------------------------

    def show(self, moment: Moment, timeline: Timeline) -> None:
        """Show what was printed up to this event."""
        self._follow(timeline)
        self._seq = moment.seq
        self.grown()

    def grown(self) -> None:
        """The log may hold more output than before."""
        writes = self._writes
        if self._timeline is None or writes is None:
            return
        writes.look_through(self._seq + 1)
        if not writes.look_through(writes.looked + _SCAN) and self._scanning is None:
            self._scanning = self.set_timer(_SCAN_AGAIN_S, self._scan_on)
        at_head = self._seq >= len(self._timeline) - 1
        follow = self._at_bottom
        self._print_until(len(writes) if at_head else writes.count_until(self._seq))
        self._resized()
        if follow:
            self.scroll_end(animate=False, immediate=True, force=True)
        subtitle = f"{count_text(self._later, 'write')} later" if self._later else ""
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.post_message(SubtitleChanged())

    def raw(self, data: bytes, timeline: Timeline) -> None:
        """Output that went past Python's streams, as it arrives."""
        self._follow(timeline)
        assert self._writes is not None
        if self._writes.add_raw(data):
            self.grown()

    def answer(self, text: str, said: Said = "answer") -> None:
        """Show what the person typed, or what came of it, behind the output that is there."""
        if text:
            self._answers.add(text, said, self._printed)
        self._resized()
        self.refresh()
        self.scroll_end(animate=False, immediate=True, force=True)

    def show_typing(self, typing: bool) -> None:
        """The person types into the line below, or no longer: then a hint says how to."""
        self._typing = typing
        self._resized()
        self.refresh()

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text) of all lines that are shown."""
        return "output", "\n".join(line.text for line in self._screen.lines)

    # ---- which output -----------------------------------------------------------------------------------------

    def _follow(self, timeline: Timeline) -> None:
        if timeline is not self._timeline:
            self._timeline, self._writes = timeline, Writes(timeline.reader)
            self._rebuild(0)

    def _scan_on(self) -> None:
        self._scanning = None
        self.grown()

    @property
    def _printed(self) -> int:
        """How many writes are on the screen or were before its first."""
        return self._first + len(self._screen.chunks)

    @property
    def _later(self) -> int:
        """How many writes came after those on the screen."""
        return len(self._writes) - self._printed if self._writes is not None else 0

    def _print_until(self, count: int) -> None:
        """Make the screen hold the writes up to `count`, from as far back as the window reaches."""
        assert self._writes is not None
        if (count, len(self._writes)) == self._drawn:
            return
        self._drawn = (count, len(self._writes))
        self.refresh()
        if self._first < count <= self._printed:
            self._screen.keep(count - self._first)
        elif count - self._printed in range(_WINDOW_WRITES) and count > self._first:
            for number in range(self._printed, count):
                stream, text = self._writes.text(number)
                self._screen.feed(stream, text)
                self._kept_chars += len(text)
            self._reach = _WINDOW_WRITES
            if self._kept_chars > 2 * _WINDOW or len(self._screen.chunks) > 2 * _WINDOW_WRITES:
                self._rebuild(count)
        elif count != self._printed:
            self._reach = _NEAR_WRITES
            self._rebuild(count)

    def _rebuild(self, count: int) -> None:
        size, first = 0, count
        chunks: list[tuple[str, str]] = []
        while first > 0 and size < _WINDOW and len(chunks) < self._reach:
            assert self._writes is not None
            first -= 1
            stream, text = self._writes.text(first)
            chunks.append((stream, text[-_WINDOW:]))
            size += len(chunks[-1][1])
        self._first, self._kept_chars = first, size
        self._screen = ScriptOutput()
        self._rows.clear()
        for stream, text in reversed(chunks):
            self._screen.feed(stream, text)

    # ---- drawing ----------------------------------------------------------------------------------------------

    @property
    def _notes(self) -> tuple[str, str]:
        """A line above the output and one below it; "" where there is nothing to say."""
        above = "earlier output is left out here" if self._first else ""
        if not self._printed:
            above = "Nothing was printed up to this event." if self._later else "Nothing is printed yet."
        below = f"{count_text(self._later, 'later write')} not shown" if self._later else ""
        return above, below

    @property
    def _hint(self) -> str:
        """The last line of all: that one can type here."""
        if self._typing or self._timeline is None:
            return ""
        return f">>> {self.typing_key} {_LIVE_HINT if self._timeline.live else _RECORDED_HINT}"

    @property
    def _output_rows(self) -> int:
        """Rows of output, and of the notes above and below it."""
        return len(self._rows) + sum(map(bool, self._notes))

    def _rows_of(self, writes: int) -> int:
        """How many rows the first so many writes have made, with the note above them."""
        if writes >= self._printed:
            return self._output_rows
        count = max(0, writes - self._first)
        lines = bisect_left(self._screen.lines, count, key=lambda line: line.begin[0])
        return bool(self._notes[0]) + bisect_left(self._rows, (lines, 0))

    @property
    def _at_bottom(self) -> bool:
        return self.scroll_offset.y >= self.max_scroll_y

    def _lay_rows(self) -> None:
        """Fold long lines into rows: (line, the cell of it where the row begins)."""
        width = max(1, self.columns - 2)
        screen, rows = self._screen, self._rows
        if width != self._rows_width:
            self._rows_width, screen.changed_from = width, 0
        del rows[bisect_left(rows, (screen.changed_from, 0)) :]
        for number in range(screen.changed_from, len(screen.lines)):
            rows += [(number, begin) for begin in row_starts(screen.lines[number].text, width)]
        screen.changed_from = len(screen.lines)
        self._answers.lay(width, self._rows_of)

    def _resized(self) -> None:
        self._lay_rows()
        size = Size(0, self._output_rows + len(self._answers) + bool(self._hint))
        if size != self.virtual_size:
            self.virtual_size = size

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._following = self._at_bottom

    def on_resize(self) -> None:
        follow = self._following  # a lower pane isn't at the bottom any more
        self._resized()
        if follow:
            self.scroll_end(animate=False, immediate=True, force=True)

    def render_line(self, y: int) -> Strip:
        width, base = self.columns, self.base
        above, below = self._notes
        row = y + self.scroll_offset.y
        if row >= self._output_rows + len(self._answers):
            hint = self._hint if row == self._output_rows + len(self._answers) else ""
            if not hint:
                return Strip.blank(width, base)
            return strip_of([(fit(f"  {hint}", width), self._part("note"))], width, base)
        found = self._answers.at(row)
        if not isinstance(found, int):
            line, begin = found
            return self._row(line.said, [(line.text, self._part(line.said))], begin)
        row = found - bool(above)
        if row == -1:
            return strip_of([(f"  {above}", self._part("note"))], width, base)
        if row == len(self._rows):
            return strip_of([(f"  {below}", self._part("note"))], width, base)
        number, begin = self._rows[row]
        printed = self._screen.lines[number]
        tint = self._part(printed.stream) if printed.stream in ("stderr", "raw") else Style.null()
        return self._row(
            printed.stream, [(text, tint + style) for text, style in printed.pieces], begin, tint
        )

    def _row(
        self, kind: str, pieces: list[tuple[str, Style]], begin: int, tint: Style | None = None
    ) -> Strip:
        """A row from cell `begin` of a line on, behind a margin that says what kind of line it is."""
        look = self._part("margin") + (tint or self._part("error" if kind == "error" else "margin"))
        margin = strip_of([(_MARKS.get(kind, " ") + " ", look)], 2, self.base)
        return Strip.join([margin, strip_of(pieces, max(0, self.columns - 2), self.base, begin)])

    def _part(self, name: str) -> Style:
        return text_style(self, f"console--{name}")

    # ---- keys ---------------------------------------------------------------------------------------------------

    def action_scroll_by(self, lines: int) -> None:
        y = self.scroll_offset.y + lines
        if lines < 0 and y <= 0 and self._first and self._reach < _WINDOW_WRITES:
            before = len(self._rows)
            self._reach = _WINDOW_WRITES
            self._rebuild(self._printed)
            self._resized()
            self.refresh()
            y += len(self._rows) - before
        self.scroll_to(y=y, animate=False, immediate=True, force=True)

    def action_scroll_page(self, pages: int) -> None:
        self.action_scroll_by(pages * max(1, self.page - 1))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        if not self.scroll_offset.y:
            self.action_scroll_by(-1)

    def action_scroll_edge(self, edge: int) -> None:
        if edge < 0:
            self.action_scroll_by(-self.scroll_offset.y - 1)
        self.scroll_to(y=0 if edge < 0 else self.max_scroll_y, animate=False, immediate=True, force=True)
