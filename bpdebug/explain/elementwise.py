"""Elements of ops whose formula is arithmetic on single elements: the formula itself, with recorded numbers in it.

`gx = gy * y * (1 - y)` gives the factors `gy[0,3]`, `y[0,3]` and `(1 − y[0,3])` with their values, from the recorded
tensors; `gy where x >= 0, else gy alpha e^x` the branch that was taken, and why. So no op is named here. A formula of
which a part isn't understood, or that doesn't give the recorded number, is left to the Jacobian.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

import numpy as np

from ..formula import UnknownName, evaluate, holds, names_in, parse, statements, text
from ..formula.syntax import Choice, Compare, Name, Node, Number, Product, Total
from ..formula.syntax import Sum as Plus
from ..text import number
from .explanation import Column, Sum, element_name
from .recorded_op import RecordedOp

__all__ = ["gradient", "output"]

Element = tuple[int, ...]
Note = Callable[[int], str]

_AGREES = 1e-2
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


def output(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """The terms of the output at `element`; None if the formula isn't arithmetic on elements."""
    node = _output_tree(op)
    if node is None:
        return None
    recorded = op.recorded(op.y_roles[0])
    assert recorded is not None
    return _checked(node, _cells_of(op, op.y_shape(0), element), float(recorded[element]))


def gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """The terms of the gradient of input `i` at `element`, likewise."""
    if _output_tree(op) is None:
        return None  # words of a gradient are understood only where those of the output are
    node = parse(statements(op.formula).get(f"g{op.x_roles[i]}", ""))
    recorded = op.recorded(f"g{op.x_roles[i]}")
    if node is None or recorded is None:
        return None
    return _checked(node, _cells_of(op, op.x_shape(i), element), float(recorded[element]))


def _output_tree(op: RecordedOp) -> Node | None:
    """What the formula says of the only output, if it speaks of single elements."""
    known = statements(op.formula)
    node = parse(known.get(op.y_roles[0], "")) if op.y_count == 1 else None
    # Where something is transposed, two letters side by side are a product of matrices.
    if node is None or any("^T" in said or "^-T" in said for said in known.values()):
        return None
    whole = _whole_shape(op)
    if whole is None:
        return None
    stretched = any(op.x_shape(j) != whole for j in range(op.x_count))
    if stretched and not re.search(r"stretched|is shared", op.formula):
        return None
    return node if op.y_shape(0) == (() if isinstance(node, Total) else whole) else None


def _whole_shape(op: RecordedOp) -> Element | None:
    """The shape to which all inputs are stretched."""
    if "is shared" in op.formula:
        return op.x_shape(0)
    try:
        return np.broadcast_shapes(*(op.x_shape(j) for j in range(op.x_count)))
    except ValueError:
        return None


def _stretched(op: RecordedOp, shape: Element, whole: Element) -> Element | None:
    """`shape` with an axis of length 1 wherever it is stretched to `whole`; None if it doesn't fit.

    As in NumPy the axes are the last ones; what is shared between samples has those from the second on.
    """
    missing = len(whole) - len(shape)
    if missing < 0:
        return None
    if "is shared" in op.formula and shape != whole:
        aligned = (1, *shape, *(1,) * (missing - 1)) if missing else shape
    else:
        aligned = (1,) * missing + shape
    fits = all(own in (1, length) for own, length in zip(aligned, whole, strict=True))
    return aligned if fits else None


def _cells_of(op: RecordedOp, shape: Element, element: Element) -> _Cells | None:
    """The places, in the shape to which inputs are stretched, that belong to one element of an array of `shape`."""
    whole = _whole_shape(op)
    assert whole is not None
    aligned = _stretched(op, shape, whole)
    if aligned is None:
        return None
    if all(own != length for own, length in zip(aligned, whole, strict=True)):
        return _Cells(op, whole, None)
    flat = int(np.ravel_multi_index(element, shape)) if shape else 0
    at = np.unravel_index(flat, aligned) if aligned else ()
    ranges = [
        np.array([place]) if own == length else np.arange(length)
        for place, own, length in zip(at, aligned, whole, strict=True)
    ]
    grid = np.meshgrid(*ranges, indexing="ij") if ranges else []
    return _Cells(op, whole, [part.ravel() for part in grid])


