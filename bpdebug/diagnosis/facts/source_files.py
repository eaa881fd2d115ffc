"""The source files of a run: which line a call site is, where a word stands, which statements are around a line.

The log holds the text of every source file that events point into. It is read and parsed, and nothing of it is run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...log.records import RunStartedBody
from ...log.schema import NOTHING
from .user_frames import UserFrame, without_comprehensions

if TYPE_CHECKING:
    from ...log.reader import LogReader

__all__ = ["Line", "SourceFiles"]

Line = tuple[str, int]
"""Path and line, from 1."""
_MAX_TEXT = 1 << 20


class SourceFiles:
    """The source files of a run, the script itself first."""

    def __init__(self, reader: LogReader, start: RunStartedBody | None) -> None:
        self._reader = reader
        main = "" if start is None else start.script
        sources = sorted(reader.sources, key=lambda source: source.path != main)
        self._texts = {source.path: source.text[:_MAX_TEXT] for source in sources if source.text}
        self._lines = {path: text.splitlines() for path, text in self._texts.items()}
        self._trees: dict[str, ast.Module | None] = {}

    # ---- call sites -----------------------------------------------------------------------------------------

    def frames(self, site: int | None) -> list[UserFrame]:
        """The user frames of a call site, innermost last; what a comprehension does, the function around it does."""
        if site is None or site == NOTHING or site >= len(self._reader.sites):
            return []
        sources = self._reader.sources
        return without_comprehensions(
            (sources[frame.source].path, frame.line, frame.function)
            for frame in self._reader.sites[site].frames
            if frame.source < len(sources)
        )

    def line(self, site: int | None) -> Line | None:
        """The innermost user line of a call site."""
        frames = self.frames(site)
        return None if not frames else frames[-1][:2]

    def outermost(self, site: int | None) -> Line | None:
        """The outermost user line of a call site: where the script called what led there."""
        frames = self.frames(site)
        return None if not frames else frames[0][:2]

    def maker(self, site: int | None) -> Line | None:
        """Where something was constructed: the innermost user line that stands in no constructor."""
        frames = self.frames(site)
        outside = [frame for frame in frames if frame[2].rpartition(".")[2] != "__init__"]
        return (outside or frames)[-1][:2] if frames else None

    def text(self, line: Line | None) -> str:
        """The text of a line; empty where there is none."""
        if line is None:
            return ""
        lines = self._lines.get(line[0], [])
        return lines[line[1] - 1] if 0 < line[1] <= len(lines) else ""

    def named(self, site: int | None, label: str) -> Line | None:
        """The user line of an op: where the innermost line doesn't name it, the last line that does.

        So `F.relu` in the list of a Sequential is found, which is called at the line that calls the model.
        """
        line = self.line(site)
        if line is None or re.search(rf"\b{label}\b", self.text(line)):
            return line
        found = [other for other in self.lines_with(rf"\b{label}\b(?!\s*\()") if other[0] == line[0]]
        return found[-1] if found else line

    def parting(self, site: int | None, other: int | None) -> Line | None:
        """The line of a call site at which it is no longer the same as another; None where it never parts."""
        pairs = zip(self.frames(site), self.frames(other), strict=False)
        return next((mine[:2] for mine, theirs in pairs if mine != theirs), None)

    # ---- words ----------------------------------------------------------------------------------------------

    def lines_with(self, pattern: str) -> list[Line]:
        """The lines of code on which a regular expression is found; comments don't count."""
        wanted = re.compile(pattern)
        return [
            (path, number)
            for path, lines in self._lines.items()
            for number, text in enumerate(lines, 1)
            if wanted.search(text.split("#", 1)[0])
        ]

    def first_with(self, pattern: str) -> Line | None:
        """The first of `lines_with`."""
        found = self.lines_with(pattern)
        return found[0] if found else None

    def matches(self, pattern: str) -> list[str]:
        """What the group of a regular expression stands for on each line of code on which it is found."""
        wanted = re.compile(pattern)
        return [
            found[1]
            for lines in self._lines.values()
            for text in lines
            for found in wanted.finditer(text.split("#", 1)[0])
        ]

    def mentions(self, pattern: str) -> bool:
        """Whether a regular expression is found anywhere, comments included; upper and lower case are the same."""
        wanted = re.compile(pattern, re.IGNORECASE)
        return any(wanted.search(text) for text in self._texts.values())

    # ---- syntax ---------------------------------------------------------------------------------------------

    def trees(self) -> list[tuple[str, ast.Module]]:
        """The source files that can be parsed, each with its path."""
        return [(path, tree) for path in self._texts if (tree := self._tree(path)) is not None]

    def enclosing_with(self, line: Line | None, pattern: str) -> Line | None:
        """The `with` statement around a line whose text matches a regular expression."""
        if line is None:
            return None
        found = None
        for node in self._walk(line[0]):
            if isinstance(node, ast.With | ast.AsyncWith) and node.lineno <= line[1] <= (
                node.end_lineno or 0
            ):
                head = (line[0], node.lineno)
                if re.search(pattern, self.text(head)):
                    found = head
        return found

    def loop_line(self, site: int | None) -> Line | None:
        """The outermost user line of a call site that stands in a loop; the outermost of all where none does."""
        lines = [frame[:2] for frame in self.frames(site)]
        return next((line for line in lines if self.loops_around(line)), lines[0] if lines else None)

    def loops_around(self, line: Line | None) -> list[int]:
        """The first lines of the loops that enclose a line, outermost first."""
        if line is None:
            return []
        return sorted(
            node.lineno
            for node in self._walk(line[0])
            if isinstance(node, ast.For | ast.While) and node.lineno <= line[1] <= (node.end_lineno or 0)
        )

    def is_in_same_method(self, line: Line, other: Line) -> bool:
        """Whether two lines of a file stand in one method of a class, one that isn't its constructor."""
        if line[0] != other[0]:
            return False
        around = self._function_at(*line)
        methods = {
            part
            for node in self._walk(line[0])
            if isinstance(node, ast.ClassDef)
            for part in node.body
            if isinstance(part, ast.FunctionDef) and part.name != "__init__"
        }
        return around in methods and around is self._function_at(*other)

    def rule_line(self, cls: str) -> Line | None:
        """The line of a class of the script at which its backward rule returns; None where it has no such class."""
        for path in self._texts:
            for node in self._walk(path):
                if isinstance(node, ast.ClassDef) and node.name == cls:
                    rules = [
                        part
                        for part in node.body
                        if isinstance(part, ast.FunctionDef) and part.name.startswith("backward")
                    ]
                    returns = [
                        part.lineno
                        for rule in rules
                        for part in ast.walk(rule)
                        if isinstance(part, ast.Return)
                    ]
                    return path, (returns or [rule.lineno for rule in rules] or [node.lineno])[0]
        return None

    def _tree(self, path: str) -> ast.Module | None:
        if path not in self._trees:
            try:
                self._trees[path] = ast.parse(self._texts.get(path, ""))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._trees[path] = None
        return self._trees[path]

    def _walk(self, path: str) -> Iterator[ast.AST]:
        tree = self._tree(path)
        return iter(()) if tree is None else ast.walk(tree)

    def _statement_at(self, path: str, line: int) -> ast.stmt | None:
        """The innermost statement at a line; None for one that encloses others."""
        statement = None
        for node in self._walk(path):
            if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
                statement = node  # the innermost comes last
        return None if statement is None or hasattr(statement, "body") else statement

    def _function_at(self, path: str, line: int) -> ast.AST:
        """The innermost function around a line, or the whole file."""
        around: ast.AST = self._tree(path) or ast.Module([], [])
        for node in self._walk(path):
            if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or node.lineno):
                around = node
        return around
