"""Lays a flat training script out as people lay out projects: `data.py`, `model.py`, and `train.py` with a `main()`.

What makes the data comes first in a script, then classes and functions, then the training. Statements stay as they
are, line by line; what reads names of another part imports them.
"""

from __future__ import annotations

import ast
import dataclasses
import textwrap

__all__ = ["Project", "as_project"]

_MAKES_MODELS = (
    "L",
    "links",
    "optimizers",
    "Chain",
    "Sequential",
    "ChainList",
    "Link",
    "Parameter",
    "Classifier",
)
_INDENT = "    "


@dataclasses.dataclass(frozen=True)
class Project:
    """The text of each file by its name; `lines` maps lines of the flat script to file and line."""

    files: dict[str, str]
    lines: dict[int, tuple[str, int]]


@dataclasses.dataclass
class _Statement:
    node: ast.stmt
    first: int
    last: int
    reads: set[str]
    sets: set[str]


def as_project(text: str) -> Project:
    """The three files of a script; of one whose classes read what its training sets, these stay in `main()`."""
    imports: list[_Statement] = []
    parts: dict[str, list[_Statement]] = {"data": [], "model": [], "train": []}
    training = False
    statements = _statements(text)
    needed = _needed_by_data(statements)
    for statement in statements:
        node = statement.node
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.append(statement)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            wants = statement.reads & set().union(*(other.sets for other in parts["train"]))
            name = "train" if wants else "data" if node.name in needed else "model"
            parts[name].append(statement)
        else:
            training = training or _makes_models(statement, parts["model"])
            parts["train" if training else "data"].append(statement)
    set_later = set().union(*(other.sets for other in parts["train"]))
    for statement in list(parts["model"]):
        if statement.reads & set_later:
            parts["model"].remove(statement)
            parts["train"].insert(0, statement)
    parts["train"].sort(key=lambda statement: statement.first)
    return _written(text, imports, parts)


def _written(text: str, imports: list[_Statement], parts: dict[str, list[_Statement]]) -> Project:
    source = text.split("\n")
    files: dict[str, str] = {}
    lines: dict[int, tuple[str, int]] = {}
    known: dict[str, set[str]] = {}
    for name, statements in parts.items():
        out: list[str] = []
        path = f"{name}.py"
        for statement in imports:
            _copy(source, statement, out, lines, path, "")
        reads = set().union(*(statement.reads for statement in statements))
        own = set().union(*(statement.sets for statement in statements))
        for other, names in known.items():
            wanted = sorted(names & (reads - own if name != "train" else reads))
            if wanted:
                out.append(f"from {other} import {', '.join(wanted)}")
        known[name] = own
        out.append("")
        if name == "train":
            out.append("def main():")
            rebound = sorted((reads & own) & (known["data"] | known["model"]))
            out += [f"{_INDENT}global {', '.join(rebound)}"] if rebound else []
        for statement in statements:
            _copy(source, statement, out, lines, path, _INDENT if name == "train" else "")
        if name == "train":
            out += ["", "", 'if __name__ == "__main__":', f"{_INDENT}main()"]
        files[path] = "\n".join(out) + "\n"
    return Project(files, lines)


def _copy(
    source: list[str],
    statement: _Statement,
    out: list[str],
    lines: dict[int, tuple[str, int]],
    path: str,
    indent: str,
) -> None:
    for number in range(statement.first, statement.last + 1):
        out.append(textwrap.indent(source[number - 1], indent))
        lines[number] = (path, len(out))


def _statements(text: str) -> list[_Statement]:
    found = []
    for node in ast.parse(text).body:
        passing = {
            name
            for part in ast.walk(node)
            if isinstance(part, ast.comprehension)
            for name in ast.walk(part.target)
        }
        names = [part for part in ast.walk(node) if isinstance(part, ast.Name) and part not in passing]
        reads = {part.id for part in names if isinstance(part.ctx, ast.Load)}
        reads -= {name.id for name in passing if isinstance(name, ast.Name)}
        sets = (
            {part.id for part in names if isinstance(part.ctx, ast.Store)}
            if not isinstance(node, ast.ClassDef | ast.FunctionDef)
            else {node.name}
        )
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        found.append(_Statement(node, first, node.end_lineno or node.lineno, reads, sets))
    return found


def _needed_by_data(statements: list[_Statement]) -> set[str]:
    """Functions and classes that make data: those that are read before anything of a model is made."""
    needed: set[str] = set()
    defined: list[_Statement] = []
    for statement in statements:
        if isinstance(statement.node, ast.ClassDef | ast.FunctionDef):
            defined.append(statement)
        elif not isinstance(statement.node, ast.Import | ast.ImportFrom):
            if _makes_models(statement, [other for other in defined if _is_model(other)]):
                break
            needed |= statement.reads
    while True:
        more = {name for other in defined if other.sets & needed for name in other.reads} - needed
        if not more:
            return needed
        needed |= more


def _is_model(statement: _Statement) -> bool:
    words = {
        part.attr for part in ast.walk(statement.node) if isinstance(part, ast.Attribute)
    } | statement.reads
    return bool(words & {*_MAKES_MODELS, "F", "functions"})


def _makes_models(statement: _Statement, models: list[_Statement]) -> bool:
    words = {part.attr for part in ast.walk(statement.node) if isinstance(part, ast.Attribute)}
    own = set().union(*(other.sets for other in models))
    return bool((words | statement.reads) & {*_MAKES_MODELS, "iterators", "global_config", "config"}) or bool(
        statement.reads & own
    )
