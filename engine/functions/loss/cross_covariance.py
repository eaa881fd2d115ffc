"""cross_covariance and decov: losses that make hidden units vary independently."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .checks import require_choice

__all__ = ["cross_covariance", "decov"]

_CHOICES = ("half_squared_sum", "no")


class CrossCovariance(Op):
    """C = the covariances of the columns of a with those of b; y = the sum of C^2 / 2, or C itself."""

    op_name = "cross_covariance"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = (
        "C = (a - mean a)^T (b - mean b) / n;  y = sum of C^2 / 2, gC = gy C;  or y = C, gC = gy;  "
        "ga = (b - mean b) gC^T / n;  gb = (a - mean a) gC / n"
    )
    retained_x = (0, 1)

    def __init__(self, reduce: str = "half_squared_sum") -> None:
        require_choice(reduce, _CHOICES)
        self.reduce = reduce

    def attributes(self) -> dict[str, Any]:
        return {"reduce": self.reduce}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        require_float("y", a)
        require_equal("y.dtype", a.dtype, "z.dtype", b.dtype)
        require_equal("y.ndim", a.ndim, "2", 2)
        require_equal("z.ndim", b.ndim, "2", 2)
        require_equal("y.shape[0]", a.shape[0], "z.shape[0]", b.shape[0])
        covariance = _covariance(centred(a), centred(b))
        if self.reduce == "no":
            return (covariance,)
        return (((covariance * covariance).sum() * 0.5).astype(a.dtype),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        a, b = map(centred, xs)
        gc = gys[0]
        if self.reduce != "no":
            c = _covariance(a, b)
            gc = either.broadcast_to(gc, c.shape) * c
        n = a.shape[0]
        ga = either.matmul(b, gc, transb=True) * (1.0 / n)
        gb = either.matmul(a, gc) * (1.0 / n)
        return ga, gb

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a, b = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
        return [
            Example(cross_covariance, (a, b)),
            Example(lambda a, b: cross_covariance(a, b, "no"), (a, b), "the matrix"),
        ]


class DeCov(Op):
    """C = the covariances of different columns of x; y = the sum of C^2 / 2, or C itself."""

    op_name = "decov"
    called = True
    x_roles = ("x",)
    y_roles = ("y",)
    formula = (
        "C = (x - mean x)^T (x - mean x) / n, with 0 on the diagonal;  y = sum of C^2 / 2, gC = gy C;  "
        "or y = C, gC = gy;  gx = (x - mean x) (gC + gC^T) / n"
    )
    retained_x = (0,)

    def __init__(self, reduce: str = "half_squared_sum") -> None:
        require_choice(reduce, _CHOICES)
        self.reduce = reduce

    def attributes(self) -> dict[str, Any]:
        return {"reduce": self.reduce}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("h", x)
        require_equal("h.ndim", x.ndim, "2", 2)
        self.off_diagonal = 1 - backend.get_array_module(x).eye(x.shape[1], dtype=x.dtype)
        self.h = centred(x)
        self.covariance = _covariance(self.h, self.h) * self.off_diagonal
        if self.reduce == "no":
            return (self.covariance.copy(),)
        return (((self.covariance * self.covariance).sum() * 0.5).astype(x.dtype),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gc,) = gys
        h, c = self.h, self.covariance
        if isinstance(xs[0], Variable):
            h = centred(xs[0])
            c = _covariance(h, h) * self.off_diagonal
        gc = gc * self.off_diagonal if self.reduce == "no" else either.broadcast_to(gc, c.shape) * c
        return (either.matmul(h, gc + either.transpose(gc)) * (1.0 / h.shape[0]),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(4, 3))
        return [Example(decov, (x,)), Example(lambda x: decov(x, "no"), (x,), "the matrix")]


def centred(x: Any) -> Any:
    """x minus the mean of each column; arrays and variables alike."""
    return x - either.broadcast_to(either.sum(x, 0, True) * (1.0 / max(x.shape[0], 1)), x.shape)


def _covariance(a: Any, b: Any) -> Any:
    return either.matmul(a, b, transa=True) * (1.0 / a.shape[0])


def cross_covariance(y: Any, z: Any, reduce: str = "half_squared_sum") -> Any:
    """How much the columns of y and z vary together.

    Args:
        y: variable or array (n, a), float.
        z: variable or array (n, b), of the same dtype.
        reduce: `half_squared_sum` gives one number, `no` the matrix (a, b) of covariances.

    Raises:
        InvalidType: shapes or dtypes don't fit.
        ValueError: reduce is neither.

    Reference: Cheung et al. 2014.
    """
    return CrossCovariance(reduce).apply((y, z))[0]


def decov(h: Any, reduce: str = "half_squared_sum") -> Any:
    """How much the columns of h vary together with each other.

    Args:
        h: variable or array (n, length), float.
        reduce: `half_squared_sum` gives one number, `no` the matrix of covariances with a diagonal of 0.

    Raises:
        InvalidType: h is no matrix of floats.
        ValueError: reduce is neither.

    Reference: Cogswell et al. 2015.
    """
    return DeCov(reduce).apply((h,))[0]
