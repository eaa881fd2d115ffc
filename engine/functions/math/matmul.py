"""matmul: matrix products, also of stacks of matrices."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import InvalidType, require_equal, require_float
from .. import either
from ..op import Example, Op

__all__ = ["matmul"]


class MatMul(Op):
    """y = a b, each first transposed if asked; a vector counts as a row on the left, a column on the right."""

    op_name = "matmul"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = a b;  ga = gy b^T;  gb = a^T gy"
    retained_x = (0, 1)

    def __init__(
        self, transa: bool = False, transb: bool = False, transc: bool = False, dtype: Any = None
    ) -> None:
        self.transa = transa
        self.transb = transb
        self.transc = transc
        self.dtype = dtype

    def attributes(self) -> dict[str, Any]:
        settings = {"transa": self.transa, "transb": self.transb}
        return {**settings, "transc": True} if self.transc else settings

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        require_float("a", a)
        require_float("b", b)
        if a.ndim == 0 or b.ndim == 0:
            raise InvalidType("a.ndim >= 1 and b.ndim >= 1", f"a.ndim is {a.ndim}, b.ndim is {b.ndim}")
        a_axis = -2 if self.transa and a.ndim > 1 else -1
        b_axis = -1 if (self.transb and b.ndim > 1) or b.ndim == 1 else -2
        require_equal(f"a.shape[{a_axis}]", a.shape[a_axis], f"b.shape[{b_axis}]", b.shape[b_axis])
        try:
            y = either.matmul(a, b, self.transa, self.transb)
        except ValueError:
            raise InvalidType("stacks that can be broadcast together", f"{a.shape} and {b.shape}") from None
        if self.transc and a.ndim > 1 and b.ndim > 1:
            y = y.swapaxes(-1, -2)
        return (y if self.dtype is None else y.astype(self.dtype, copy=False),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        a, b = xs
        (gy,) = gys
        if self.transc and len(a.shape) > 1 and len(b.shape) > 1:
            gy = either.transpose(gy, (*range(len(gy.shape) - 2), -1, -2))
        ashape, bshape = a.shape, b.shape
        transa, transb = self.transa, self.transb
        if len(ashape) == 1:
            a, transa = either.reshape(a, (1, *ashape)), False
        if len(bshape) == 1:
            b, transb = either.reshape(b, (*bshape, 1)), False
        if len(ashape) == 1 or len(bshape) == 1:
            rows = a.shape[-1] if transa else a.shape[-2]
            columns = b.shape[-2] if transb else b.shape[-1]
            stack = gy.shape[: len(gy.shape) - (len(ashape) > 1) - (len(bshape) > 1)]
            gy = either.reshape(gy, (*stack, rows, columns))
        ga = gb = None
        if 0 in wanted:
            ga = either.matmul(b, gy, transb, True) if transa else either.matmul(gy, b, False, not transb)
            ga = either.cast(either.reshape(either.sum_to(ga, a.shape), ashape), a.dtype)
        if 1 in wanted:
            gb = either.matmul(gy, a, True, transa) if transb else either.matmul(a, gy, not transa, False)
            gb = either.cast(either.reshape(either.sum_to(gb, b.shape), bshape), b.dtype)
        return ga, gb

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a, b, v = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=3)
        stack = rng.normal(size=(5, 2, 3))
        return [
            Example(matmul, (a, b)),
            Example(
                lambda a, b: matmul(a, b, transa=True, transb=True), (a.T.copy(), b.T.copy()), "transposed"
            ),
            Example(matmul, (stack, b), "stack and matrix"),
            Example(lambda a, b: MatMul(transc=True).apply((a, b))[0], (stack, b), "transposed product"),
            Example(lambda a, b: matmul(a, b, transb=True), (stack, rng.normal(size=(5, 4, 3))), "stacks"),
            Example(matmul, (v, rng.normal(size=3)), "vectors"),
            Example(matmul, (a, v), "matrix and vector"),
            Example(matmul, (v, b), "vector and matrix"),
            Example(matmul, (stack, v), "stack and vector"),
        ]


def matmul(a: Any, b: Any, transa: bool = False, transb: bool = False) -> Any:
    """The matrix product of the last two axes; leading axes are broadcast.

    Args:
        a, b: variables or arrays, float, of one axis or more.
        transa, transb: exchange the last two axes first; no effect on vectors.

    Raises:
        InvalidType: the inner lengths differ.
    """
    return MatMul(transa, transb).apply((a, b))[0]
