"""What a script printed, as the lines that a terminal would show; it can be taken back to any earlier moment.

Colours (SGR) are kept, `\\r` and backspace overtype, erase-in-line erases, every other control is made harmless:
it changes nothing outside its own line. Nothing here draws.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from rich.ansi import AnsiDecoder
from rich.style import Style

from ..text import cell_width, clean

__all__ = ["PrintedLine", "ScriptOutput"]

MAXIMUM_LENGTH = 10_000
"""Characters kept of one line: a script that never prints a newline must not stall the screen."""

_UNUSUAL = re.compile(r"[\x00-\x09\x0b-\x1f]")

_TAB = 8
_PLAIN = Style.null()

_CONTROL = re.compile(
    r"\x1b\[(?P<values>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\|(?=\n))"  # titles, links, clipboard: dropped
    r"|\x1b[ -/]*[0-Z\\`-~]"
    r"|(?P<char>[\n\r\b\t\x07\x1b])"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b\n]{0,4096}\x1b?|[ -/]*)?\Z")


@dataclass(slots=True)
class PrintedLine:
    """One line on the screen.

    Attributes:
        begin: (number of the chunk, place in its text, style) where the line begins.
        stream: what wrote it: `stdout`, `stderr`, or `raw` for output past Python's streams.
        pieces: text and style, to be printed one after the other.
    """

    begin: tuple[int, int, Style]
    stream: str
    pieces: list[tuple[str, Style]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The line without its colours."""
        return "".join(text for text, _ in self.pieces)

    @property
    def width(self) -> int:
        """In cells."""
        return cell_width(self.text)


class ScriptOutput:
    """Chunks of printed text in, lines out.

    Each chunk is what one `write` said; `keep(count)` forgets all after the first `count` chunks, as if they had
    never been printed.

    Attributes:
        chunks: stream and text of each write.
        lines: what stands on the screen.
        changed_from: the first line that may have changed since whoever shows the lines set this to their number.
    """

    def __init__(self) -> None:
        self.chunks: list[tuple[str, str]] = []
        self.lines: list[PrintedLine] = []
        self.changed_from = 0
        self._decoder = AnsiDecoder()
        self._column = 0
        self._length = 0  # of the last line, characters
        self._open = False  # whether the last line still takes text
        self._carry = ""

    def feed(self, stream: str, text: str) -> None:
        """Print a chunk of `text` on `stream`."""
        self.chunks.append((stream, text))
        self._print(len(self.chunks) - 1, 0)

    def keep(self, count: int) -> None:
        """Take back all but the first `count` chunks."""
        if count >= len(self.chunks):
            return
        del self.chunks[count:]
        # The last line that begins before the cut may hold text from behind it: it is printed again.
        place = bisect_left(self.lines, count, key=lambda line: line.begin[0])
        begin = (0, 0, _PLAIN)
        if place:
            begin = self.lines[place - 1].begin
            del self.lines[place - 1 :]
        else:
            self.lines.clear()
        self.changed_from = min(self.changed_from, len(self.lines))
        self._open, self._column, self._carry = False, 0, ""
        chunk, offset, self._decoder.style = begin
        for number in range(chunk, count):
            self._print(number, offset)
            offset = 0

    def _print(self, chunk: int, offset: int) -> None:
        self.changed_from = min(self.changed_from, max(0, len(self.lines) - 1))
        stream, whole = self.chunks[chunk]
        if not self._carry and not _UNUSUAL.search(whole):
            self._print_plain(stream, whole, chunk, offset)
            return
        carried = len(self._carry) if self._open and self.lines[-1].stream == stream else 0
        if not carried:
            self._carry = ""
        text = self._carry + whole[offset:]
        shift = offset - carried
        self._carry = ""
        if tail := _UNFINISHED.search(text, max(0, len(text) - 4200)):
            self._carry = text[tail.start() :]
            text = text[: tail.start()]
        place = 0
        for found in _CONTROL.finditer(text):
            if found.start() > place:
                self._write(text[place : found.start()], stream, (chunk, max(0, place + shift)))
            place = found.end()
            self._control(found, stream, (chunk, max(0, found.start() + shift)))
        if place < len(text):
            self._write(text[place:], stream, (chunk, max(0, place + shift)))

    def _print_plain(self, stream: str, whole: str, chunk: int, offset: int) -> None:
        """What `_print` does, for text without controls other than newlines: nearly all that is printed."""
        at = offset
        while at < len(whole):
            end = whole.find("\n", at)
            stop = len(whole) if end < 0 else end
            if stop > at:
                self._write(whole[at:stop], stream, (chunk, at))
            if end >= 0:
                self._line(stream, (chunk, end))
                self._open = False
            at = stop + 1

    def _line(self, stream: str, place: tuple[int, int]) -> PrintedLine:
        """The line that takes text now; another stream's text begins a new one."""
        if not self._open or self.lines[-1].stream != stream:
            self.lines.append(PrintedLine((*place, self._decoder.style or _PLAIN), stream))
            self._open, self._column, self._length = True, 0, 0
        return self.lines[-1]

    def _write(self, text: str, stream: str, place: tuple[int, int]) -> None:
        line = self._line(stream, place)
        text = clean(text)[: max(0, MAXIMUM_LENGTH - self._column)]
        if not text:
            return
        length = self._length
        style = self._decoder.style or _PLAIN
        if self._column < length:
            before = _cut(line.pieces, 0, self._column)
            after = _cut(line.pieces, self._column + len(text), length)
            line.pieces = [*before, (text, style), *after]
        elif line.pieces and line.pieces[-1][1] == style:
            line.pieces[-1] = (line.pieces[-1][0] + text, style)
        else:
            line.pieces.append((text, style))
        self._column += len(text)
        self._length = max(length, self._column)

    def _control(self, found: re.Match[str], stream: str, place: tuple[int, int]) -> None:
        char, final = found["char"], found["final"]
        if char == "\n":
            self._line(stream, place)
            self._open = False
        elif char == "\r":
            self._column = 0
        elif char == "\b":
            self._column = max(0, self._column - 1)
        elif char == "\t":
            line = self._line(stream, place)
            at = cell_width("".join(text for text, _ in _cut(line.pieces, 0, self._column)))
            self._write(" " * (_TAB - at % _TAB), stream, place)
        elif final == "m":
            self._decoder.decode_line(found.group())
        elif final == "K" and self._open:
            self._erase(found["values"])

    def _erase(self, values: str) -> None:
        line = self.lines[-1]
        length = sum(len(piece) for piece, _ in line.pieces)
        if values in ("", "0"):
            line.pieces = _cut(line.pieces, 0, self._column)
        elif values == "2":
            line.pieces = [(" " * self._column, _PLAIN)] if self._column else []
        elif values == "1":
            line.pieces = [(" " * self._column, _PLAIN), *_cut(line.pieces, self._column, length)]
        self._length = sum(len(piece) for piece, _ in line.pieces)


def _cut(pieces: list[tuple[str, Style]], start: int, stop: int) -> list[tuple[str, Style]]:
    """The pieces of the characters from `start` to `stop`."""
    kept, at = [], 0
    for text, style in pieces:
        part = text[max(0, start - at) : max(0, stop - at)]
        if part:
            kept.append((part, style))
        at += len(text)
    return kept
