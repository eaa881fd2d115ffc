"""Where an argument of a call got its value: a constant at the top, a table of settings, a default, an option."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .naming import Naming

__all__ = ["set_at"]

_Line = tuple[str, int]


def set_at(naming: Naming, trees: list[tuple[str, ast.Module]], line: _Line, value: ast.expr) -> _Line | None:
    """The line that sets the value of an expression at a line; None where it stands there itself, or isn't found."""
    path = line[0]
    if isinstance(value, ast.Name):
        return _of_name(naming, trees, line, value.id)
    if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
        there = naming.imported_from(path, f"{value.value.id}.{value.attr}")
        if there is not None:
            return _last_set(trees, there[0], there[1], None)
        return _of_field(trees, value.attr)
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
        return _of_key(trees, value.slice.value)
    return None


def _of_name(naming: Naming, trees: list[tuple[str, ast.Module]], line: _Line, name: str) -> _Line | None:
    path = line[0]
    found = _last_set(trees, path, name, line[1])
    if found is not None:
        return found
    function = naming.function_at(path, line[1])
    if function is not None and (given := _of_parameter(naming, path, function, name)) is not None:
        where, value = given
        deeper = set_at(naming, trees, where, value) if value is not None else None
        return deeper or where
    there = naming.imported_from(path, name)
    return None if there is None else _last_set(trees, there[0], there[1], None)


def _of_parameter(
    naming: Naming, path: str, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str
) -> tuple[_Line, ast.expr | None] | None:
    """Where the only call of a function gives an argument, and what; else the line of its default."""
    places = [argument.arg for argument in function.args.args]
    if name not in places + [argument.arg for argument in function.args.kwonlyargs]:
        return None
    for where, call in naming.calls_of(function):
        given = [word.value for word in call.keywords if word.arg == name]
        if name in places and places.index(name) < len(call.args):
            given.append(call.args[places.index(name)])
        if given:
            return (where, given[0].lineno), given[0]
    defaults = dict(zip(places[::-1], function.args.defaults[::-1], strict=False))
    return ((path, defaults[name].lineno), None) if name in defaults else None


def _last_set(trees: list[tuple[str, ast.Module]], path: str, name: str, before: int | None) -> _Line | None:
    """The last statement, before a line, that sets a name to a number or to something newly made."""
    lines = [
        node.lineno
        for other, tree in trees
        if other == path
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and (before is None or node.lineno < before)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        and isinstance(node.value, ast.Constant | ast.UnaryOp | ast.BinOp | ast.Call)
    ]
    return (path, max(lines)) if lines else None


def _of_field(trees: list[tuple[str, ast.Module]], name: str) -> _Line | None:
    """The default of a command-line option, or a field of a class of settings, of this name; if there is but one."""
    found = [(path, line) for path, tree in trees for line in _fields(tree, name)]
    return found[0] if len(found) == 1 else None


def _fields(tree: ast.Module, name: str) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            options = [part.value for part in node.args if isinstance(part, ast.Constant)]
            named = any(str(text).lstrip("-").replace("-", "_") == name for text in options)
            if node.func.attr == "add_argument" and named:
                yield node.lineno
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", None)]
                if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                    yield part.lineno


def _of_key(trees: list[tuple[str, ast.Module]], key: object) -> _Line | None:
    """Where the only dictionary of the script with this key sets it."""
    found = []
    for path, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                found += [
                    (path, part.lineno)
                    for part in node.keys
                    if isinstance(part, ast.Constant) and part.value == key
                ]
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dict":
                found += [(path, word.value.lineno) for word in node.keywords if word.arg == key]
    return found[0] if len(found) == 1 else None
