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
    return _checked(op, node, _cells_of(op, op.y_shape(0), element), float(op.y(0)[element]))


def gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """The terms of the gradient of input `i` at `element`, likewise."""
    if _output_tree(op) is None:
        return None  # words of a gradient are understood only where those of the output are
    node = parse(statements(op.formula).get(f"g{op.x_roles[i]}", ""))
    recorded = op.gx(i)
    if node is None or recorded is None:
        return None
    return _checked(op, node, _cells_of(op, op.x_shape(i), element), float(recorded[element]))


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
        at: the indexes of the places, one array an axis.
    """

    def __init__(
        self,
        op: RecordedOp,
        whole: Element,
        at: list[np.ndarray],
        arrays: dict[str, np.ndarray | None] | None = None,
    ) -> None:
        self.op, self.whole, self.at = op, whole, at
        self._arrays = {} if arrays is None else arrays
        self._statements = statements(op.formula)

    def __len__(self) -> int:
        return len(self.at[0]) if self.at else 1

    def where(self, chosen: np.ndarray) -> _Cells:
        """Only those places for which `chosen` holds."""
        at = [part[np.broadcast_to(chosen, part.shape)] for part in self.at]
        return _Cells(self.op, self.whole, at, self._arrays)

    def tree(self, name: str) -> Node | None:
        """What the formula defines `name` as."""
        return parse(self._statements.get(name, ""))

    def value(self, name: str) -> np.ndarray | float:
        """The values of a name at the places. Raises UnknownName, NotCaptured."""
        array = self._array(name)
        if array is not None:
            return np.asarray(array[self._index(name, array.shape)], np.float64)
        setting = self.op.settings.get(name)
        if isinstance(setting, int | float):
            return float(setting)
        if name == "n":
            return float(np.prod(self.whole))
        node = self.tree(name)
        if node is None or name in names_in(node):
            raise UnknownName(name)
        return evaluate(node, self.value)

    def name(self, name: str, n: int) -> str:
        """A name in the n-th term: `x[0,3]`; a setting as it is."""
        array = self._array(name)
        if array is not None:
            return element_name(name, [int(part[n]) for part in self._index(name, array.shape)])
        if name == "n" and name not in self.op.settings:
            return str(int(np.prod(self.whole)))
        return name

    def _index(self, name: str, shape: Element) -> tuple[np.ndarray, ...]:
        aligned = _stretched(self.op, shape, self.whole)
        if aligned is None:
            raise UnknownName(f"{name}: of another shape")
        if aligned == shape:
            return tuple(
                np.zeros_like(at) if own == 1 else at for own, at in zip(shape, self.at, strict=True)
            )
        if not shape:
            return ()
        places = [np.zeros_like(at) if own == 1 else at for own, at in zip(aligned, self.at, strict=True)]
        return np.unravel_index(np.ravel_multi_index(places, aligned), shape)

    def _array(self, name: str) -> np.ndarray | None:
        if name not in self._arrays:
            self._arrays[name] = self._read(name)
        return self._arrays[name]

    def _read(self, name: str) -> np.ndarray | None:
        op = self.op
        if name in op.x_roles:
            return op.x(op.x_roles.index(name))
        if name in op.y_roles:
            return op.y(op.y_roles.index(name))
        if name.startswith("g") and name[1:] in op.y_roles:
            gy = op.gy(op.y_roles.index(name[1:]))
            if gy is None:
                raise UnknownName(f"{name}: no gradient arrived")
            return gy
        return op.held(name)


def _checked(op: RecordedOp, node: Node, cells: _Cells | None, recorded: float) -> list[Sum] | None:
    """The terms, if they give what was recorded: a formula that is loose with words is no explanation."""
    if cells is None:
        return None
    try:
        sums = list(_sums(node.body if isinstance(node, Total) else node, cells, lambda n: ""))
    except UnknownName:
        return None
    values = np.concatenate([part.values() for part in sums]) if sums else np.zeros(1)
    total = float(values.sum())
    off = abs(total - recorded)
    if off > _AGREES * max(abs(recorded), float(np.abs(values).max(initial=0.0))):
        return None
    return sums


def _sums(node: Node, cells: _Cells, note: Note) -> Iterator[Sum]:
    """The terms of a tree at some places; `note` says why the tree is what holds there."""
    if not len(cells):
        return
    if isinstance(node, Choice):
        chosen = holds(node.condition, cells.value)
        for part, there, told in ((node.value, chosen, True), (node.other, ~chosen, False)):
            some = cells.where(there)
            yield from _sums(part, some, _because(node.condition, told, some, note))
    elif isinstance(node, Plus):
        for sign, part in node.parts:
            yield from _signed(sign, part, cells, note)
    elif isinstance(node, Name) and node.text.startswith("g") and cells.tree(node.text) is not None:
        defined = cells.tree(node.text)  # `gb = -ga` speaks of another statement
        assert defined is not None
        yield from _sums(defined, cells, note)
    else:
        yield _term(node, cells, note)


def _signed(sign: int, part: Node, cells: _Cells, note: Note) -> Iterator[Sum]:
    for found in _sums(part, cells, note):
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
        why = note(n)
        operands = [f"{cells.name(name, n)} = {_at(cells.value(name), n)}" for name in dict.fromkeys(rest)]
        return ", ".join([why] * bool(why) + [operand for operand in operands if operand not in why])

    if node == Number("0") and len(cells) != math.prod(cells.whole):
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
        def valued(known: str) -> str:
            return f"{cells.name(known, n)} = {_at(cells.value(known), n)}"

        if isinstance(condition, Compare):
            said = text(condition if held else _failing(condition, cells, n), valued)
        else:
            said = ("" if held else "not ") + text(condition, lambda known: cells.name(known, n))
        return ", ".join(part for part in (before(n), said) if part)

    return told


def _failing(condition: Compare, cells: _Cells, n: int) -> Compare:
    """The first link of `a < b < c` that doesn't hold, turned around into what does."""
    left = condition.first
    for operator, right in condition.rest:
        link = Compare(left, ((operator, right),))
        if not np.broadcast_to(holds(link, cells.value), (len(cells),))[n]:
            return Compare(left, ((_OPPOSITE[operator], right),))
        left = right
    return condition


def _at(values: np.ndarray | float, n: int) -> str:
    flat = np.ravel(values)
    return number(float(flat[n] if np.ndim(values) else flat[0]))