class _Cells:
    """Some places of the arrays that take part, one a term; and what stands there.

    Args:
        whole: the shape to which inputs are stretched.
        at: the indexes of the places, one array an axis; None for all places in their order.
        some: whether others belong to the element, too.
    """

    def __init__(
        self,
        op: RecordedOp,
        whole: Element,
        at: list[np.ndarray] | None,
        arrays: dict[str, np.ndarray | None] | None = None,
        some: bool = False,
    ) -> None:
        self.op, self.whole, self.some = op, whole, some
        self._at = at
        self._arrays = {} if arrays is None else arrays
        self._statements = statements(op.formula)
        self._defined: dict[str, np.ndarray | float | None] = {}

    def __len__(self) -> int:
        return math.prod(self.whole) if self._at is None else len(self._at[0]) if self._at else 1

    def where(self, chosen: np.ndarray) -> _Cells:
        """Only those places for which `chosen` holds."""
        flat = np.flatnonzero(np.broadcast_to(chosen, (len(self),)))
        return self if len(flat) == len(self) else self._those(flat, some=True)

    def one(self, n: int) -> _Cells:
        """Only the n-th place."""
        return self._those(np.array([n]), self.some)

    def _those(self, flat: np.ndarray, some: bool) -> _Cells:
        if self._at is None:
            at = list(np.unravel_index(flat, self.whole)) if self.whole else []
        else:
            at = [part[flat] for part in self._at]
        return _Cells(self.op, self.whole, at, self._arrays, some)

    def tree(self, name: str) -> Node | None:
        """What the formula defines `name` as."""
        return parse(self._statements.get(name, ""))

    def value(self, name: str) -> np.ndarray | float:
        """The values of a name at the places. Raises UnknownName, NotCaptured."""
        array = self._array(name)
        if array is not None:
            return np.asarray(self._taken(name, array), np.float64)
        setting = self.op.settings.get(name)
        if isinstance(setting, int | float):
            return float(setting)
        if name == "n":
            return float(np.prod(self.whole))
        if name not in self._defined:
            self._defined[name] = None
            node = self.tree(name)
            self._defined[name] = None if node is None else evaluate(node, self.value)
        found = self._defined[name]
        if found is None:  # not defined, or by itself
            raise UnknownName(name)
        return found

    def name(self, name: str, n: int) -> str:
        """A name in the n-th term: `x[0,3]`; a setting as it is."""
        array = self._array(name)
        if array is not None:
            return element_name(name, [int(part[0]) for part in self.one(n)._index(name, array.shape)])
        if name == "n" and name not in self.op.settings:
            return str(int(np.prod(self.whole)))
        return name

    def valued(self, name: str) -> str:
        """`x[0,3] = -0.6`, at the first place."""
        return f"{self.name(name, 0)} = {number(float(np.ravel(self.value(name))[0]))}"

    def _taken(self, name: str, array: np.ndarray) -> np.ndarray:
        """The elements of an array at the places."""
        if self._at is None:
            return np.broadcast_to(array.reshape(self._aligned(name, array.shape)), self.whole).ravel()
        taken: np.ndarray = array[self._index(name, array.shape)]
        return taken

    def _index(self, name: str, shape: Element) -> tuple[np.ndarray, ...]:
        assert self._at is not None
        aligned = self._aligned(name, shape)
        places = [np.zeros_like(at) if own == 1 else at for own, at in zip(aligned, self._at, strict=True)]
        if aligned == shape:
            return tuple(places)
        return np.unravel_index(np.ravel_multi_index(places, aligned), shape) if shape else ()

    def _aligned(self, name: str, shape: Element) -> Element:
        aligned = _stretched(self.op, shape, self.whole)
        if aligned is None:
            raise UnknownName(f"{name}: of another shape")
        return aligned

    def _array(self, name: str) -> np.ndarray | None:
        if name not in self._arrays:
            self._arrays[name] = self._read(name)
        return self._arrays[name]

    def _read(self, name: str) -> np.ndarray | None:
        array = self.op.recorded(name)
        if array is None and name.startswith("g") and name[1:] in self.op.y_roles:
            raise UnknownName(f"{name}: no gradient arrived")
        return array


def _checked(node: Node, cells: _Cells | None, recorded: float) -> list[Sum] | None:
    """The terms, if they give what was recorded: a formula that is loose with words is no explanation."""
    if cells is None:
        return None
    try:
        sums = list(_sums(node.body if isinstance(node, Total) else node, cells, lambda n: ""))
    except UnknownName:
        return None
    values = np.concatenate([part.values() for part in sums]) if sums else np.zeros(1)
    total = float(values.sum())
    if total == recorded or (math.isnan(total) and math.isnan(recorded)):
        return sums
    off = abs(total - recorded)
    return sums if off <= _AGREES * max(abs(recorded), float(np.abs(values).max(initial=0.0))) else None


