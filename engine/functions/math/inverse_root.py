"""C^(-1/2) of symmetric matrices, and the equation that its derivative solves; for ops that whiten, not public."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...variable import Variable
from .. import either
from ..op import Example, Op

__all__ = ["inverse_root", "sylvester"]


class InverseRoot(Op):
    """y y x = 1 for each symmetric, positive definite matrix x: y is x^(-1/2)."""

    op_name = "inverse_root"
    x_roles = ("x",)
    symmetric_x = (0,)
    y_roles = ("y",)
    formula = "y y x = 1;  gx solves y gx + gx y = -y^2 gy y^2"
    retained_y = (0,)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (inverse_root(inputs[0]),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (y,) = ys
        return (inverse_root_gradient(y, gys[0]),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def of_symmetric(x: Variable) -> Variable:
            return inverse_root(either.matmul(x, x, transb=True) + x.xp.eye(3, dtype=x.dtype))

        return [Example(of_symmetric, (rng.normal(size=(2, 3, 3)),), "symmetric matrices")]


class Sylvester(Op):
    """The y with a y + y a = x, for each symmetric, positive definite matrix a."""

    op_name = "sylvester"
    x_roles = ("a", "x")
    symmetric_x = (0,)
    y_roles = ("y",)
    formula = "a y + y a = x;  gx solves a gx + gx a = gy;  ga = -(gx y^T + y^T gx)"
    retained_x = (0,)
    retained_y = (0,)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (sylvester(*inputs),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (a,) = xs
        (y,) = ys
        gx = sylvester(a, gys[0])
        return -(either.matmul(gx, y, transb=True) + either.matmul(y, gx, transa=True)), gx

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def of_symmetric(a: Variable, x: Variable) -> Variable:
            return sylvester(either.matmul(a, a, transb=True) + a.xp.eye(3, dtype=a.dtype), x)

        return [Example(of_symmetric, (rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 3, 3))))]


def inverse_root(x: Any) -> Any:
    """x^(-1/2) of symmetric, positive definite matrices (n, size, size), a variable or an array."""
    if isinstance(x, Variable):
        return InverseRoot().apply((x,))[0]
    xp = backend.get_array_module(x)
    values, vectors = xp.linalg.eigh(_wide(x))
    return xp.matmul(vectors / xp.sqrt(values)[:, None], vectors.swapaxes(1, 2)).astype(x.dtype, copy=False)


def inverse_root_gradient(y: Any, gy: Any) -> Any:
    """The gradient of x for y = x^(-1/2)."""
    squared = either.matmul(y, y)
    return sylvester(y, -either.matmul(either.matmul(squared, gy), squared))


def sylvester(a: Any, x: Any) -> Any:
    """The y with a y + y a = x, for symmetric, positive definite a; both (n, size, size)."""
    if isinstance(a, Variable) or isinstance(x, Variable):
        return Sylvester().apply((a, x))[0]
    xp = backend.get_array_module(a)
    values, vectors = xp.linalg.eigh(_wide(a))
    turned = xp.matmul(xp.matmul(vectors.swapaxes(1, 2), x), vectors)
    turned = turned / (values[:, :, None] + values[:, None, :])
    return xp.matmul(xp.matmul(vectors, turned), vectors.swapaxes(1, 2)).astype(x.dtype, copy=False)


def _wide(x: Any) -> Any:
    """LAPACK begins at float32."""
    xp = backend.get_array_module(x)
    return x.astype(xp.float32) if x.dtype == xp.float16 else x
