"""The Source pane: the script's file as the run used it, at the line of the current event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.style import Style
from textual.strip import Strip
from textual.worker import get_current_worker

from ...stepping import Breakpoint
from ...text import cell_width, clean
from ..highlight import CATEGORIES, Piece, highlight
from ..keymap import bindings_for
from ..messages import RunToLine, SubtitleChanged, ToggleBreakpoint
from ..widgets.part_style import ground_style, readable_on, text_style
from ..widgets.virtual_list import VirtualList, strip_of

if TYPE_CHECKING:
    from ...timeline import Moment, SourceFrame, Timeline

__all__ = ["SourcePane"]

_HIGHLIGHT_NOW = 60_000
"""Characters that are highlighted within a frame; longer files show plain first and get their colours later."""


@dataclass
class _File:
    lines: list[list[Piece]]
    width: int


class SourcePane(VirtualList):
    """Text from the log's own copy of the file, never from the disk: it is what ran.

    The arrow marks the line that made the event. On a backward step that is the line of its forward op, and a
    second mark stands at the line that called `backward()`.
    """

    TITLE = "Source"
    BINDINGS = bindings_for("source")
    COMPONENT_CLASSES = {
        *(f"source--{category}" for category in CATEGORIES),
        "source--gutter",
        "source--mark",
        "source--current",
        "source--caller",
        "source--cursor",
        "source--breakpoint",
        "source--message",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.path = ""
        self.subtitle = ""
        self.message = "Nothing is recorded yet."
        self._moment: Moment | None = None
        self._timeline: Timeline | None = None
        self._frame_from_inside = 0
        self._caller_shown_at = -1
        self._files: dict[str, _File] = {}
        self._breakpoint_lines: set[tuple[str, int]] = set()
        self._scrolled = 0
        self._drawn = ("", "")
        self._marks: set[int] = set()

    # ---- what it is told --------------------------------------------------------------------------------------

    def show(self, moment: Moment, timeline: Timeline) -> None:
        """Show the line of this event."""
        if self._moment is None or moment.seq != self._moment.seq or timeline is not self._timeline:
            self._frame_from_inside = 0
            self._caller_shown_at = -1
        if timeline is not self._timeline:
            self._files.clear()
        self._moment, self._timeline = moment, timeline
        self._show_frame()

    def show_breakpoints(self, breakpoints: list[Breakpoint]) -> None:
        """Mark these lines in the margin."""
        self._breakpoint_lines = {(one.path, one.line) for one in breakpoints if one.is_line}
        self.refresh()

    def show_caller(self, path: str, line: int) -> None:
        """Look at the user frame that is at this line, where the person hasn't looked at another one of this event."""
        if self._moment is None or self._caller_shown_at == self._moment.seq:
            return
        self._caller_shown_at = self._moment.seq
        places = [
            place
            for place, frame in enumerate(self._frames()[::-1])
            if (frame.path, frame.line) == (path, line)
        ]
        if places and 0 not in places:
            self._frame_from_inside = places[0]
            self._show_frame()

    def move_frame(self, outward: int) -> str:
        """Look at the outer (1) or inner (-1) user frame; in words why not, if there is none."""
        frames = self._frames()
        wanted = self._frame_from_inside + outward
        if not frames:
            return "this event comes from no line of the script"
        if not 0 <= wanted < len(frames):
            return "this is the outermost user frame" if outward > 0 else "this is the innermost user frame"
        self._frame_from_inside = wanted
        self._show_frame()
        return ""

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text) of the line under the cursor."""
        line = self.cursor + 1
        return f"line {line}", "".join(text for text, _ in self._line(self.cursor))

    def run_to(self, back: bool) -> None:
        """Ask to run to the line under the cursor."""
        if self.path:
            self.post_message(RunToLine(self.path, self.cursor + 1, back))

    def toggle_breakpoint(self) -> None:
        """Ask for a breakpoint on the line under the cursor, or to take it away."""
        if self.path:
            self.post_message(ToggleBreakpoint(Breakpoint(path=self.path, line=self.cursor + 1)))

    def chosen_breakpoint(self) -> Breakpoint | None:
        """The breakpoint on the line under the cursor, set or not."""
        return Breakpoint(path=self.path, line=self.cursor + 1) if self.path else None

    # ---- which file and line ----------------------------------------------------------------------------------

    def _frames(self) -> list[SourceFrame]:
        return self._moment.frames if self._moment else []

    @property
    def _current(self) -> SourceFrame | None:
        frames = self._frames()
        return frames[-1 - self._frame_from_inside] if frames else None

    def _show_frame(self) -> None:
        assert self._timeline is not None
        frame = self._current
        self.message = ""
        path, subtitle = "", ""
        if frame is not None:
            path = frame.path
            subtitle = f"{path}:{frame.line} in {frame.function}"
            if len(self._frames()) > 1:
                place = len(self._frames()) - self._frame_from_inside
                subtitle += f"  frame {place}/{len(self._frames())}"
        else:
            # No line made this event: the script's file stays in view, without an arrow.
            sources = self._timeline.reader.sources
            known = {source.path for source in sources}
            path = self.path if self.path in known else sources[0].path if sources else ""
            subtitle = f"{path}  (no line made this event)" if path else ""
        if path and not self._load(path):
            self.message = f"The log holds no text of {clean(path)}."
        elif not path:
            self.message = "This event comes from no line of the script."
        marked = self._marked_lines()
        if (path, self.message) != self._drawn:
            self._drawn = (path, self.message)
            self.path, self._scrolled, self.cursor = path, 0, 0
            self.refresh_rows()
        elif marked != self._marks:
            for line in marked | self._marks:
                self.refresh_row(line - 1)
        self._marks = marked
        if frame is not None and not self.message:
            self.move_cursor(frame.line - 1, center=True)
        if clean(subtitle) != self.subtitle:
            self.subtitle = clean(subtitle)
            self.post_message(SubtitleChanged())

    def _marked_lines(self) -> set[int]:
        """The lines with an arrow."""
        callers = self._moment.caller_frames if self._moment else []
        return {frame.line for frame in (self._current, *callers[-1:]) if frame is not None}

    def _load(self, path: str) -> bool:
        if path in self._files:
            return True
        assert self._timeline is not None
        text = next((source.text for source in self._timeline.reader.sources if source.path == path), None)
        if text is None:
            return False
        if len(text) <= _HIGHLIGHT_NOW:
            self._files[path] = _file(highlight(text))
        else:
            plain = [[(clean(line.expandtabs(8)), "text")] for line in text.split("\n")]
            self._files[path] = _file(plain)
            self.run_worker(lambda: self._highlight_later(path, text), thread=True)
        return True

    def _highlight_later(self, path: str, text: str) -> None:
        done = _file(highlight(text))
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._highlighted, path, done)

    def _highlighted(self, path: str, done: _File) -> None:
        self._files[path] = done
        if path == self.path:
            self.refresh_rows()

    # ---- drawing ----------------------------------------------------------------------------------------------

    @property
    def row_count(self) -> int:
        if self.message:
            return 1
        found = self._files.get(self.path)
        return len(found.lines) if found else 0

    def _line(self, row: int) -> list[Piece]:
        found = self._files.get(self.path)
        return found.lines[row] if found and row < len(found.lines) else []

    def draw_row(self, row: int, width: int) -> Strip:
        style = self._part
        if self.message:
            return strip_of([(f" {self.message}", style("message"))], width, self.base)
        line, frame = row + 1, self._current
        digits = len(str(self.row_count))
        current = frame is not None and frame.path == self.path and frame.line == line
        caller = self._is_caller(line)
        stop = (self.path, line) in self._breakpoint_lines
        base = self.base
        if current:
            base += self._ground("current")
        elif caller:
            base += self._ground("caller")
        if row == self.cursor and self.has_focus:
            base += self._ground("cursor")
        plain, marked = style("text"), current or caller

        def look(category: str) -> Style:
            return readable_on(style(category), base, plain) if marked else style(category)

        margin = [
            ("●" if stop else " ", look("breakpoint")),
            (f"{line:>{digits}}", look("gutter")),
            ("▶" if current else "◀" if caller else " ", look("mark")),
        ]
        pieces = [(text, look(category)) for text, category in self._line(row)]
        left = strip_of(margin, min(width, digits + 2), base)
        room = max(0, width - digits - 2)
        code = strip_of(pieces, room, base, self._scrolled)
        length = sum(cell_width(text) for text, _ in pieces)
        if room > 1 and length - self._scrolled > room:
            code = Strip.join([code.crop(0, room - 1), strip_of([("›", look("gutter"))], 1, base)])
        if room > 1 and self._scrolled and length:
            code = Strip.join([strip_of([("‹", look("gutter"))], 1, base), code.crop(1, room)])
        return Strip.join([left, code])

    def _is_caller(self, line: int) -> bool:
        frames = self._moment.caller_frames if self._moment else []
        return any(frame.path == self.path and frame.line == line for frame in frames[-1:])

    def _part(self, name: str) -> Style:
        return text_style(self, f"source--{name}")

    def _ground(self, name: str) -> Style:
        return ground_style(self, f"source--{name}")

    def action_shift(self, cells: int) -> None:
        found = self._files.get(self.path)
        room = self.scrollable_content_region.width - len(str(self.row_count)) - 2
        most = max(0, (found.width if found else 0) - room)
        self._scrolled = max(0, min(self._scrolled + cells, most))
        self.refresh()


def _file(lines: list[list[Piece]]) -> _File:
    return _File(lines, max((sum(cell_width(text) for text, _ in line) for line in lines), default=0))
