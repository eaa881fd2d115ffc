"""tensordot and batch_matmul: products of arrays, made of `matmul`."""

from __future__ import annotations

from typing import Any

from ...errors import NoSuchAxes
from ...utils.arguments import size_of_shape
from ...utils.deprecation import warn_deprecated
from ...utils.type_check import require
from ...variable import as_variable
from ..array.reshape import reshape
from ..array.transpose import transpose
from .matmul import matmul

__all__ = ["batch_matmul", "tensordot"]


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum of products over some axes of a and b; the other axes stay, first those of a.

    Args:
        a, b: variables or arrays, float.
        axes: how many of the last axes of a and the first ones of b; or a pair: the axes of a and those of b.

    Raises:
        ValueError: the axes differ in length or in number.
        NoSuchAxes: an array has no such axis.
    """
    a, b = as_variable(a), as_variable(b)
    if isinstance(axes, int):
        axes = tuple(range(a.ndim - axes, a.ndim)), tuple(range(axes))
    pair = [(part,) if isinstance(part, int) else tuple(part) for part in axes]
    if len(pair) != 2 or len(pair[0]) != len(pair[1]):
        raise ValueError(f"tensordot: axes must be a pair of equally many axes, not {axes!r}")
    for name, x, named in (("a", a, pair[0]), ("b", b, pair[1])):
        if any(not -x.ndim <= i < x.ndim for i in named):
            raise NoSuchAxes(f"tensordot: {name} of shape {x.shape} has no axes {named}")
    summed_a = tuple(i % max(a.ndim, 1) for i in pair[0])
    summed_b = tuple(i % max(b.ndim, 1) for i in pair[1])
    if any(a.shape[i] != b.shape[j] for i, j in zip(summed_a, summed_b, strict=True)):
        raise ValueError(f"tensordot: a {a.shape} and b {b.shape} differ in length along the axes {axes!r}")
    kept_a = tuple(i for i in range(a.ndim) if i not in summed_a)
    kept_b = tuple(i for i in range(b.ndim) if i not in summed_b)
    front, back = tuple(a.shape[i] for i in kept_a), tuple(b.shape[i] for i in kept_b)
    inner = size_of_shape(tuple(a.shape[i] for i in summed_a))
    rows = reshape(transpose(a, kept_a + summed_a), (size_of_shape(front), inner))
    columns = reshape(transpose(b, summed_b + kept_b), (inner, size_of_shape(back)))
    return reshape(matmul(rows, columns), front + back)


def batch_matmul(a: Any, b: Any, transa: bool = False, transb: bool = False) -> Any:
    """The matrix product of each pair of a batch; (n, length) counts as a batch of columns. `matmul` is newer.

    Args:
        a, b: variables or arrays (n, rows, columns) or (n, length), float.
        transa, transb: exchange rows and columns first.

    Returns:
        Variable (n, rows, columns).

    Raises:
        InvalidType: the shapes don't fit.
    """
    warn_deprecated("batch_matmul", "use matmul")
    a, b = as_variable(a), as_variable(b)
    for name, x in (("a", a), ("b", b)):
        require(len(x.shape) in (2, 3), f"2 <= {name}.ndim <= 3", f"{name}.ndim is {len(x.shape)}")
    a, b = (x if len(x.shape) == 3 else reshape(x, (*x.shape, 1)) for x in (a, b))
    return matmul(a, b, transa, transb)
