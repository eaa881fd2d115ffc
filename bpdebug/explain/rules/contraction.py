"""Sums of products of several arrays over letters: einsum, products of stacks of matrices, inverses, determinants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..explanation import Column, Sum, element_name
from ..recorded_op import RecordedOp

__all__ = [
    "determinant", "determinant_gradient", "einsum", "einsum_gradient", "inverse_gradient", "stacked",
    "stacked_gradient",
]  # fmt: skip

Element = tuple[int, ...]
Letters = tuple[str, ...]

_DOTS = "..."
_MOST_TERMS = 1 << 24


@dataclass(frozen=True, slots=True)
class _Operand:
    """An array that takes part, and the letters of its axes."""

    role: str
    array: np.ndarray
    letters: Letters


def _contracted(operands: Sequence[_Operand], fixed: dict[str, int]) -> list[Sum] | None:
    """The products of the operands' elements for all values of the letters that aren't fixed.

    An axis of length 1 stands for every value of its letter. None where they are too many.
    """
    lengths: dict[str, int] = {}
    for operand in operands:
        for letter, length in zip(operand.letters, operand.array.shape, strict=True):
            lengths[letter] = max(lengths.get(letter, 0), length)
    free = [letter for letter in lengths if letter not in fixed]
    count = int(np.prod([lengths[letter] for letter in free], dtype=np.int64))
    if count > _MOST_TERMS:
        return None
    grid = np.unravel_index(np.arange(count), [lengths[letter] for letter in free]) if free else ()
    index = {letter: np.full(count, at) for letter, at in fixed.items()} | dict(zip(free, grid, strict=True))
    columns = []
    for operand in operands:
        at = [
            np.zeros_like(index[letter]) if length == 1 else index[letter]
            for letter, length in zip(operand.letters, operand.array.shape, strict=True)
        ]

        def name(n: int, role: str = operand.role, at: list[np.ndarray] = at) -> str:
            return element_name(role, [int(part[n]) for part in at])

        columns.append(Column(name, np.broadcast_to(operand.array[tuple(at)], (count,))))
    said = " ".join(_pattern(operand, fixed) for operand in operands)
    over = ", ".join(f"{letter} < {lengths[letter]}" for letter in free)
    return [Sum(tuple(columns), f"Σ {said} over {over}" if free else said)]


def _pattern(operand: _Operand, fixed: dict[str, int]) -> str:
    inner = ",".join(
        "0" if length == 1 else str(fixed.get(letter, letter))
        for letter, length in zip(operand.letters, operand.array.shape, strict=True)
    )
    return f"{operand.role}[{inner}]" if operand.letters else operand.role


def _fixed(
    letters: Letters, shape: Element, element: Element, lengths: dict[str, int]
) -> dict[str, int] | None:
    """The letters that an element gives a value; an axis of length 1 that was stretched gives none. None: no term."""
    found: dict[str, int] = {}
    for letter, length, at in zip(letters, shape, element, strict=True):
        if length == 1 and lengths.get(letter, 1) != 1:
            continue
        if found.setdefault(letter, at) != at:
            return None
    return found


def _part(
    op: RecordedOp, inputs: list[Letters], output: Letters, i: int, element: Element
) -> list[Sum] | None:
    """The gradient of input `i`: gy and the other inputs, multiplied."""
    gy = op.gy()
    if gy is None:
        return []
    lengths = dict(zip(output, gy.shape, strict=True))
    fixed = _fixed(inputs[i], op.x_shape(i), element, lengths)
    if fixed is None:
        why = "0: not on the diagonal that was taken"
        return [Sum((Column(lambda _: why, 0.0),), why)]
    operands = [_Operand("gy", gy, output)]
    operands += [_Operand(op.x_roles[j], op.x(j), inputs[j]) for j in range(op.x_count) if j != i]
    return _contracted(operands, fixed)


# ---- einsum ---------------------------------------------------------------------------------------------------


def einsum(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """Σ of the products over the letters that y doesn't have."""
    inputs, output = _subscripts(op)
    operands = [_Operand(op.x_roles[j], op.x(j), inputs[j]) for j in range(op.x_count)]
    return _contracted(operands, dict(zip(output, element, strict=True)))


def einsum_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """The same with gy in place of the input, over the letters that the input doesn't have."""
    inputs, output = _subscripts(op)
    return _part(op, inputs, output, i, element)


