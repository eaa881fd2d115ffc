"""inv and batch_inv: inverses of square matrices."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op

__all__ = ["batch_inv", "inv", "inverse"]


class _Inverse(Op):
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x^-1;  gx = -y^T gy y^T"
    retained_y = (0,)
    ndim = 2

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("a", x)
        require(x.ndim == self.ndim, f"a.ndim == {self.ndim}", f"{x.ndim} != {self.ndim}")
        first = self.ndim - 2
        require_equal(f"a.shape[{first}]", x.shape[-2], f"a.shape[{first + 1}]", x.shape[-1])
        return (inverse(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (y,) = ys
        return (-either.matmul(either.matmul(y, gys[0], transa=True), y, transb=True),)


class Inv(_Inverse):
    """y = the inverse of x, a matrix."""

    op_name = "inv"

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(inv, (rng.normal(size=(3, 3)),))]


class BatchInv(_Inverse):
    """y = the inverse of each matrix of x."""

    op_name = "batch_inv"
    ndim = 3

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(batch_inv, (rng.normal(size=(2, 3, 3)),))]


def inverse(x: Any) -> Any:
    """The inverse of one matrix or of several: by the op on a variable, by LAPACK on an array.

    Raises:
        ValueError: there is a matrix without an inverse (on a GPU it comes out as infinities, without a word).
    """
    if isinstance(x, Variable):
        return inv(x) if x.ndim == 2 else batch_inv(x)
    xp = backend.get_array_module(x)
    wide = x.astype(xp.float32) if x.dtype == xp.float16 else x
    try:
        return xp.linalg.inv(wide).astype(x.dtype, copy=False)
    except ValueError as error:  # NumPy's LinAlgError is one
        raise ValueError(f"Input has singular matrices: {error}, so there is no inverse") from error


def inv(a: Any) -> Variable:
    """The inverse of a matrix.

    Args:
        a: variable or array (size, size), float.

    Raises:
        InvalidType: a is of another shape or dtype.
        ValueError: there is no inverse.
    """
    return Inv().apply((a,))[0]


def batch_inv(a: Any) -> Variable:
    """The inverse of each of several matrices; see `inv`.

    Args:
        a: variable or array (n, size, size), float.
    """
    return BatchInv().apply((a,))[0]
