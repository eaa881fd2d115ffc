"""Questions about pieces of a script's syntax: which names they read and set, and what they do with them."""

from __future__ import annotations

import ast

__all__ = [
    "changed_in_place",
    "constructs",
    "names_given",
    "names_in",
    "names_read",
    "picking_names",
    "takes_array",
]

_SHUFFLES = ("shuffle", "sort", "fill")


def constructs(call: ast.Call) -> bool:
    """Whether a class is called, by its name: `optimizers.SGD(rate)`, not `.setup(model)`."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name[:1].isupper()


def changed_in_place(value: ast.AST) -> list[ast.AST]:
    """What a call such as `rng.shuffle(x)` or `x.sort()` may change; empty for other calls."""
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return []
    return [*value.args, value.func.value] if value.func.attr in _SHUFFLES else []


def names_read(node: ast.AST) -> list[str]:
    """In the order in which they stand there; of a call `model(x)` what it is given only."""
    called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    read = [
        part
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and id(part) not in called
    ]
    read.sort(key=lambda part: (part.lineno, part.col_offset))
    return list(dict.fromkeys(part.id for part in read))


def names_in(target: ast.AST) -> set[str]:
    """The names of a target of an assignment; of `model.l1.W.array[...]` none, as that is no data."""
    if isinstance(target, ast.Attribute) or (
        isinstance(target, ast.Subscript) and isinstance(target.value, ast.Attribute)
    ):
        return set()
    return {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}


def names_given(node: ast.Assign) -> set[str]:
    return {part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def takes_array(node: ast.AST) -> int:
    """The line at which an expression reads `.array` or `.data`; 0 where it doesn't."""
    lines = [
        part.lineno
        for part in ast.walk(node)
        if isinstance(part, ast.Attribute)
        and part.attr in ("array", "data")
        and isinstance(part.ctx, ast.Load)
    ]
    return min(lines, default=0)


def picking_names(loop: ast.AST) -> set[str]:
    """The names by which a loop picks from arrays: `x[names]`, or `[x[i] for i in names]`; not those it sets itself."""
    picking: set[str] = set()
    for node in ast.walk(loop):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name):
            picking.add(node.slice.id)
        elif isinstance(node, ast.comprehension) and isinstance(node.iter, ast.Name):
            picking.add(node.iter.id)
    return picking - {
        name for node in ast.walk(loop) if isinstance(node, ast.Assign) for name in names_given(node)
    }
