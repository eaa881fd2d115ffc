"""sparse_matmul: the product of a sparse matrix and a dense one."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.sparse import CooMatrix
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..array.get_item import get_item, scattered
from ..op import Example, Op

__all__ = ["sparse_matmul"]


class CooMatMul(Op):
    """y = a b, where a is sparse: a sum over its elements."""

    op_name = "sparse_matmul"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = (
        "y[row_k] = sum over k of a_k b[col_k];  ga = for each k gy[row_k] . b[col_k];  "
        "gb = at col_k the sum over k of a_k gy[row_k]"
    )
    retained_x = (0, 1)

    def __init__(
        self,
        sp_row: Any,
        sp_col: Any,
        sp_shape: tuple[int, int],
        sp_order: str = "other",
        transa: bool = False,
        transb: bool = False,
        transc: bool = False,
        dtype: Any = None,
    ) -> None:
        self.sp_row = sp_row
        self.sp_col = sp_col
        self.sp_shape = sp_shape
        self.sp_order = sp_order
        self.transa = transa
        self.transb = transb
        self.transc = transc
        self.dtype = dtype
        self.row, self.col = (sp_col, sp_row) if transa else (sp_row, sp_col)
        self.rows, self.columns = reversed(sp_shape) if transa else sp_shape

    @property
    def label(self) -> str:
        return "CooMatMul"

    def attributes(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "columns": self.columns,
            "b_transposed": self.transb,
            "y_transposed": self.transc,
        }

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        require_float("sp", a)
        require_float("dn", b)
        require(a.ndim == b.ndim - 1, "sp.ndim == dn.ndim - 1", f"{a.ndim} != {b.ndim - 1}")
        require(b.ndim in (2, 3), "dn.ndim is 2 or 3", str(b.ndim))
        axis = -1 if self.transb else -2
        require_equal(f"dn.shape[{axis}]", b.shape[axis], str(self.columns), self.columns)
        if b.ndim == 3:
            require_equal("sp.shape[0]", a.shape[0], "dn.shape[0]", b.shape[0])
        self.shape = b.shape
        self._place(b)
        y = self._multiplied(a, b)
        return (y if self.dtype is None else y.astype(self.dtype, copy=False),)

    def _place(self, b: Any) -> None:
        """Rows and columns of all elements of all matrices, as if these stood under each other."""
        xp = backend.get_array_module(b)
        held = (self.row >= 0) & (self.col >= 0)
        row, col = xp.where(held, self.row, 0), xp.where(held, self.col, 0)
        if b.ndim == 3:
            matrix = xp.arange(len(b))[:, None]
            row, col = row + matrix * self.rows, col + matrix * self.columns
        self.held = held.reshape(-1)
        self.to_rows, self.from_columns = row.reshape(-1), col.reshape(-1)

    def _multiplied(self, a: Any, b: Any) -> Any:
        parts = _taken(_stacked(b, self.transb), self.from_columns) * self._elements(a)
        return self._unstacked(parts, self.to_rows, self.rows, self.transc)

    def _elements(self, a: Any) -> Any:
        """a as a column, with 0 where a matrix of a batch is filled up."""
        return either.reshape(either.masked(either.reshape(a, (-1,)), self.held), (-1, 1))

    def _unstacked(self, parts: Any, places: Any, rows: int, flip: bool) -> Any:
        """`parts` added up at their rows, as a matrix or a batch of them."""
        batch = self.shape[:-2]
        whole = scattered(parts, (places,), (rows * (batch[0] if batch else 1), parts.shape[1]))
        matrices = either.reshape(whole, (*batch, rows, parts.shape[1]))
        return _swapped(matrices) if flip else matrices

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        a, b = xs
        gy = _taken(_stacked(gys[0], self.transc), self.to_rows)
        ga = gb = None
        if 0 in wanted:
            products = either.sum(gy * _taken(_stacked(b, self.transb), self.from_columns), 1)
            ga = either.cast(either.reshape(either.masked(products, self.held), a.shape), a.dtype)
        if 1 in wanted:
            elements = self._elements(a)
            parts = gy * either.broadcast_to(elements, gy.shape)
            gb = either.cast(self._unstacked(parts, self.from_columns, self.columns, self.transb), b.dtype)
        return ga, gb

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        row, col = numpy.array([0, 1, 1, 0]), numpy.array([1, 0, 2, 1])

        def product(a: Any, b: Any) -> Any:
            xp = a.xp
            return CooMatMul(xp.asarray(row), xp.asarray(col), (2, 3)).apply((a, b))[0]

        def batch(a: Any, b: Any) -> Any:
            xp = a.xp
            rows, columns = xp.asarray(row.reshape(2, 2)), xp.asarray(numpy.array([[1, 0], [2, -1]]))
            return CooMatMul(rows, columns, (2, 3), "other", False, True, True).apply((a, b))[0]

        return [
            Example(product, (rng.normal(size=4), rng.normal(size=(3, 2))), "one place twice"),
            Example(
                batch, (rng.normal(size=(2, 2)), rng.normal(size=(2, 2, 3))), "batch, transposed, filled up"
            ),
        ]


def _swapped(x: Any) -> Any:
    return either.transpose(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def _stacked(x: Any, flip: bool) -> Any:
    """All matrices of a batch under each other, transposed before if `flip`."""
    x = _swapped(x) if flip else x
    return either.reshape(x, (-1, x.shape[-1]))


def _taken(x: Any, rows: Any) -> Any:
    return get_item(x, (rows,)) if isinstance(x, Variable) else x[rows]


def sparse_matmul(a: Any, b: Any, transa: bool = False, transb: bool = False) -> Variable:
    """The product of two matrices, one of which is sparse; or of two batches of them.

    Args:
        a, b: one a `utils.CooMatrix`, the other a variable or array of floats.
        transa, transb: whether to transpose a or b first.

    Returns:
        Variable, dense. The sparse matrix's elements get their gradient in `CooMatrix.data`.

    Raises:
        InvalidType: the shapes don't fit.
        ValueError: none or both of them are sparse.
    """
    if isinstance(a, CooMatrix) == isinstance(b, CooMatrix):
        raise ValueError(
            "This combination of type of inputs is not supported: one of a and b must be a CooMatrix.\n"
            f"a: {type(a).__name__}, b: {type(b).__name__}"
        )
    if isinstance(a, CooMatrix):
        op = CooMatMul(a.row, a.col, a.shape, a.order, transa, transb)
        return op.apply((a.data, b))[0]
    # a b is the transpose of (b^T a^T)
    op = CooMatMul(b.row, b.col, b.shape, b.order, not transb, not transa, True)
    return op.apply((b.data, a))[0]
