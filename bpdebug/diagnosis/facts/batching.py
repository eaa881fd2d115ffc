"""How a script takes its batches: slices that stay in a loop over batches, examples that ignore their number, and
labels that a loop sets too late."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .history import History
from .source_files import Line
from .syntax import names_given

__all__ = ["example_without_number", "labels_of_the_turn_before", "slice_that_stays"]

_INDEXED = ("__getitem__", "get_example")
_ASSEMBLES = ("concat_examples", "converter", "array", "asarray", "stack", "vstack", "concatenate")


def slice_that_stays(history: History, line: Line | None, counts_starts: bool) -> Line | None:
    """The line in the inner one of two loops that cuts rows whose bounds no turn of that loop changes: `x[0:size]`.

    Args:
        line: one in the inner loop.
        counts_starts: take only a loop over `range(start, stop, step)` whose body doesn't read the number; else one
            that puts examples together. (Of an array, rows that no other array holds are the whole of the data.)
    """
    around = [] if line is None else list(_loops(history, line))
    if line is None or len(around) < 2:
        return None
    loop = around[-1]
    if not (_ignores_starts(loop) if counts_starts else _assembles(loop)):
        return None
    changed = _names(loop.target) if isinstance(loop, ast.For) else set()
    for node in ast.walk(loop):
        if isinstance(node, ast.Assign):
            changed |= names_given(node)
        elif isinstance(node, ast.AugAssign | ast.For | ast.NamedExpr):
            changed |= _names(node.target)
    for node in ast.walk(loop):
        if isinstance(node, ast.Subscript) and _cuts_rows(node.slice) and not _names(node) & changed:
            return line[0], node.lineno
    return None


def example_without_number(history: History) -> Line | None:
    """Where a data set of the script returns an example without looking at the number that it was asked for."""
    for path, tree in history.script.trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or node.name not in _INDEXED or len(node.args.args) != 2:
                continue
            number = node.args.args[1].arg
            read = {name for part in node.body for name in _names(part)}
            returns = [part.lineno for part in ast.walk(node) if isinstance(part, ast.Return)]
            if number not in read and returns:
                return path, returns[-1]
    return None


def labels_of_the_turn_before(history: History, line: Line | None, loss: str) -> Line | None:
    """Where a loop gives the labels of a loss a value only behind it, so that each batch meets those of the last one.

    Args:
        line: that calls the loss, with a name as the labels.
        loss: the function's name.
    """
    if line is None:
        return None
    for loop in list(_loops(history, line))[-1:]:
        names = {
            node.args[1].id
            for node in ast.walk(loop)
            if isinstance(node, ast.Call)
            and node.lineno <= line[1] <= (node.end_lineno or 0)
            and getattr(node.func, "attr", getattr(node.func, "id", "")) == loss
            and len(node.args) > 1
            and isinstance(node.args[1], ast.Name)
        }
        given = [
            node.lineno
            for node in ast.walk(loop)
            if isinstance(node, ast.Assign) and names_given(node) & names
        ]
        target = _names(loop.target) if isinstance(loop, ast.For) else set()
        if given and min(given) > line[1] and not names & target:
            return line[0], min(given)
    return None


def _loops(history: History, line: Line) -> Iterator[ast.For | ast.While]:
    """The loops around a line, outermost first."""
    for path, tree in history.script.trees():
        if path == line[0]:
            for node in ast.walk(tree):
                if isinstance(node, ast.For | ast.While) and node.lineno < line[1] <= (node.end_lineno or 0):
                    yield node


def _ignores_starts(loop: ast.For | ast.While) -> bool:
    if not isinstance(loop, ast.For) or not isinstance(loop.iter, ast.Call) or len(loop.iter.args) != 3:
        return False
    if getattr(loop.iter.func, "id", "") != "range":
        return False
    return not _names(loop.target) & {name for part in loop.body for name in _names(part)}


def _assembles(loop: ast.For | ast.While) -> bool:
    called = [node.func for node in ast.walk(loop) if isinstance(node, ast.Call)]
    return any(getattr(func, "attr", getattr(func, "id", "")) in _ASSEMBLES for func in called)


def _cuts_rows(index: ast.expr) -> bool:
    """Whether an index is `a:b` or `a:b, ...`, with an end."""
    first = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
    return isinstance(first, ast.Slice) and first.upper is not None


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
