"""Cells with gates, gate by gate: lstm, slstm that joins two states, and tree_lstm that joins those of its children.

All are c = Σ σ(i) tanh(a) + Σ σ(f) c_prev and h = σ(o) tanh(c), with one or two of the first and some of the second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..explanation import Column, Sum, element_name
from ..recorded_op import RecordedOp

__all__ = ["long_short", "long_short_gradient", "sum_of_two", "sum_of_two_gradient", "tree", "tree_gradient"]

Element = tuple[int, ...]

_PARTS = ("a", "i", "f", "o")
"""How `lstm` and `slstm` interleave the parts of x."""


@dataclass(frozen=True, slots=True)
class _Gate:
    """A gate, or the candidate `a`, of one unit of one sample: its name, and what goes into σ or tanh."""

    name: str
    raw: float
    squash: str = "σ"

    @property
    def value(self) -> float:
        return float(np.tanh(self.raw) if self.squash == "tanh" else 1 / (1 + np.exp(-self.raw)))

    @property
    def text(self) -> str:
        return f"tanh {self.name}" if self.squash == "tanh" else f"σ({self.name})"

    def column(self) -> Column:
        return Column(lambda _: self.text, self.value)

    def slope(self) -> Column:
        """The derivative with respect to what goes in."""
        if self.squash == "tanh":
            return Column(lambda _: f"1 − ({self.text})²", 1 - self.value**2)
        return Column(lambda _: f"{self.text} (1 − {self.text})", self.value * (1 - self.value))


@dataclass(frozen=True, slots=True)
class _Cell:
    """One unit of one sample.

    Attributes:
        unit: its place in c and h.
        let_in: pairs of input gate and candidate.
        kept: forget gates, each with the name and the value of the state that it lets through.
        out: the output gate.
    """

    unit: Element
    let_in: list[tuple[_Gate, _Gate]]
    kept: list[tuple[_Gate, str, float]]
    out: _Gate

    @property
    def c(self) -> _Gate:
        """The new state, which goes through tanh as a candidate does."""
        total = sum(i.value * a.value for i, a in self.let_in) + sum(f.value * old for f, _, old in self.kept)
        return _Gate(element_name("c", self.unit), total, "tanh")

    def output(self, k: int) -> list[Sum]:
        if k == 1:
            return [Sum((self.out.column(), self.c.column()), "σ(o) tanh(c)")]
        many_in, many_kept = len(self.let_in) > 1, len(self.kept) > 1
        sums = []
        for n, (i, a) in enumerate(self.let_in, 1):
            which = str(n) if many_in else ""
            sums.append(
                Sum((i.column(), a.column()), f"σ(i{which}) tanh(a{which})", lambda _: "what is let in")
            )
        for n, (f, name, old) in enumerate(self.kept, 1):
            which = str(n) if many_kept else ""
            state = Column(lambda _, name=name: name, old)  # type: ignore[misc]
            form = f"σ(f{which}) {name.partition('[')[0]}"
            sums.append(Sum((f.column(), state), form, lambda _: "what is kept"))
        return sums

    def gradient(self, op: RecordedOp, part: str, n: int = 0) -> list[Sum]:
        """What leaves for a part of the cell: `a`, `i`, `f` or `o` of number n, or `c_prev`, the state number n."""
        gc, gh = op.gy(0), op.gy(1)
        arrived_h = Column(
            lambda _: element_name("gh", self.unit), 0.0 if gh is None else float(gh[self.unit])
        )
        c = self.c
        if part == "o":
            return [Sum((arrived_h, c.column(), self.out.slope()), "gh tanh(c) σ'(o)")]
        along = self._along(part, n)
        sums = []
        if gc is not None:
            arrived_c = Column(lambda _: element_name("gc", self.unit), float(gc[self.unit]))
            sums.append(Sum((arrived_c, *along), "from gc", lambda _: "through the cell's next step"))
        if gh is not None:
            through = arrived_h, self.out.column(), c.slope(), *along
            sums.append(Sum(through, "from gh", lambda _: "through the output h"))
        return sums

    def _along(self, part: str, n: int) -> tuple[Column, ...]:
        """The factors between the state and a part."""
        if part == "c_prev":
            return (self.kept[n][0].column(),)
        if part == "f":
            f, name, old = self.kept[n]
            return Column(lambda _: name, old), f.slope()
        i, a = self.let_in[n]
        return (a.column(), i.slope()) if part == "i" else (i.column(), a.slope())


# ---- lstm -----------------------------------------------------------------------------------------------------


def long_short(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """c = σ(i) tanh(a) + σ(f) c_prev;  h = σ(o) tanh(c)."""
    if element[0] >= op.x_shape(1)[0]:
        name = element_name("c_prev", element)
        return [Sum((Column(lambda _: name, float(op.x(0)[element])),), "c_prev: this sequence has ended")]
    return _long_short(op, element).output(k)


def long_short_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """Each with d = gc + gh σ(o) (1 - tanh²c); see the op's formula."""
    if i == 1:
        unit, part = _interleaved(element)
        return _long_short(op, unit).gradient(op, part)
    if element[0] >= op.x_shape(1)[0]:
        gc = op.gy(0)
        arrived = Column(lambda _: element_name("gc", element), 0.0 if gc is None else float(gc[element]))
        return [Sum((arrived,), "gc: this sequence has ended")]
    return _long_short(op, element).gradient(op, "c_prev")


