"""Where a script puts one array into another order and leaves those that belong to it as they are.

It reads syntax only, and is asked where a run shows that inputs and labels no longer fit.
"""

from __future__ import annotations

import ast

from .script import Line, Script
from .syntax import names_given

__all__ = ["reordered_alone"]

_DRAWN = ("permutation", "argsort", "choice", "randint", "shuffle")
_REORDERING = ("permutation", "roll", "flip", "flipud", "sort", "shuffle", "permuted")
_COUNTING = ("arange", "range", "permutation", "list")


def reordered_alone(script: Script) -> Line | None:
    """The first such statement: `x = x[perm]` with no other array at `perm`, `t = np.roll(t, 1)`, `rng.shuffle(t)`.

    Where there is none, `x = x.reshape(steps, examples, -1)`, which may stand for a transpose.
    """
    found: list[Line] = []
    reshaped: list[Line] = []
    for path, tree in script.trees():
        made = _calls_by_name(tree)
        indexed: dict[str, list[int]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name):
                indexed.setdefault(node.slice.id, []).append(node.lineno)
            elif _draws_an_order(node) or _reorders_itself(node):
                assert isinstance(node, ast.Subscript | ast.Assign)
                found.append((path, node.lineno))
            elif _reshapes_itself(node):
                assert isinstance(node, ast.Assign)
                reshaped.append((path, node.lineno))
            elif isinstance(node, ast.Expr) and _name_called(node.value) == "shuffle":
                assert isinstance(node.value, ast.Call)
                arrays = [part.id for part in node.value.args if isinstance(part, ast.Name)]
                if arrays and not any(made.get(name) in _COUNTING for name in arrays):
                    found.append((path, node.lineno))
        found += [
            (path, lines[0])
            for index, lines in indexed.items()
            if len(lines) == 1 and made.get(index) in _DRAWN
        ]
    return min(found or reshaped, default=None)


def _calls_by_name(tree: ast.Module) -> dict[str, str]:
    """The function whose result a name was given: `perm = rng.permutation(n)` gives `perm: permutation`."""
    return {
        target.id: _name_called(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _draws_an_order(node: ast.AST) -> bool:
    """`t[rng.permutation(n)]`."""
    return isinstance(node, ast.Subscript) and _name_called(node.slice) in _DRAWN


def _reorders_itself(node: ast.AST) -> bool:
    """`t = np.roll(t, 1)`, or `t = t[::-1]`."""
    if not isinstance(node, ast.Assign):
        return False
    targets = {target.id for target in node.targets if isinstance(target, ast.Name)}
    value = node.value
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        backwards = isinstance(value.slice.step, ast.UnaryOp)
        return backwards and isinstance(value.value, ast.Name) and value.value.id in targets
    if not isinstance(value, ast.Call) or _name_called(value) not in _REORDERING:
        return False
    return any(isinstance(part, ast.Name) and part.id in targets for part in value.args)


def _reshapes_itself(node: ast.AST) -> bool:
    """`x = x.reshape(a, b, c)`, with three axes or more."""
    if not isinstance(node, ast.Assign) or _name_called(node.value) != "reshape":
        return False
    assert isinstance(node.value, ast.Call)
    function, sizes = node.value.func, node.value.args
    if len(sizes) == 1 and isinstance(sizes[0], ast.Tuple):
        sizes = sizes[0].elts
    if len(sizes) < 3 or not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return False
    return function.value.id in names_given(node)


def _name_called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
