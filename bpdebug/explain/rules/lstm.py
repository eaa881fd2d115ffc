"""lstm: gate by gate."""

from __future__ import annotations

import numpy as np

from ..explanation import Column, Sum, element_name
from ..recorded_op import RecordedOp

__all__ = ["gradient", "output"]

Element = tuple[int, ...]
_PARTS = ("a", "i", "f", "o")


class _Cell:
    """The gates of one unit of one sample."""

    def __init__(self, op: RecordedOp, place: Element) -> None:
        n, unit, *rest = place
        self.unit = place
        self.c_prev = float(op.x(0)[place])
        x = op.x(1)
        self.ended = n >= len(x)
        if self.ended:
            return
        raw = [float(x[(n, 4 * unit + part, *rest)]) for part in range(4)]
        self.a = float(np.tanh(raw[0]))
        self.i, self.f, self.o = (float(1 / (1 + np.exp(-value))) for value in raw[1:])
        self.tanh_c = float(np.tanh(self.f * self.c_prev + self.a * self.i))

    def name(self, letter: str) -> str:
        """The gate or input of this unit, as text."""
        inner = element_name(letter, self.unit)
        return f"tanh {inner}" if letter in ("a", "c") else f"σ({inner})" if letter in "ifo" else inner

    def slope(self, letter: str) -> Column:
        """The derivative of a gate with respect to what goes into it."""
        value = getattr(self, letter)
        if letter == "a":
            return Column(lambda _: f"1 − ({self.name('a')})²", 1 - value * value)
        return Column(lambda _: f"{self.name(letter)} (1 − {self.name(letter)})", value * (1 - value))

    def column(self, letter: str) -> Column:
        """A gate, c_prev, or tanh c, as a factor."""
        value = {"c": getattr(self, "tanh_c", 0.0), "c_prev": self.c_prev}.get(letter)
        return Column(lambda _: self.name(letter), getattr(self, letter) if value is None else value)


def output(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """c = σ(i) tanh(a) + σ(f) c_prev;  h = σ(o) tanh(c)."""
    cell = _Cell(op, element)
    if cell.ended:
        return [Sum((cell.column("c_prev"),), "c_prev: this sequence has ended")]
    if k == 1:
        return [Sum((cell.column("o"), cell.column("c")), "σ(o) tanh(c)")]
    return [
        Sum((cell.column("i"), cell.column("a")), "σ(i) tanh(a)", lambda _: "what is let in"),
        Sum((cell.column("f"), cell.column("c_prev")), "σ(f) c_prev", lambda _: "what is kept"),
    ]


def gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """Each with d = gc + gh σ(o) (1 - tanh²c); see the op's formula."""
    gc, gh = op.gy(0), op.gy(1)
    if i == 1:
        n, at, *rest = element
        unit, part = (n, at // 4, *rest), _PARTS[at % 4]
    else:
        unit, part = element, "c_prev"
    cell = _Cell(op, unit)
    arrived_c = Column(lambda _: element_name("gc", unit), 0.0 if gc is None else float(gc[unit]))
    if cell.ended:
        return [Sum((arrived_c,), "gc: this sequence has ended")]
    arrived_h = Column(lambda _: element_name("gh", unit), 0.0 if gh is None else float(gh[unit]))
    if part == "o":
        return [Sum((arrived_h, cell.column("c"), cell.slope("o")), "gh tanh(c) σ'(o)")]
    along: dict[str, tuple[Column, ...]] = {
        "c_prev": (cell.column("f"),),
        "a": (cell.column("i"), cell.slope("a")),
        "i": (cell.column("a"), cell.slope("i")),
        "f": (cell.column("c_prev"), cell.slope("f")),
    }
    bend = Column(lambda _: f"1 − ({cell.name('c')})²", 1 - cell.tanh_c**2)
    sums = []
    if gc is not None:
        sums.append(Sum((arrived_c, *along[part]), "from gc", lambda _: "through the cell's next step"))
    if gh is not None:
        sums.append(
            Sum(
                (arrived_h, cell.column("o"), bend, *along[part]), "from gh", lambda _: "through the output h"
            )
        )
    return sums
