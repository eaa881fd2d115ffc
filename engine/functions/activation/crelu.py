"""crelu: what is positive beside what is negative; maxout: the largest of each group of channels."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_float
from ...variable import as_variable
from .. import either
from ..op import Example, Op

__all__ = ["crelu", "maxout"]


class CReLU(Op):
    """y = max(0, x) and max(0, -x) behind each other along an axis."""

    op_name = "crelu"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = (
        "y = max(0, x) and max(0, -x);  gx = gy of the first where x > 0, minus gy of the second where x < 0"
    )
    retained_x = (0,)

    def __init__(self, axis: int = 1) -> None:
        if not isinstance(axis, int):
            raise TypeError("axis must be an integer value")
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require(-x.ndim <= self.axis < x.ndim, f"x.ndim > {self.axis}", f"x.ndim is {x.ndim}")
        xp = backend.get_array_module(x)
        return (xp.concatenate((xp.maximum(x, 0), xp.maximum(-x, 0)), axis=self.axis),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x = either.array_of(xs[0])
        (gy,) = gys
        axis, half = self.axis % x.ndim, x.shape[self.axis]
        before = (slice(None),) * axis
        positive, negative = gy[(*before, slice(half))], gy[(*before, slice(half, None))]
        return (either.masked(positive, x > 0) - either.masked(negative, x < 0),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.choice([-1, 1], size=(2, 3)) * rng.uniform(0.5, 1, size=(2, 3))
        return [Example(crelu, (x,)), Example(lambda x: crelu(x, axis=-2), (x,), "axis")]


def crelu(x: Any, axis: int = 1) -> Any:
    """relu(x) and relu(-x), concatenated along `axis`.

    Args:
        x: variable or array, float.
        axis: where the result is twice as long.

    Raises:
        InvalidType: x has no such axis.
        TypeError: axis is no int.

    Reference: Shang et al. 2016.
    """
    return CReLU(axis).apply((x,))[0]


def maxout(x: Any, pool_size: int, axis: int = 1) -> Any:
    """The largest of every `pool_size` channels.

    Args:
        x: variable or array, float.
        pool_size: > 0; how many channels, each beside the next, become one.
        axis: the axis of the channels.

    Raises:
        InvalidType: the channels can't be divided into such groups.
        ValueError: pool_size is not positive.

    Reference: Goodfellow et al. 2013.
    """
    from ..array.reshape import reshape
    from ..math.minmax import max

    x = as_variable(x)
    if pool_size <= 0:
        raise ValueError("pool_size must be a positive integer.")
    length = x.shape[axis]
    require(length % pool_size == 0, f"x.shape[axis] % {pool_size} == 0", f"x.shape[axis] is {length}")
    axis %= x.ndim
    return max(
        reshape(x, (*x.shape[:axis], length // pool_size, pool_size, *x.shape[axis + 1 :])), axis=axis + 1
    )
