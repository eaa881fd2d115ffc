"""linear and the product of two matrices: sums over one index."""

from __future__ import annotations

import numpy as np

from ..explanation import Column, Sum
from ..recorded_op import RecordedOp
from .contraction import stacked, stacked_gradient

__all__ = ["column_of", "gradient", "output", "product", "product_gradient"]

Element = tuple[int, ...]


def column_of(role: str, pattern: str, values: np.ndarray) -> Column:
    """A factor named `role[pattern]`, in which `*` is the running index."""
    return Column(lambda n: f"{role}[{pattern.replace('*', str(n))}]", values)


def output(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y[n,o] = Σ x[n,i] W[o,i] + b[o]."""
    n, o = element
    x, W = op.x(0)[n], op.x(1)[o]
    form = f"Σ x[{n},i] W[{o},i] over i < {x.size}"
    sums = [Sum((column_of("x", f"{n},*", x), column_of("W", f"{o},*", W)), form)]
    if op.x_count == 3:
        sums.append(Sum((Column(lambda _: f"b[{o}]", float(op.x(2)[o])),), f"b[{o}]"))
    return sums


def gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """gx[n,i] = Σ gy[n,o] W[o,i];  gW[o,i] = Σ gy[n,o] x[n,i];  gb[o] = Σ gy[n,o]."""
    gy = op.gy()
    if gy is None:
        return []
    if i == 0:
        n, a = element
        gys, Ws = column_of("gy", f"{n},*", gy[n]), column_of("W", f"*,{a}", op.x(1)[:, a])
        return [Sum((gys, Ws), f"Σ gy[{n},o] W[o,{a}] over o < {gy.shape[1]}")]
    o = element[0]
    gys = column_of("gy", f"*,{o}", gy[:, o])
    if i == 1:
        a = element[1]
        xs = column_of("x", f"*,{a}", op.x(0)[:, a])
        return [Sum((gys, xs), f"Σ gy[n,{o}] x[n,{a}] over n < {len(gy)}")]
    return [Sum((gys,), f"Σ gy[n,{o}] over n < {len(gy)}")]


def product(op: RecordedOp, k: int, element: Element) -> list[Sum] | None:
    """y[i,j] = Σ a[i,k] b[k,j], of two matrices or of stacks."""
    if len(op.x_shape(0)) != 2 or len(op.x_shape(1)) != 2:
        return stacked(op, k, element)
    i, j = element
    left = _line(op, 0, i, along=1)
    right = _line(op, 1, j, along=0)
    return [
        Sum(
            (left, right),
            f"Σ {left.name(-1)} {right.name(-1)} over k < {np.size(left.values)}".replace("-1", "k"),
        )
    ]


def product_gradient(op: RecordedOp, i: int, element: Element) -> list[Sum] | None:
    """ga[i,k] = Σ gy[i,j] b[k,j];  gb[k,j] = Σ gy[i,j] a[i,k]."""
    gy = op.gy()
    if len(op.x_shape(0)) != 2 or len(op.x_shape(1)) != 2:
        return stacked_gradient(op, i, element)
    if gy is None:
        return []
    swapped = bool(op.settings.get("transb" if i else "transa"))
    row, line = element[::-1] if swapped else element
    if i == 0:
        gys, others = column_of("gy", f"{row},*", gy[row]), _line(op, 1, line, along=1)
        index = "j"
    else:
        gys, others = column_of("gy", f"*,{line}", gy[:, line]), _line(op, 0, row, along=0)
        index = "i"
    form = f"Σ {gys.name(-1)} {others.name(-1)} over {index} < {np.size(gys.values)}"
    return [Sum((gys, others), form.replace("-1", index))]


def _line(op: RecordedOp, i: int, fixed: int, along: int) -> Column:
    """The row (along=1) or column (along=0) number `fixed` of matrix `i` as it is multiplied, in its own indexes."""
    swapped = bool(op.settings.get("transb" if i else "transa"))
    matrix = op.x(i)
    as_row = (along == 1) != swapped
    role = op.x_roles[i]
    if as_row:
        return column_of(role, f"{fixed},*", matrix[fixed])
    return column_of(role, f"*,{fixed}", matrix[:, fixed])
