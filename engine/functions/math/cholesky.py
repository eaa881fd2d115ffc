"""cholesky: the lower triangular factor of a symmetric matrix."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .inv import inverse

__all__ = ["cholesky"]


class Cholesky(Op):
    """x = y y^T with y lower triangular, for x symmetric and positive definite."""

    op_name = "cholesky"
    x_roles = ("x",)
    symmetric_x = (0,)
    y_roles = ("y",)
    formula = (
        "y y^T = x;  p = the lower triangle of y^T gy with half its diagonal;  gx = y^-T (p + p^T) y^-1 / 2"
    )
    retained_y = (0,)

    @property
    def label(self) -> str:
        return "cholesky"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("a", x)
        require(x.ndim == 2, "a.ndim == 2", f"{x.ndim} != 2")
        xp = backend.get_array_module(x)
        wide = x.astype(xp.float32) if x.dtype == xp.float16 else x
        return (xp.linalg.cholesky(wide).astype(x.dtype, copy=False),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        """The rule of Murray 2016 (arXiv:1602.07527), section 3.2, for a symmetric gradient."""
        (y,) = ys
        xp = backend.get_array_module(either.array_of(y))
        size = y.shape[0]
        half_diagonal = xp.tri(size, dtype=y.dtype) - xp.eye(size, dtype=y.dtype) * 0.5
        p = either.matmul(y, gys[0], transa=True) * half_diagonal
        inverted = inverse(y)
        both = either.matmul(inverted, p + either.transpose(p), transa=True)
        return (either.matmul(both, inverted) * 0.5,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def of_symmetric(x: Variable) -> Variable:
            return cholesky(either.matmul(x, x, transb=True) + x.xp.eye(3, dtype=x.dtype))

        return [Example(of_symmetric, (rng.normal(size=(3, 3)),), "a symmetric matrix")]


def cholesky(a: Any) -> Variable:
    """The lower triangular matrix whose product with its own transpose is `a`.

    Args:
        a: variable or array (size, size), float, symmetric and positive definite. Only its lower triangle is read;
            the gradient is that of a symmetric matrix.

    Raises:
        InvalidType: a is no matrix of floats.
        numpy.linalg.LinAlgError: a is not positive definite, or not square.
    """
    return Cholesky().apply((a,))[0]