def _subscripts(op: RecordedOp) -> tuple[list[Letters], Letters]:
    """The letters of the inputs and of the output; Greek ones, numbered, for the axes that `...` stands for."""
    *written, output = map(_symbols, (*op.settings["in_subs"].split(","), op.settings["out_sub"]))
    hidden: Letters = ()
    for letters, j in zip(written, range(op.x_count), strict=True):
        if _DOTS in letters:
            hidden = tuple(f"β{n}" for n in range(len(op.x_shape(j)) - len(letters) + 1))

    def filled(letters: Sequence[str]) -> Letters:
        return tuple(part for letter in letters for part in (hidden if letter == _DOTS else (str(letter),)))

    return [filled(letters) for letters in written], filled(output)


def _symbols(text: str) -> list[str]:
    """The letters one by one, and `...` as one."""
    before, dots, after = text.partition(_DOTS)
    return [*before, *([_DOTS] if dots else []), *after]


# ---- products of matrices -------------------------------------------------------------------------------------


def stacked(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y[…,i,j] = Σ a[…,i,k] b[…,k,j], of stacks of matrices or of vectors."""
    inputs, output = _of_matrices(op)
    operands = [_Operand(op.x_roles[j], op.x(j), inputs[j]) for j in range(2)]
    return _contracted(operands, dict(zip(output, element, strict=True)))


def stacked_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """Likewise; also over the stack along which an operand was stretched."""
    inputs, output = _of_matrices(op)
    return _part(op, inputs, output, i, element)


def _of_matrices(op: RecordedOp) -> tuple[list[Letters], Letters]:
    """Letters for matmul: i and j for rows and columns, k between them, n0, n1 ... for the stack."""
    dims = [len(op.x_shape(j)) for j in range(2)]
    deep = max(*dims, 2) - 2
    inputs = []
    for own, pair, swapped in zip(dims, ("ik", "kj"), ("transa", "transb"), strict=True):
        ends = tuple("k" if own == 1 else pair)
        if own > 1 and op.settings.get(swapped):
            ends = ends[::-1]
        inputs.append((*(f"n{n}" for n in range(deep - max(own - 2, 0), deep)), *ends))
    ends = ("i",) * (dims[0] > 1) + ("j",) * (dims[1] > 1)
    if op.settings.get("transc"):
        ends = ends[::-1]
    return inputs, (*(f"n{n}" for n in range(deep)), *ends)


# ---- inverses and determinants --------------------------------------------------------------------------------


def inverse_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx[a,b] = -Σ y[j,a] gy[j,k] y[b,k]: what the inverse does on both sides of gy."""
    gy, y = op.gy(), op.y()
    if gy is None:
        return []
    *stack, a, b = element
    n = ("n",) * len(stack)
    operands = [
        _Operand("y", y, (*n, "j", "a")),
        _Operand("gy", gy, (*n, "j", "k")),
        _Operand("y", y, (*n, "b", "k")),
    ]
    found = _contracted(operands, {"a": a, "b": b, **dict(zip(n, stack, strict=True))})
    return found and [Sum((Column(lambda _: "-1", -1.0), *found[0].columns), f"−{found[0].form}")]


def determinant(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y[n] = Σ x[n,0,j] times its cofactor: Laplace's expansion along the first row."""
    (n,) = element
    x = op.x(0)[n]
    cofactors = np.array([_cofactor(x, 0, j) for j in range(len(x))])
    columns = (
        Column(lambda j: f"x[{n},0,{j}]", x[0] if len(x) else np.empty(0)),
        Column(lambda j: f"cofactor of x[{n},0,{j}]", cofactors),
    )
    return [Sum(columns, f"Σ x[{n},0,j] cofactor[0,j] over j < {len(x)}")] if len(x) else None


def determinant_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx = gy times the cofactor of x."""
    gy = op.gy()
    if gy is None:
        return []
    n, row, column = element
    name = f"cofactor of {element_name('x', element)}"
    columns = (
        Column(lambda _: f"gy[{n}]", float(gy[n])),
        Column(lambda _: name, _cofactor(op.x(0)[n], row, column)),
    )
    return [Sum(columns, f"gy[{n}] {name}")]


def _cofactor(x: np.ndarray, row: int, column: int) -> float:
    rest = np.delete(np.delete(x, row, 0), column, 1)
    return float((-1) ** (row + column) * np.linalg.det(rest))
