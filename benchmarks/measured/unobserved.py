"""What does it cost that the engine could tell somebody, while nobody listens?

The engine is compared with a copy of itself out of whose source the telling is taken: `events.observers` is False
there, and what hangs on it is gone. Both are in one process and take turns for a few steps at a time, because a
hundredth is looked for. Run as a program it prints one JSON line.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import pathlib
import random
import statistics
import sys
import tempfile
import time

import numpy as np
from chainer_models import step_of

ENGINE = pathlib.Path(__file__).parents[2] / "engine"
STEPS = {"2-3-1": 50, "784-1000-1000-10": 1, "LeNet": 2}
TURNS = {"2-3-1": 400, "784-1000-1000-10": 60, "LeNet": 120}


class Folding(ast.NodeTransformer):
    """Puts False for `events.observers`, for `observers` where it is imported from there, and for the names that are
    then always false, and drops dead branches.
    """

    def __init__(self, false_names: set[str]) -> None:
        self.false_names = false_names

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return ast.Constant(False) if ast.unparse(node) == "events.observers" else self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        if node.module == "events" and [name.name for name in node.names] == ["observers"]:
            self.false_names.add("observers")  # from here on in this module
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        loaded = isinstance(node.ctx, ast.Load)
        return ast.Constant(False) if loaded and node.id in self.false_names else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return ast.Constant(False) if ast.unparse(node) == "bool(False)" else node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return ast.Constant(True) if ast.unparse(node) == "not False" else node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        deciding = isinstance(node.op, ast.Or)  # True decides an or, False an and
        values = [value for value in node.values if not _is(value, not deciding)]
        if any(_is(value, deciding) for value in values):
            return ast.Constant(deciding)
        if len(values) < 2:
            return values[0] if values else ast.Constant(not deciding)
        return ast.BoolOp(node.op, values)

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if _is(node.test, True):
            return node.body
        return node.orelse if _is(node.test, False) else node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if _is(node.test, True):
            return node.body
        return node.orelse if _is(node.test, False) else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node


def _is(node: ast.AST, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _always_false(function: ast.FunctionDef) -> set[str]:
    """Local names that are assigned once, and then to False or 0."""
    values: dict[str, list[ast.AST]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, []).append(node.value)
    return {
        name
        for name, (first, *rest) in values.items()
        if not rest
        and isinstance(first, ast.Constant)
        and first.value in (False, 0)
        and first.value is not None
    }


def without_events(source: str) -> str:
    """The source of a module of the engine, without what tells observers."""
    tree = Folding(set()).visit(ast.parse(source))
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        false_names = _always_false(function)
        if false_names & {"started", "observed"}:
            Folding(false_names & {"started", "observed"}).visit(function)
    return ast.unparse(ast.fix_missing_locations(tree))


def measure(folder: str, workload: str) -> dict[str, float]:
    """Seconds a step with and without the events, and the median of the ratios of neighbouring turns."""
    for path in ENGINE.rglob("*.py"):
        target = pathlib.Path(folder, "engine_without_events", path.relative_to(ENGINE))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(without_events(path.read_text()))
    sys.path.insert(0, folder)
    steps = {}
    for package in ("engine", "engine_without_events"):
        np.random.seed(1)
        steps[package] = step_of(package, workload)
    times: dict[str, list[float]] = {package: [] for package in steps}
    gc.disable()  # a collection would fall to whoever's turn it is
    for turn in range(TURNS[workload]):
        for package in random.sample(sorted(steps), 2):
            step = steps[package]
            begun = time.process_time_ns()
            for _ in range(STEPS[workload]):
                step()
            if turn > 4:
                times[package].append((time.process_time_ns() - begun) / 1e9 / STEPS[workload])
        gc.collect(0)
    ours, bare = times["engine"], times["engine_without_events"]
    ratios = [our / other for our, other in zip(ours, bare, strict=True)]
    return {
        "cpu_s": statistics.median(ours),
        "bare_s": statistics.median(bare),
        "ratio": statistics.median(ratios),
    }


def main() -> None:
    """Measure one workload and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", choices=STEPS)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(folder, parser.parse_args().workload)))


if __name__ == "__main__":
    main()