def _long_short(op: RecordedOp, unit: Element) -> _Cell:
    a, i, f, o = _gates(op.x(1), unit, "")
    return _Cell(unit, [(i, a)], [(f, element_name("c_prev", unit), float(op.x(0)[unit]))], o)


def _gates(x: np.ndarray, unit: Element, number: str) -> tuple[_Gate, _Gate, _Gate, _Gate]:
    """The parts of a unit of interleaved x."""
    n, own, *rest = unit
    raw = [float(x[(n, 4 * own + part, *rest)]) for part in range(4)]
    names = [element_name(f"{part}{number}", unit) for part in _PARTS]
    return (
        _Gate(names[0], raw[0], "tanh"),
        _Gate(names[1], raw[1]),
        _Gate(names[2], raw[2]),
        _Gate(names[3], raw[3]),
    )


def _interleaved(element: Element) -> tuple[Element, str]:
    """The unit and the part that an element of interleaved x is."""
    n, at, *rest = element
    return (n, at // 4, *rest), _PARTS[at % 4]


# ---- slstm ----------------------------------------------------------------------------------------------------


def sum_of_two(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """c = Σ σ(ik) tanh(ak) + σ(fk) c_prevk over the two states;  h = σ(o1 + o2) tanh(c)."""
    return _sum_of_two(op, element).output(k)


def sum_of_two_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """See the op's formula."""
    if i < 2:
        return _sum_of_two(op, element).gradient(op, "c_prev", i)
    unit, part = _interleaved(element)
    return _sum_of_two(op, unit).gradient(op, part, i - 2)


def _sum_of_two(op: RecordedOp, unit: Element) -> _Cell:
    a1, i1, f1, o1 = _gates(op.x(2), unit, "1")
    a2, i2, f2, o2 = _gates(op.x(3), unit, "2")
    kept = [(f, element_name(f"c_prev{k + 1}", unit), float(op.x(k)[unit])) for k, f in enumerate((f1, f2))]
    return _Cell(unit, [(i1, a1), (i2, a2)], kept, _Gate(f"{o1.name} + {o2.name}", o1.raw + o2.raw))


# ---- tree_lstm ------------------------------------------------------------------------------------------------


def tree(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """c = σ(i) tanh(a) + Σ σ(f_k) c_k over the children;  h = σ(o) tanh(c)."""
    return _tree(op, element).output(k)


def tree_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """See the op's formula; the parts of x follow each other: a of all units, then i, o, f_1, f_2 ..."""
    children = op.x_count - 1
    if i < children:
        return _tree(op, element).gradient(op, "c_prev", i)
    n, at, *rest = element
    part, own = divmod(at, op.x_shape(0)[1])
    cell = _tree(op, (n, own, *rest))
    return cell.gradient(op, "f", part - 3) if part >= 3 else cell.gradient(op, "aio"[part])


def _tree(op: RecordedOp, unit: Element) -> _Cell:
    children = op.x_count - 1
    n, own, *rest = unit
    units, x = op.x_shape(0)[1], op.x(children)
    raw = [float(x[(n, part * units + own, *rest)]) for part in range(3 + children)]
    a = _Gate(element_name("a", unit), raw[0], "tanh")
    i, o = _Gate(element_name("i", unit), raw[1]), _Gate(element_name("o", unit), raw[2])
    kept = [
        (
            _Gate(element_name(f"f_{k + 1}", unit), raw[3 + k]),
            element_name(f"c{k + 1}", unit),
            float(op.x(k)[unit]),
        )
        for k in range(children)
    ]
    return _Cell(unit, [(i, a)], kept, o)