def _sums(node: Node, cells: _Cells, note: Note, within: tuple[str, ...] = ()) -> Iterator[Sum]:
    """The terms of a tree at some places.

    Args:
        note: says why the tree is what holds there.
        within: the gradients whose statements the tree stands in.
    """
    if not len(cells):
        return
    if isinstance(node, Choice):
        chosen = holds(node.condition, cells.value)
        for part, there, told in ((node.value, chosen, True), (node.other, ~chosen, False)):
            some = cells.where(there)
            yield from _sums(part, some, _because(node.condition, told, some, note), within)
    elif isinstance(node, Plus):
        for sign, part in node.parts:
            yield from _signed(sign, part, cells, note, within)
    elif isinstance(node, Name) and node.text.startswith("g") and cells.tree(node.text) is not None:
        defined = cells.tree(node.text)  # `gb = -ga` speaks of another statement
        if defined is None or node.text in within:
            raise UnknownName(node.text)
        yield from _sums(defined, cells, note, (*within, node.text))
    else:
        yield _term(node, cells, note)


def _signed(sign: int, part: Node, cells: _Cells, note: Note, within: tuple[str, ...]) -> Iterator[Sum]:
    for found in _sums(part, cells, note, within):
        if sign > 0:
            yield found
        else:
            minus = Column(lambda n: "-1", -1.0)
            yield Sum((minus, *found.columns), f"−{found.form}", found.note)


def _term(node: Node, cells: _Cells, note: Note) -> Sum:
    """One product; factors that aren't a single name have their operands told beside them."""
    factors = node.parts if isinstance(node, Product) else (("", node),)
    columns = tuple(_column(how, part, cells) for how, part in factors)
    plain = {part.text for how, part in factors if isinstance(part, Name) and how != "/"}
    rest = [
        name
        for _, part in factors
        for name in names_in(part)
        if name not in plain and not (name == "n" and name not in cells.op.settings)
    ]

    def told(n: int) -> str:
        why, here = note(n), cells.one(n)
        operands = [here.valued(name) for name in dict.fromkeys(rest)]
        return ", ".join([why] * bool(why) + [operand for operand in operands if operand not in why])

    if node == Number("0") and cells.some:
        form = ""  # the branch that gives nothing, beside one that does
    elif len(cells) == 1:
        form = text(node, lambda name: cells.name(name, 0))
    else:
        form = f"Σ {text(node, lambda name: name)} over {len(cells)} elements"
    return Sum(columns, form, told)


def _column(how: str, part: Node, cells: _Cells) -> Column:
    values = np.broadcast_to(np.asarray(evaluate(part, cells.value), np.float64), (len(cells),))
    if isinstance(part, Number) and how != "/":
        return Column(lambda n: part.text, values)
    if how == "/":
        with np.errstate(all="ignore"):
            values = 1.0 / values
        return Column(
            lambda n: text(Product((("", Number("1")), ("/", part))), lambda name: cells.name(name, n)),
            values,
        )
    return Column(lambda n: _bracketed(part, lambda name: cells.name(name, n)), values)


def _bracketed(part: Node, name: Callable[[str], str]) -> str:
    inside = text(part, name)
    return f"({inside})" if isinstance(part, Plus) else inside


def _because(condition: Node, held: bool, cells: _Cells, before: Note) -> Note:
    """`x[0,3] = -0.6 < 0`: the condition that holds at the n-th place, with numbers."""

    def told(n: int) -> str:
        here = cells.one(n)
        if isinstance(condition, Compare):
            said = text(condition, here.valued) if held else _why_not(condition, here)
        else:
            said = ("" if held else "not ") + text(condition, lambda known: here.name(known, 0))
        return ", ".join(part for part in (before(n), said) if part)

    return told


def _why_not(condition: Compare, here: _Cells) -> str:
    """The first link of `a < b < c` that doesn't hold at a place, turned around into what does.

    Nothing is less or more than NaN, nor equal to it: there the link itself is told, and that it doesn't hold.
    """
    left = condition.first
    for operator, right in condition.rest:
        link = Compare(left, ((operator, right),))
        if not holds(link, here.value).all():
            turned = Compare(left, ((_OPPOSITE[operator], right),))
            if holds(turned, here.value).all():
                return text(turned, here.valued)
            return f"{text(link, here.valued)} doesn't hold"
        left = right
    return text(condition, here.valued)
