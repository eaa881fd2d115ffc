"""Sparse matrices as lists of their elements (COO format), for `functions.sparse_matmul`."""

from __future__ import annotations

from typing import Any

import numpy

from .. import backend

__all__ = ["CooMatrix", "get_order", "to_coo"]

_ORDERS = ("C", "F", "other", None)


class CooMatrix:
    """A sparse matrix, or a batch of them.

    Args:
        data: array (nnz,) or (n, nnz): the elements; in a batch, matrices with fewer elements are filled up.
        row, col: integer arrays of the same shape: where the elements are; -1 where filled up. Elements at the same
            place add up.
        shape: of one matrix.
        order: `C` if the elements are ordered by row, `F` if by column, `other`; None: found out.
        requires_grad: whether the elements get a gradient.

    Attributes:
        data: the elements as a variable.

    Raises:
        ValueError: the shapes don't fit, or order is none of these.
        TypeError: data is no array.
    """

    def __init__(
        self, data: Any, row: Any, col: Any, shape: Any, order: str | None = None, requires_grad: bool = False
    ) -> None:
        if not backend.is_array(data):
            raise TypeError(
                f"CooMatrix: data must be an array, not {type(data).__name__}; a variable's is its .array"
            )
        if not 1 <= data.ndim <= 2:
            raise ValueError(f"ndim of data must be 1 or 2, not {data.ndim}.")
        if data.shape != row.shape:
            raise ValueError(f"shape of row must be that of data, {data.shape}, not {row.shape}.")
        if row.shape != col.shape:
            raise ValueError(f"shape of row and col must be the same: {row.shape}, {col.shape}.")
        if len(shape) != 2:
            raise ValueError(f"length of shape must be 2, not {len(shape)}.")
        if min(shape) < 1:
            raise ValueError(f"numbers in shape must be greater than 0: {tuple(shape)}.")
        if order not in _ORDERS:
            raise ValueError(f"order must be 'C', 'F', 'other' or None, not {order!r}.")
        from ..variable import Variable  # which imports this package

        self.data = Variable(data, requires_grad=requires_grad)
        self.row = row
        self.col = col
        self.shape = shape
        self.order = get_order(row, col) if order is None else order

    def to_dense(self) -> Any:
        """The matrix, or all of the batch, as an array with its zeros."""
        data = self.data.array
        xp = backend.get_array_module(data)
        dense = xp.zeros((*data.shape[:-1], *self.shape), data.dtype)
        held = (self.row >= 0) & (self.col >= 0)
        index: tuple[Any, ...] = (xp.where(held, self.row, 0), xp.where(held, self.col, 0))
        if data.ndim == 2:
            index = (xp.arange(len(data))[:, None], *index)
        xp.add.at(dense, index, data * held)
        return dense


def to_coo(x: Any, ldnz: int | None = None, requires_grad: bool = False) -> CooMatrix:
    """A matrix, or a batch of them, as sparse ones.

    Args:
        x: array (rows, columns) or (n, rows, columns).
        ldnz: how many elements to keep room for; by default as many as the fullest matrix of a batch has.
        requires_grad: whether the elements get a gradient.

    Raises:
        TypeError: x is no array.
        ValueError: x has neither two nor three axes.
    """
    if not backend.is_array(x):
        raise TypeError(f"to_coo: x must be an array, not {type(x).__name__}")
    if x.ndim not in (2, 3):
        raise ValueError(f"ndim of x must be 2 or 3, not {x.ndim}.")
    xp = backend.get_array_module(x)
    found = [(matrix, *matrix.nonzero()) for matrix in (x if x.ndim == 3 else [x])]
    room = max([ldnz or 0, *(len(row) for _, row, _ in found)])
    shape = (len(found), room)
    data, row, col = (
        xp.zeros(shape, x.dtype),
        xp.full(shape, -1, numpy.int32),
        xp.full(shape, -1, numpy.int32),
    )
    for i, (matrix, rows, columns) in enumerate(found):
        data[i, : len(rows)] = matrix[rows, columns]
        row[i, : len(rows)], col[i, : len(rows)] = rows, columns
    if x.ndim == 2:
        data, row, col = data[0], row[0], col[0]
    return CooMatrix(data, row, col, x.shape[-2:], "C" if x.ndim == 2 else None, requires_grad)


def get_order(row: Any, col: Any) -> str:
    """`C` if elements at these places are ordered by row, `F` if by column, else `other`."""
    if _is_ordered(row, col):
        return "C"
    return "F" if _is_ordered(col, row) else "other"


def _is_ordered(first: Any, second: Any) -> bool:
    """Whether `first` rises, and `second` where `first` stays; in a batch up to where it is filled up."""
    ahead, behind = first[..., 1:], first[..., :-1]
    rises = (ahead > behind) | ((ahead == behind) & (second[..., 1:] >= second[..., :-1]))
    return bool((rises | (ahead < 0)).all())
