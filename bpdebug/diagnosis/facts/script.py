"""Where the script made what an op was given: the statements that gave its data, labels and settings their values.

A fault such as labels that are all equal shows at an op, but is mended where the data is made; this finds that line by
following assignments backwards. It reads text and syntax only, and runs nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from ...log.records import RunStartedBody
from .naming import Naming
from .settings import set_at
from .source_files import Line, SourceFiles
from .syntax import constructs, names_given, names_read, picking_names, takes_array

if TYPE_CHECKING:
    from ...log.reader import LogReader

__all__ = ["Script"]

_LABEL_NAME = re.compile(
    r"^(t|y|ts|ys|tt|yy|[ty]_\w+|\w*_[ty])$|label|target|answer|truth|class", re.IGNORECASE
)
_SETS_WEIGHTS = (
    r"\.(array|data)\s*\[[^\]]*\]\s*[*/]?=[^=]|\.(array|data)\.fill\s*\(|\.(array|data)\s*[*/]?=[^=]"
)
_RUNS = re.compile(r"\.run\s*\(")
_DATASETS = r"Dataset\s*\(|Iterator\s*\(|list\(zip\("
_INDEXED = ("__getitem__", "get_example")
_OF_A_MODEL = ("forward", "__call__")


class Script(SourceFiles):
    """The source files of a run, and where the values in them come from."""

    def __init__(self, reader: LogReader, start: RunStartedBody | None) -> None:
        super().__init__(reader, start)
        self._naming = Naming(self._texts, self._tree)

    def weights_set(self, made: int | None) -> Line | None:
        """The line that writes weights by hand, where the one that makes the layer gives no initializer."""
        if re.search(r"initialW|initializ", self.text(self.line(made)).split("#", 1)[0]):
            return None
        return self.first_with(_SETS_WEIGHTS)

    def drawn_before(self, line: Line | None, draws: Collection[str]) -> Line | None:
        """The statement before the loop around a line that draws numbers by which the loop picks from an array.

        Args:
            draws: names of functions that draw numbers.
        """
        loops = self.loops_around(line)
        if line is None or not loops:
            return None
        loop = next(
            node
            for node in self._walk(line[0])
            if isinstance(node, ast.For | ast.While) and node.lineno == loops[0]
        )
        picking = picking_names(loop)
        for node in self._walk(line[0]):
            if not isinstance(node, ast.Assign) or node.lineno >= loops[0] or not names_given(node) & picking:
                continue
            called = node.value.func if isinstance(node.value, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in draws:
                return line[0], node.lineno
        return None

    def name_given(self, site: int | None) -> str:
        """The name that the statement at a call site gives its value; empty where it gives none, or several."""
        line = self.line(site)
        statement = None if line is None else self._statement_at(*line)
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return ""
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else ""

    def array_line(self, site: int | None) -> Line | None:
        """The statement that took the array out of the variable that went into an op, or into a call of it."""
        for path, line, function in reversed(self.frames(site)):
            statement = self._statement_at(path, line)
            if statement is None:
                continue
            if found := takes_array(statement):
                return path, found
            inside = self._function_at(path, line)
            loops = self.loops_around((path, line))
            for name in names_read(statement):
                given = [
                    node
                    for node in ast.walk(inside)
                    if isinstance(node, ast.Assign) and node.lineno != line and name in names_given(node)
                ]
                # In a loop, what a later statement gave the name came before this statement's next turn.
                given = [node for node in given if node.lineno < line or loops]
                given.sort(key=lambda node: (node.lineno > line, -node.lineno))
                for node in given[:1] + [node for node in given if node.lineno > line]:
                    if node.lineno > line and loops != self.loops_around((path, node.lineno)):
                        continue
                    if found := takes_array(node.value):
                        return path, found
            taking = [node for node in ast.walk(inside) if isinstance(node, ast.Expr) and takes_array(node)]
            if len(taking) == 1 and taking[0].lineno < line and not isinstance(inside, ast.Module):
                return path, takes_array(taking[0])  # as in `self.decoder.set_state(h.array)`
            if function == "<module>":
                break
        return None

    def data_line(self, site: int | None, prefer: str, labels: bool = False) -> Line | None:
        """The statement in which the script made the data that it handed over at a call site.

        Args:
            prefer: a regular expression; the nearest statement of the history that it matches is taken.
            labels: look for labels, by the names that people give them, rather than for inputs.
        """
        handing = {frame[:2] for frame in self.frames(site)}
        wanted = re.compile(prefer)
        for start in self._starts(site):
            for candidate in (start, *self._history_of_names(start, labels)):
                if wanted.search(self.text(candidate).split("#", 1)[0]) and candidate not in handing:
                    return candidate
        return None

    def line_in_data_set(self, pattern: str) -> Line | None:
        """The line of code inside a class that is indexed as a data set on which a pattern is found, if it is one."""
        classes = [
            (path, node.lineno, node.end_lineno or node.lineno)
            for path in self._texts
            for node in self._walk(path)
            if isinstance(node, ast.ClassDef)
            and any(isinstance(part, ast.FunctionDef) and part.name in _INDEXED for part in node.body)
        ]
        found = [
            line
            for line in self.lines_with(pattern)
            if any(path == line[0] and first <= line[1] <= last for path, first, last in classes)
        ]
        return found[-1] if found else None

    def labels_line(self, site: int | None) -> Line | None:
        """The first statement that gave a value to what is called like labels, of those that led to a call site."""
        for start in self._starts(site):
            # A list of classes reads nothing.
            history = self._history_of_names(start, labels=True)
            found = [line for line in history if self.makes_labels(line, of_something=True)]
            if found:
                return found[-1]
        return None

    def makes_labels(self, line: Line | None, of_something: bool = False) -> bool:
        """Whether the statement at a line gives a value, made of something, to what is called like labels."""
        return line is not None and any(
            entry.line == line[1]
            and (entry.reads or not of_something)
            and any(_LABEL_NAME.search(name) for name in entry.names)
            for entry in self._naming.assignments(line[0])
        )

    def _starts(self, site: int | None) -> list[Line]:
        """Where data is handed over: at a call site, outermost first, then where it was put into a dataset or iterator.

        What a model hands on inside itself is no data.
        """
        starts: list[Line] = []
        for path, line, function in self.frames(site):
            if function.rpartition(".")[2] in _OF_A_MODEL and starts:
                break
            if not _RUNS.search(self.text((path, line))):
                starts.append((path, line))
        return starts + self.lines_with(_DATASETS)

    def makers(self, line: Line | None) -> list[Line]:
        """The nearest statement before a line that gives each name used there its value."""
        if line is None:
            return []
        names = set(self._names_at(*line))
        found: dict[str, int] = {}
        for entry in self._naming.assignments(line[0]):
            if entry.line < line[1]:
                found.update(dict.fromkeys(names & entry.names, entry.line))
        return [(line[0], start) for start in sorted(set(found.values()))]

    def setting_line(self, line: Line | None, arguments: Collection[str]) -> Line | None:
        """Where a call's argument got its value, if it is given by a name that was set to a value of its own.

        Args:
            line: of the call.
            arguments: names of keyword arguments that may be meant; "" for the first argument of a constructor.
        """
        if line is None or not arguments:
            return None
        statement = self._statement_at(*line)
        for call in ast.walk(statement) if statement is not None else ():
            if not isinstance(call, ast.Call) or call.lineno > line[1] or (call.end_lineno or 0) < line[1]:
                continue
            given: list[ast.expr] = [word.value for word in call.keywords if word.arg in arguments]
            given += call.args[:1] if "" in arguments and constructs(call) else []
            for value in given:
                found = set_at(self._naming, self.trees(), line, value)
                if found is not None:
                    return found
        return None

    def _history_of_names(self, line: Line, labels: bool) -> list[Line]:
        """The statements that gave values to the names used at a line, nearest first, and to those used there ...

        Where a statement uses names of both inputs and labels, only those of the wanted role are followed.
        """
        names = self._names_at(*line)
        return self._naming.history(*line, names, lambda some: self._of_role(some, labels))

    def _of_role(self, names: list[str], labels: bool) -> list[str]:
        """The names that stand for labels, or those that don't; all, where that leaves none.

        Whoever calls their labels something else still hands them over behind the inputs.
        """
        chosen = [name for name in names if bool(_LABEL_NAME.search(name.rpartition(".")[2])) is labels]
        return chosen or (names[::-1] if labels else names)

    def _names_at(self, path: str, line: int) -> list[str]:
        """The names read by the statement at a line."""
        return self._naming.names_at(path, self._statement_at(path, line))
