"""What does it cost that the engine could tell somebody, while nobody listens?

The engine is compared with a copy of itself out of whose source the telling is taken: `events.observers` is False
there, and what hangs on it is gone. Both are in one process and take turns for a few steps at a time, because a
hundredth is looked for. A second copy, of which nothing was taken, takes turns with them as a control: it says how far
from 1 the ratio of two equal engines comes out. Where a model's arrays lie in memory changes its speed by more than
a hundredth, so there are many blocks of turns, each with models made afresh in another order. Run as a program it
prints one JSON line.
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
STEPS = {"2-3-1": 50, "784-1000-1000-10": 1, "LeNet": 1}
TURNS = {"2-3-1": 30, "784-1000-1000-10": 12, "LeNet": 16}
BLOCKS = 16
WARM_UP_TURNS = 3
OURS, BARE, CONTROL = PACKAGES = ("engine", "engine_without_events", "engine_copied")


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


def write_packages(folder: str) -> None:
    """Put the engine without events, and the engine as it is, into `folder` under other names."""
    for path in ENGINE.rglob("*.py"):
        source = path.read_text()
        for package, text in ((BARE, without_events(source)), (CONTROL, source)):
            target = pathlib.Path(folder, package, path.relative_to(ENGINE))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)


def turns_of_block(workload: str) -> list[dict[str, float]]:
    """Seconds a step of each package, for each turn of models that are made here."""
    steps = {}
    for package in random.sample(PACKAGES, len(PACKAGES)):
        np.random.seed(1)
        steps[package] = step_of(package, workload)
    turns = []
    for _ in range(WARM_UP_TURNS + TURNS[workload]):
        turn = {}
        for package in random.sample(PACKAGES, len(PACKAGES)):
            step = steps[package]
            begun = time.process_time_ns()
            for _ in range(STEPS[workload]):
                step()
            turn[package] = (time.process_time_ns() - begun) / 1e9 / STEPS[workload]
        turns.append(turn)
        gc.collect(0)
    return turns[WARM_UP_TURNS:]


def measure(workload: str) -> dict[str, float]:
    """Seconds a step with and without events, and the ratios of each to the copy of the other kind.

    A block's ratio is that of its medians; the figures are the medians over the blocks.
    """
    gc.disable()  # a collection would fall to whoever's turn it is
    blocks = []
    for _ in range(BLOCKS):
        turns = turns_of_block(workload)
        blocks.append({package: statistics.median(turn[package] for turn in turns) for package in PACKAGES})
        gc.collect()
    return {
        "cpu_s": statistics.median(block[OURS] for block in blocks),
        "bare_s": statistics.median(block[BARE] for block in blocks),
        "ratio": statistics.median(block[OURS] / block[BARE] for block in blocks),
        "control": statistics.median(block[OURS] / block[CONTROL] for block in blocks),
    }


def main() -> None:
    """Measure one workload and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", choices=STEPS)
    with tempfile.TemporaryDirectory() as folder:
        write_packages(folder)
        sys.path.insert(0, folder)
        print(json.dumps(measure(parser.parse_args().workload)))


if __name__ == "__main__":
    main()
