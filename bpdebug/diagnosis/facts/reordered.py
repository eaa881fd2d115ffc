"""Where a script puts one array into another order and leaves those that belong to it as they are.

It reads syntax only, and is asked where a run shows that inputs and labels no longer fit.
"""

from __future__ import annotations

import ast

from .script import Script
from .source_files import Line
from .syntax import names_given

__all__ = ["reordered_alone", "reshaped"]

_ORDERS = ("permutation", "argsort", "shuffle")
_DRAWN = (*_ORDERS, "choice", "randint")
_REORDERING = ("permutation", "roll", "flip", "flipud", "sort", "shuffle", "permuted")
_SAME_ORDER = ("copy", "astype", "ravel")
_COUNTING = ("arange", "range", "permutation", "list")


def reordered_alone(script: Script) -> Line | None:
    """The first such statement: `x = x[perm]` with no other array at `perm`, `t = np.roll(t, 1)`, `rng.shuffle(t)`.

    Where there is none, one that numbers drawn with repetition index.
    """
    found: list[Line] = []
    drawn: list[Line] = []
    for path, tree in script.trees():
        made = _calls_by_name(tree)
        indexed: dict[str, list[int]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name):
                indexed.setdefault(node.slice.id, []).append(node.lineno)
            elif _draws_an_order(node) or _reorders_itself(node):
                assert isinstance(node, ast.Subscript | ast.Assign)
                found.append((path, node.lineno))
            elif isinstance(node, ast.Expr) and _name_called(node.value) == "shuffle":
                assert isinstance(node.value, ast.Call)
                arrays = [part.id for part in node.value.args if isinstance(part, ast.Name)]
                if arrays and not any(made.get(name) in _COUNTING for name in arrays):
                    found.append((path, node.lineno))
        for index, lines in indexed.items():
            if len(lines) == 1 and made.get(index) in _DRAWN:
                # Numbers drawn with repetition may as well choose among centers or colours.
                (found if made[index] in _ORDERS else drawn).append((path, lines[0]))
    return min(found or drawn, default=None)


def reshaped(script: Script) -> Line | None:
    """The first `x = x.reshape(steps, batch, -1)` or `y = x.reshape(n, 3, 8, 8)`, which may stand for a transpose."""
    lines = [
        (path, node.lineno)
        for path, tree in script.trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(_reshapes(part, names_given(node)) for part in ast.walk(node.value))
    ]
    return min(lines, default=None)


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
    while (
        isinstance(value, ast.Call)
        and _name_called(value) in _SAME_ORDER
        and isinstance(value.func, ast.Attribute)
    ):
        value = value.func.value
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        backwards = isinstance(value.slice.step, ast.UnaryOp)
        return backwards and isinstance(value.value, ast.Name) and value.value.id in targets
    if not isinstance(value, ast.Call) or _name_called(value) not in _REORDERING:
        return False
    return any(isinstance(part, ast.Name) and part.id in targets for part in value.args)


def _reshapes(node: ast.AST, targets: set[str]) -> bool:
    """`x.reshape(a, b, c)`, with three sizes or more where it goes by the same name on; of few, none is -1."""
    if not isinstance(node, ast.Call) or _name_called(node) != "reshape":
        return False
    function, sizes = node.func, node.args
    if len(sizes) == 1 and isinstance(sizes[0], ast.Tuple):
        sizes = sizes[0].elts
    if len(sizes) < 2 or not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return False
    if function.value.id in targets:
        return len(sizes) > 2
    return len(sizes) > 3 or not any(isinstance(size, ast.UnaryOp) for size in sizes)


def _name_called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
