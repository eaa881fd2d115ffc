"""prelu: x, or below 0 a slope that is learned."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_equal, require_float
from .. import either
from ..op import Example, Op

__all__ = ["prelu"]


class PReLUFunction(Op):
    """y = x where x >= 0, else W x, with W laid on the axes of x from the second on."""

    op_name = "prelu"
    x_roles = ("x", "W")
    y_roles = ("y",)
    formula = (
        "y = x where x >= 0, else W x;  gx = gy where x >= 0, else W gy;  "
        "gW = gy x where x < 0, else 0, summed where W is shared"
    )
    retained_x = (0, 1)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, slope = inputs
        require_float("x", x)
        require_equal("x.dtype", x.dtype, "W.dtype", slope.dtype)
        require_equal("W.shape", slope.shape, "x.shape[1:]", x.shape[1 : 1 + slope.ndim])
        slope = slope.reshape((1, *slope.shape, *(1,) * (x.ndim - 1 - slope.ndim)))
        return (backend.get_array_module(x).where(x >= 0, x, x * slope),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, slope = xs
        (gy,) = gys
        aligned = (1, *slope.shape, *(1,) * (len(x.shape) - 1 - len(slope.shape)))
        below = either.array_of(x) < 0
        wide = either.broadcast_to(either.reshape(slope, aligned), x.shape)
        gx = either.where(below, wide * gy, gy) if 0 in wanted else None
        if 1 not in wanted:
            return gx, None
        return gx, either.reshape(either.sum_to(either.masked(x * gy, below), aligned), slope.shape)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.choice([-1, 1], size=(2, 3, 2)) * rng.uniform(0.5, 1, size=(2, 3, 2))
        return [
            Example(prelu, (x, rng.uniform(size=3))),
            Example(prelu, (x, rng.uniform(size=(3, 2))), "a slope an element"),
        ]


def prelu(x: Any, W: Any) -> Any:
    """x where it is not negative, else W * x.

    Args:
        x: variable or array (n, ...), float.
        W: variable or array of the same dtype; its axes are those of x from the second on.

    Raises:
        InvalidType: shapes or dtypes don't fit.

    Reference: He et al. 2015.
    """
    return PReLUFunction().apply((x, W))[0]
