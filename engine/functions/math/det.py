"""det and batch_det: determinants of square matrices."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .inv import inverse

__all__ = ["batch_det", "det"]


class BatchDet(Op):
    """y = the determinant of each matrix of x."""

    op_name = "batch_det"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = det x;  gx = gy y x^-T"
    retained_x = (0,)
    retained_y = (0,)

    @property
    def label(self) -> str:
        return "det"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require(x.ndim == 3, "x.ndim == 3", f"{x.ndim} != 3")
        require_equal("x.shape[-1]", x.shape[-1], "x.shape[-2]", x.shape[-2])
        xp = backend.get_array_module(x)
        if x.dtype == xp.float16:  # LAPACK begins at float32
            return (xp.linalg.det(x.astype(xp.float32)).astype(x.dtype),)
        return (xp.linalg.det(x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        (y,) = ys
        inverted = inverse(x)
        scale = either.broadcast_to(either.reshape(gys[0] * y, (x.shape[0], 1, 1)), x.shape)
        return (scale * either.transpose(inverted, (0, 2, 1)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(batch_det, (rng.normal(size=(2, 3, 3)),))]


def batch_det(a: Any) -> Variable:
    """The determinant of each of several matrices.

    Args:
        a: variable or array (n, size, size), float.

    Returns:
        Variable (n,).

    Raises:
        InvalidType: a is of another shape or dtype.
        ValueError: (in the backward walk) a matrix has no inverse, so that the rule doesn't hold.
    """
    return BatchDet().apply((a,))[0]


def det(a: Any) -> Variable:
    """The determinant of one matrix; see `batch_det`.

    Args:
        a: variable or array (size, size), float.

    Returns:
        Variable ().
    """
    a = a if isinstance(a, Variable) else Variable(a, requires_grad=False)
    require(a.ndim == 2, "a.ndim == 2", f"{a.ndim} != 2")
    return either.reshape(batch_det(either.reshape(a, (1, *a.shape))), ())
