"""The tree that a condition is parsed into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = [
    "Binary",
    "Call",
    "Field",
    "Metric",
    "Node",
    "Nonfinite",
    "Number",
    "Tensor",
    "Text",
    "Unary",
    "walk",
]


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was typed."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes; `*` and `?` in it stand for any characters."""

    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """Something of the event itself, `words.FIELDS`."""

    name: str


@dataclass(frozen=True, slots=True)
class Nonfinite:
    """The bare word `nan` or `inf`: whether anything that the event made holds one."""

    name: str


@dataclass(frozen=True, slots=True)
class Metric:
    """What the script reports under a name; `back` reports before the latest."""

    name: str
    back: int = 0


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of the event: by role (`x`, `gW`), or by the name of its variable (`MLP.l1.W`).

    `place` chooses one of several inputs or outputs. `suffix` is one of `words.SUFFIXES` or "".
    """

    name: str
    suffix: str = ""
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `words.FUNCTIONS`, applied."""

    function: str
    argument: Node


@dataclass(frozen=True, slots=True)
class Unary:
    """`-` or `not`."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, a comparison, `and` or `or`."""

    operator: str
    left: Node
    right: Node


Node = Number | Text | Field | Nonfinite | Metric | Tensor | Call | Unary | Binary


def walk(node: Node) -> Iterator[Node]:
    """The node and all that it is made of."""
    yield node
    if isinstance(node, Call):
        yield from walk(node.argument)
    elif isinstance(node, Unary):
        yield from walk(node.operand)
    elif isinstance(node, Binary):
        yield from walk(node.left)
        yield from walk(node.right)
