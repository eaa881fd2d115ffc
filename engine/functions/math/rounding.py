"""floor, ceil, fix and sign: steps, whose slope is 0; and fmod, the remainder."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.type_check import require_equal, require_float
from ...variable import as_array, as_variable
from .. import either
from ..op import Example, Op
from .operands import broadcast_error

__all__ = ["ceil", "fix", "floor", "fmod", "sign"]


def _without_gradient(name: str, x: Any) -> Any:
    x = as_array(x)
    xp = backend.get_array_module(x)
    return as_variable(xp.asarray(getattr(xp, name)(x)))


def floor(x: Any) -> Any:
    """The next integer below x, elementwise; outside of the graph, as its slope is 0."""
    return _without_gradient("floor", x)


def ceil(x: Any) -> Any:
    """The next integer above x, elementwise; outside of the graph, as its slope is 0."""
    return _without_gradient("ceil", x)


def fix(x: Any) -> Any:
    """The next integer towards 0, elementwise; outside of the graph, as its slope is 0."""
    return _without_gradient("trunc", x)


def sign(x: Any) -> Any:
    """-1, 0 or 1, elementwise; outside of the graph, as its slope is 0."""
    return _without_gradient("sign", x)


class Fmod(Op):
    """y = a - b trunc(a / b): what remains of a, with the sign of a."""

    op_name = "fmod"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = a - b trunc(a / b);  ga = gy;  gb = -gy * trunc(a / b), summed where stretched"
    retained_x = (0, 1)

    @property
    def label(self) -> str:
        return "fmod"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        require_float("x", a)
        require_float("divisor", b)
        require_equal("x.dtype", a.dtype, "divisor.dtype", b.dtype)
        try:
            return (backend.get_array_module(a, b).fmod(a, b),)
        except ValueError:
            raise broadcast_error(a, b) from None

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        a, b = either.array_of(xs[0]), either.array_of(xs[1])
        (gy,) = gys
        times = backend.get_array_module(a).trunc(a / b)
        return either.sum_to(gy, a.shape), either.sum_to(gy * -times, b.shape)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        b = rng.uniform(1, 1.2, size=(2, 3))
        a = b * (rng.integers(-3, 3, size=(2, 3)) + 0.5)
        return [Example(fmod, (a, b)), Example(fmod, (a[0] * numpy.ones((2, 1)), b[0]), "stretched")]


def fmod(x: Any, divisor: Any) -> Any:
    """What remains when x is divided by `divisor`, elementwise, with the sign of x.

    Args:
        x, divisor: variables or arrays of one float dtype; shapes are broadcast.

    Raises:
        InvalidType: the dtypes differ, or the shapes can't be broadcast together.
    """
    return Fmod().apply((x, divisor))[0]
