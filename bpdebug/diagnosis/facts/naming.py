"""Where the names of a script get their values: assignments, imports from its own modules, and what functions return.

It reads syntax only, and follows a name from file to file as Python would.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterable, Iterator

from .syntax import changed_in_place, names_in, names_read

__all__ = ["Assignment", "Naming"]

_MAX_CHAIN = 200
_END = 1 << 31
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclasses.dataclass(frozen=True, slots=True)
class Assignment:
    """A statement that gives names a value.

    `reads` are the names that go into it, `calls` the functions; what is read from a module of the script is called
    `data.x`. `is_call` says that the value is that of a call and nothing else.
    """

    line: int
    names: frozenset[str]
    reads: tuple[str, ...]
    calls: tuple[str, ...]
    is_call: bool


class Naming:
    """The names of some source files.

    Args:
        trees: the syntax of each, by path; of one that can't be parsed an empty module.
    """

    def __init__(self, paths: Iterable[str], tree: Callable[[str], ast.Module | None]) -> None:
        self._paths = list(paths)
        self._tree = tree
        self._assignments: dict[str, list[Assignment]] = {}
        self._imports: dict[str, dict[str, tuple[str, str]]] = {}
        self._functions: dict[str, list[_Function]] = {}

    def assignments(self, path: str) -> list[Assignment]:
        """The statements of a file that give names values, by line."""
        if path not in self._assignments:
            modules = {name for name, (_, inside) in self._imported(path).items() if not inside}
            found = [
                Assignment(
                    node.lineno,
                    frozenset(name for target in targets for name in names_in(target)),
                    tuple(reads(value, modules)),
                    tuple(_called(value)),
                    isinstance(value, ast.Call),
                )
                for node, targets, value in _values_given(self._walk(path))
            ]
            self._assignments[path] = sorted(found, key=lambda entry: entry.line)
        return self._assignments[path]

    def names_at(self, path: str, statement: ast.stmt | None) -> list[str]:
        """The names that a statement reads."""
        if statement is None:
            return []
        return reads(statement, {name for name, (_, inside) in self._imported(path).items() if not inside})

    def history(
        self, path: str, line: int, names: list[str], role: Callable[[list[str]], list[str]]
    ) -> list[tuple[str, int]]:
        """The statements that gave these names, used at a line, their values, nearest first; and those before ...

        Args:
            role: leaves those of some names that are to be followed.
        """
        pending = [(path, name, line) for name in role(names)]
        seen: set[tuple[str, str, int]] = set()
        found: dict[tuple[str, int], None] = {}
        handed_on: dict[tuple[str, int], None] = {}
        while pending and len(seen) < _MAX_CHAIN:
            path, name, before = pending.pop(0)
            given = self._given(path, name, before)
            if not given:
                there = self.imported_from(path, name)
                if there is not None and (*there, _END) not in seen:
                    seen.add((*there, _END))
                    pending.insert(0, (*there, _END))
            for entry in given:
                if (path, name, entry.line) in seen:
                    continue
                seen.add((path, name, entry.line))
                returns = list(self._returns(path, entry.calls))
                # What only hands on a function's result comes behind what made it there.
                (handed_on if entry.is_call and returns else found)[path, entry.line] = None
                pending += [(path, other, entry.line) for other in role(list(entry.reads))]
                for where, leaving in returns:
                    found[where, leaving.lineno] = None
                    names = self.names_at(where, leaving)
                    pending += [(where, other, leaving.lineno) for other in role(names)]
        return list(found | handed_on)

    def imported_from(self, path: str, name: str) -> tuple[str, str] | None:
        """The file and the name there of what a file calls `name` or `module.name`; None where it isn't imported."""
        head, _, tail = name.partition(".")
        there = self._imported(path).get(head)
        if there is None or bool(tail) is bool(there[1]):
            return None
        return there[0], tail or there[1]

    def function(self, path: str, name: str) -> tuple[str, _Function] | None:
        """The function that a file calls `name` or `module.name`, of the script's own, and its file."""
        for _ in range(len(self._paths) + 1):
            if path not in self._functions:
                self._functions[path] = [node for node in self._walk(path) if isinstance(node, _Function)]
            own = next((node for node in self._functions[path] if node.name == name), None)
            if own is not None:
                return path, own
            there = self.imported_from(path, name)
            if there is None:
                return None
            path, name = there
        return None

    def function_at(self, path: str, line: int) -> _Function | None:
        """The innermost function around a line; None for a line outside of all."""
        self.function(path, "")
        around = [node for node in self._functions[path] if node.lineno <= line <= (node.end_lineno or 0)]
        return max(around, key=lambda node: node.lineno, default=None)

    def calls_of(self, function: _Function) -> Iterator[tuple[str, ast.Call]]:
        """The calls of a function, by its name, in all files."""
        for path in self._paths:
            for node in self._walk(path):
                if isinstance(node, ast.Call) and _name_of(node.func).rpartition(".")[2] == function.name:
                    yield path, node

    def _given(self, path: str, name: str, before: int) -> list[Assignment]:
        """The statements up to a line that give a name its value, the last first; those of its own function only."""
        given = [entry for entry in self.assignments(path) if name in entry.names and entry.line <= before]
        around = self.function_at(path, before)
        if around is not None:
            given = [entry for entry in given if entry.line >= around.lineno] or given
        return given[::-1]

    def _returns(self, path: str, calls: Iterable[str]) -> Iterator[tuple[str, ast.Return]]:
        for name in calls:
            called = self.function(path, name)
            if called is not None:
                for node in ast.walk(called[1]):
                    if isinstance(node, ast.Return) and node.value is not None:
                        yield called[0], node

    def _imported(self, path: str) -> dict[str, tuple[str, str]]:
        """What a file imports from other files: by its name here, the file and the name there ("" for all of it)."""
        if path not in self._imports:
            found: dict[str, tuple[str, str]] = {}
            self._imports[path] = found
            for node in self._walk(path):
                if isinstance(node, ast.ImportFrom):
                    for alias in node.names:
                        inside = self._file_of(f"{node.module or ''}.{alias.name}".strip("."), path)
                        there = self._file_of(node.module or "", path)
                        if alias.name == "*" and there:
                            found.update({name: (there, name) for name in self._top_level(there)})
                        elif inside:
                            found[alias.asname or alias.name] = (inside, "")
                        elif there:
                            found[alias.asname or alias.name] = (there, alias.name)
                elif isinstance(node, ast.Import):
                    for alias in node.names:
                        there = self._file_of(alias.name, path)
                        if there:
                            found[alias.asname or alias.name] = (there, "")
        return self._imports[path]

    def _top_level(self, path: str) -> set[str]:
        names = {name for entry in self.assignments(path) for name in entry.names}
        return names | {node.name for node in self._walk(path) if isinstance(node, _Function | ast.ClassDef)}

    def _file_of(self, module: str, path: str) -> str:
        """The path of a module of the script, the nearest to another file; empty where it has none."""
        if not module:
            return ""
        ends = f"/{module.replace('.', '/')}"
        fitting = [
            other
            for other in self._paths
            if other != path and other.endswith((f"{ends}.py", f"{ends}/__init__.py"))
        ]
        folder = path.rpartition("/")[0]
        return min(fitting, key=lambda other: (not other.startswith(f"{folder}/"), len(other)), default="")

    def _walk(self, path: str) -> Iterator[ast.AST]:
        tree = self._tree(path)
        return iter(()) if tree is None else ast.walk(tree)


def reads(node: ast.AST, modules: set[str]) -> list[str]:
    """The names that an expression reads; what it takes from one of the modules as `module.name`."""
    found = names_read(node)
    of_modules = [
        f"{part.value.id}.{part.attr}"
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in modules
    ]
    return [name for name in found if name not in modules] + of_modules


def _called(node: ast.AST) -> list[str]:
    names = [_name_of(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)]
    return [name for name in names if name]


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{function.value.id}.{function.attr}"
    return ""


def _values_given(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.stmt, list[ast.AST], ast.AST]]:
    """Each statement that gives names a value, its targets, and the value."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield node, list(node.targets), node.value
        elif isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value is not None:
            yield node, [node.target], node.value
        elif isinstance(node, ast.For):
            yield node, [node.target], node.iter
        elif isinstance(node, ast.Expr) and (changed := changed_in_place(node.value)):
            yield node, changed, node.value
