"""Lines of the script as places to stop at: which file is meant, whether a line can make an event, its name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from ..breakpoints.code_lines import CodeLines, code_lines
from ..breakpoints.lines import at_lines, own_links_of
from ..errors import AddressError, UsageError
from ..log.schema import NOTHING
from ..patterns import same_path
from ..stepping import Breakpoint
from ..text import clean, count_text
from ..text.files import text_of_file

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["SourceLines"]

_PIECE = 1 << 20
_NEAR = 4
"""So many lines with events are named where a line has none."""


class SourceLines:
    """The lines of all files that events came from. `reader` is the run's log."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._code: dict[str, tuple[str, CodeLines | None]] = {}
        self._own_links = own_links_of(reader)
        self._looked = 0
        self._seen = np.zeros(0, bool)  # which sites a breakpoint on their line stops at

    # ---- names ------------------------------------------------------------------------------------------------

    def shown_path(self, path: str) -> str:
        """A path as it is shown everywhere: from the script's directory on where it lies in that, else whole."""
        directory = self._directory
        return path[len(directory) :] if directory and path.startswith(directory) else path

    def shown(self, breakpoint_: Breakpoint) -> str:
        """A breakpoint as it is shown everywhere; typed, it means the same again."""
        if not breakpoint_.is_line:
            return clean(str(breakpoint_))
        return clean(str(msgspec.structs.replace(breakpoint_, path=self.shown_path(breakpoint_.path))))

    @property
    def _directory(self) -> str:
        """Where the script lies, with a separator behind it; "" where that isn't known."""
        sources = self._reader.sources
        script = sources[0].path if sources else os.path.abspath(self._reader.run.script)
        directory = os.path.dirname(script)
        return directory.rstrip(os.sep) + os.sep if directory else ""

    def file(self, path: str) -> str | None:
        """The whole path of the one recorded file that is meant by a path, or by its end; None for no or many files."""
        paths = [source.path for source in self._reader.sources]
        for exact in (path, os.path.normpath(self._directory + path)):
            if exact in paths:
                return exact
        found = [one for one in dict.fromkeys(paths) if same_path(path, one)]
        return found[0] if len(found) == 1 else None

    # ---- where a line breakpoint goes ---------------------------------------------------------------------------

    def settle(self, wanted: Breakpoint, live: bool) -> tuple[Breakpoint, str]:
        """Put a breakpoint that is on a line where it can stop.

        Args:
            wanted: any breakpoint.
            live: whether there may be events yet that aren't recorded now.

        Returns:
            It, or one on a later line or with a whole path; and in words what was changed of its line, or "".

        Raises:
            AddressError: no file is called so.
            UsageError: it would never stop there.
        """
        if not wanted.is_line:
            return wanted, ""
        path = self.file(wanted.path)
        if path is None:
            return self._settle_unrecorded(wanted, live)
        wanted = msgspec.structs.replace(wanted, path=path)
        line, why_none = wanted.line, None
        try:
            line = self._possible_line(wanted, self._text(path))
        except UsageError as error:
            why_none = error
        if live and why_none is None and line == wanted.line:
            return wanted, ""  # without a look at a log that may be long
        lines = self._lines_with_events(path)
        if wanted.line in lines:
            return wanted, ""
        if why_none is not None:
            raise why_none
        if not live and line not in lines:
            raise UsageError(self._no_event(path, wanted.line, line, lines))
        return _moved(wanted, line)

    def _settle_unrecorded(self, wanted: Breakpoint, live: bool) -> tuple[Breakpoint, str]:
        """One in a file that no event came from, or in one of several that are called so."""
        if any(same_path(wanted.path, source.path) for source in self._reader.sources):
            return wanted, ""
        if not live:
            files = sorted({self.shown_path(source.path) for source in self._reader.sources})
            known = f": there are {', '.join(files[:6])}" if files else ""
            raise AddressError(clean(f"no event of this run came from a file called {wanted.path}{known}"))
        for path in (os.path.abspath(wanted.path), os.path.normpath(self._directory + wanted.path)):
            text = text_of_file(path)
            if text:
                wanted = msgspec.structs.replace(wanted, path=path)
                return _moved(wanted, self._possible_line(wanted, text))
        return wanted, "no such file is known yet"

    def _possible_line(self, wanted: Breakpoint, text: str) -> int:
        """The first line from the wanted one on that can make an event. Raises UsageError."""
        count = text.count("\n") + (not text.endswith("\n"))
        name = clean(self.shown_path(wanted.path))
        if text and wanted.line > count:
            raise UsageError(f"{name} has {count_text(count, 'line')}: there is no line {wanted.line}")
        known = self._code.get(wanted.path)
        if known is None or known[0] != text:
            known = self._code[wanted.path] = (text, code_lines(text) if text else None)
        code = known[1]
        if code is None:
            return wanted.line
        line = code.next(wanted.line)
        if line is None:
            inside = code.function_of(wanted.line)
            where = f" of {clean(inside)}" if inside else ""
            raise UsageError(f"{name}:{wanted.line} can make no event, nor can any line{where} after it")
        return line

    def _no_event(self, path: str, wanted: int, possible: int, lines: Sequence[int]) -> str:
        name = clean(self.shown_path(path))
        behind = f" (nor at {possible})" if possible != wanted else ""
        none = f"no event of this run is at {name}:{wanted}{behind}"
        if not lines:
            return f"{none}, nor at any line of that file"
        near = sorted(sorted(lines, key=lambda line: abs(line - wanted))[:_NEAR])
        return f"{none}; the nearest with some: {', '.join(map(str, near))}"

    def _text(self, path: str) -> str:
        return next((source.text for source in self._reader.sources if source.path == path), "") or ""

    def _lines_with_events(self, path: str) -> list[int]:
        """The lines of a file at which a breakpoint would have stopped."""
        self._look()
        sources = {source.id for source in self._reader.sources if source.path == path}
        lines = {
            frame.line
            for site in self._reader.sites[: len(self._seen)]
            if self._seen[site.id]
            for frame in site.frames
            if frame.source in sources
        }
        return sorted(lines)

    def _look(self) -> None:
        """Take in the events that have come since the last time."""
        index, sites = self._reader.index, len(self._reader.sites)
        if sites > len(self._seen):
            self._seen = np.concatenate([self._seen, np.zeros(sites - len(self._seen), bool)])
        for begin in range(self._looked, len(index), _PIECE):
            piece = index[begin : begin + _PIECE]
            found = piece["site"][at_lines(piece, self._own_links)]
            self._seen[found[found != NOTHING]] = True
        self._looked = len(index)


def _moved(wanted: Breakpoint, line: int) -> tuple[Breakpoint, str]:
    if line == wanted.line:
        return wanted, ""
    said = f"line {wanted.line} can make no event: line {line} is the next that can"
    return msgspec.structs.replace(wanted, line=line), said
