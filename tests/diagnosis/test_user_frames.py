"""A call site is the same to the rules whether its Python gives comprehensions frames (to 3.11) or not (from 3.12)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bpdebug.diagnosis.facts.source_files import SourceFiles
from bpdebug.diagnosis.facts.user_frames import UserFrame, without_comprehensions

TEXT = """
class Net(Chain):
    def __init__(self):
        super().__init__()
        self.layers = [
            L.Linear(4, 4)
            for _ in range(3)]
    def forward(self, x):
        return [[F.relu(h) for h in row] for row in x]
net = Net()
losses = [F.sum(net(x)) for x in xs]
"""
MADE = {
    "3.11": [(10, "<module>"), (5, "Net.__init__"), (6, "Net.__init__.<locals>.<listcomp>")],
    "3.12": [(10, "<module>"), (6, "Net.__init__")],
}
CALLED = {
    "3.11": [
        (11, "<module>"), (11, "<listcomp>"), (9, "Net.forward"), (9, "Net.forward.<locals>.<listcomp>"),
        (9, "Net.forward.<locals>.<listcomp>.<locals>.<listcomp>"),
    ],
    "3.12": [(11, "<module>"), (9, "Net.forward")],
}  # fmt: skip
UPDATED = {
    "3.11": [(20, "train"), (20, "train.<locals>.<dictcomp>"), (30, "train.<locals>.step")],
    "3.12": [(20, "train"), (30, "train.<locals>.step")],
}
AT_CLASS_LEVEL = {
    "3.11": [(1, "<module>"), (2, "Table"), (3, "Table.<setcomp>")],
    "3.13": [(1, "<module>"), (3, "Table")],
}
GENERATOR_OF_ANOTHER_FUNCTION = {
    "any": [(1, "<module>"), (2, "consume"), (3, "produce.<locals>.<genexpr>")],
    "by its own name": [(1, "<module>"), (2, "consume"), (3, "produce")],
}
RECURSION = {"any": [(1, "f"), (1, "f"), (2, "f.<locals>.<lambda>")]}


@pytest.mark.parametrize(
    "shapes", [MADE, CALLED, UPDATED, AT_CLASS_LEVEL, GENERATOR_OF_ANOTHER_FUNCTION, RECURSION]
)
def test_both_shapes_are_those_of_the_newer_python(shapes: dict[str, list[tuple[int, str]]]) -> None:
    *_, newest = shapes.values()
    for shape in shapes.values():
        assert without_comprehensions(in_file(shape)) == in_file(newest)


def test_a_frame_in_another_file_stays() -> None:
    frames = [("a.py", 1, "f"), ("b.py", 2, "f.<locals>.<genexpr>")]
    assert without_comprehensions(frames) == [("a.py", 1, "f"), ("b.py", 2, "f")]


@pytest.mark.parametrize("python", ["3.11", "3.12"])
def test_a_layer_made_in_a_comprehension_of_a_constructor_is_made_where_that_is_called(python: str) -> None:
    files = SourceFiles(recorded(MADE[python], CALLED[python]), None)
    assert files.maker(0) == ("m.py", 10)
    assert files.line(0) == ("m.py", 6)
    assert files.line(1) == ("m.py", 9)
    assert files.outermost(1) == ("m.py", 11)


def recorded(*sites: list[tuple[int, str]]) -> Any:
    """As much of a reader as holds call sites."""
    frames = [[SimpleNamespace(source=0, line=line, function=name) for line, name in site] for site in sites]
    return SimpleNamespace(
        sources=[SimpleNamespace(path="m.py", text=TEXT)],
        sites=[SimpleNamespace(frames=site) for site in frames],
    )


def in_file(frames: list[tuple[int, str]]) -> list[UserFrame]:
    return [("m.py", line, name) for line, name in frames]
