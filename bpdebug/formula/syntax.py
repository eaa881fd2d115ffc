"""Reads the arithmetic in an op's formula: `gx = gy where x >= 0, else gy alpha e^x`.

Formulas are written for people; many say in words what a tensor is. `parse` gives a tree for one that is arithmetic on
single elements and None for any other, so that nothing is made of words that were not understood. What may stand in a
tree is told by the classes here. Values are not looked up here: see `evaluation`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = [
    "FUNCTIONS", "Call", "Choice", "Compare", "Name", "Node", "Number", "Power", "Product", "Sum", "Total", "parse",
    "statements",
]  # fmt: skip

_LONGEST = 400
_DEEPEST = 40
_TOKEN = re.compile(r"\s*(\d+\.?\d*|\.\d+|[A-Za-z_]\w*(?:\[\d+\])?|>=|<=|!=|[-+*/^(),|<>=])")
_COMPARISONS = ("<", "<=", ">", ">=", "=", "!=")
_WORDS = frozenset({"where", "else", "of", "and", "over", "each", "summed", "the", "to", "or"})
FUNCTIONS = {
    "abs": 1, "arccos": 1, "arcsin": 1, "arctan": 1, "arctan2": 2, "artanh": 1, "cos": 1, "cosh": 1, "erf": 1,
    "erfc": 1, "log": 1, "max": 2, "min": 2, "sigmoid": 1, "sign": 1, "sin": 1, "sinh": 1, "sqrt": 1, "tan": 1,
    "tanh": 1, "trunc": 1,
}  # fmt: skip
"""The functions that a formula may use, and how many arguments each takes; |x| is `abs`."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A tensor, a setting or a constant."""

    text: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms, each with its sign, 1 or -1."""

    parts: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors, each with what stands before it: `*`, `/`, or nothing."""

    parts: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Power:
    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of FUNCTIONS."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """`a < b <= c`: all of them hold."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`value where condition, else other`; a condition that is a name holds where that is not 0."""

    value: Node
    condition: Node
    other: Node


@dataclass(frozen=True, slots=True)
class Total:
    """`sum of body`, over all elements."""

    body: Node


Node = Number | Name | Sum | Product | Power | Call | Compare | Choice | Total


def statements(formula: str) -> dict[str, str]:
    """What the formula says of each name: `{"y": "max(x, 0)", "gx": "gy where y > 0, else 0"}`."""
    found = {}
    for statement in formula.split(";"):
        name, equals, text = statement.strip().partition(" = ")
        if equals:
            found[name.removeprefix("each ")] = text
    return found


@lru_cache(maxsize=1024)
def parse(text: str) -> Node | None:
    """The tree of the right side of a statement; None if it is no arithmetic that is known here.

    Words behind a comma that isn't followed by `else`, such as `, summed where stretched`, are left out.
    """
    text = re.split(r", (?!else\b)(?=(?:each|summed|over|and|r drawn|the)\b)", text)[0]
    if len(text) > _LONGEST:
        return None
    tokens, place = [], 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None:
            return None
        tokens.append(found[1])
        place = found.end()
    reader = _Reader(tokens)
    try:
        node = reader.choice()
    except _NotArithmetic:
        return None
    return node if reader.next is None else None


class _NotArithmetic(Exception):
    """The text says it in words."""


class _Reader:
    """A recursive descent, one method a level of precedence."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self._bars = 0

    @property
    def next(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self, *wanted: str) -> str:
        token = self.next
        if token is None or (wanted and token not in wanted):
            raise _NotArithmetic
        self._place += 1
        return token

    def choice(self) -> Node:
        """value [where condition, else choice]."""
        value = self._sum()
        if self.next == "where":
            self._take()
            condition = self._comparison()
            self._take(",")
            self._take("else")
            value = Choice(value, condition, self.choice())
        return value

    def _comparison(self) -> Node:
        first = self._sum()
        rest = []
        while self.next in _COMPARISONS:
            rest.append((self._take(), self._sum()))
        return Compare(first, tuple(rest)) if rest else first

    def _sum(self) -> Node:
        parts = []
        sign = -1 if self.next == "-" else 1
        if sign < 0:
            self._take()
        parts.append((sign, self._product()))
        while self.next in ("+", "-"):
            sign = 1 if self._take() == "+" else -1
            parts.append((sign, self._product()))
        return parts[0][1] if parts[0][0] > 0 and len(parts) == 1 else Sum(tuple(parts))

    def _product(self) -> Node:
        parts = [("", self._power())]
        while True:
            if self.next in ("*", "/"):
                parts.append((self._take(), self._power()))
            elif self._begins_factor(parts[-1][1]):
                parts.append(("", self._power()))
            else:
                return parts[0][1] if len(parts) == 1 else Product(tuple(parts))

    def _begins_factor(self, before: Node) -> bool:
        token = self.next
        if token is None or token in _WORDS:
            return False
        if token[0].isdigit() or token[0] == ".":
            return not isinstance(before, Number)
        return token == "(" or (token == "|" and not self._bars) or token[0].isalpha() or token[0] == "_"

    def _power(self) -> Node:
        self._depth += 1  # every way down into a tree goes through here
        if self._depth > _DEEPEST:
            raise _NotArithmetic
        node = self._primary()
        if self.next == "^":
            self._take()
            if self.next == "-":
                self._take()
                node = Power(node, Sum(((-1, self._power()),)))
            else:
                node = Power(node, self._power())
        self._depth -= 1
        return node

    def _primary(self) -> Node:
        token = self._take()
        if token == "(":
            node = self._inside(")")
        elif token == "|":
            self._bars += 1
            node = Call("abs", (self._inside("|"),))
            self._bars -= 1
        elif token == "sum" and self.next == "of":
            self._take()
            node = Total(self._product())
        elif token in FUNCTIONS:
            node = Call(token, self._arguments(FUNCTIONS[token]))
        elif token[0].isdigit() or token[0] == ".":
            node = Number(token)
        elif (token[0].isalpha() or token[0] == "_") and token not in _WORDS:
            node = Name(token)
        else:
            raise _NotArithmetic
        return node

    def _inside(self, end: str) -> Node:
        bars, self._bars = self._bars, self._bars if end == "|" else 0
        node = self.choice()
        self._take(end)
        self._bars = bars
        return node

    def _arguments(self, count: int) -> tuple[Node, ...]:
        """`log x`, `log(1 + x)`, `max(a, b)`."""
        if self.next != "(":
            if count != 1:
                raise _NotArithmetic
            return (self._power(),)
        self._take()
        bars, self._bars = self._bars, 0
        found = [self.choice()]
        for _ in range(count - 1):
            self._take(",")
            found.append(self.choice())
        self._take(")")
        self._bars = bars
        return tuple(found)
