"""bias and scale: an array added to or multiplied with some axes of another; linear_interpolate between two."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require_equal, require_float
from ...variable import as_variable
from ..op import Example, Op

__all__ = ["bias", "linear_interpolate", "scale"]


def _aligned(x: Any, y: Any, axis: int) -> Any:
    """y as a variable of the shape of x, its first axis laid on axis `axis` of x.

    Raises:
        InvalidType: the lengths of the axes differ.
    """
    from ..array.broadcast import broadcast_to
    from ..array.reshape import reshape

    x_shape, y_shape = tuple(x.shape), tuple(y.shape)
    behind = len(x_shape) - axis - len(y_shape)
    return broadcast_to(reshape(as_variable(y), (1,) * axis + y_shape + (1,) * behind), x_shape)


def bias(x: Any, y: Any, axis: int = 1) -> Any:
    """x + y, with the first axis of y laid on axis `axis` of x.

    Raises:
        InvalidType: the lengths of the axes differ.
    """
    return as_variable(x) + _aligned(x, y, axis)


def scale(x: Any, y: Any, axis: int = 1) -> Any:
    """x * y, with the first axis of y laid on axis `axis` of x.

    Raises:
        InvalidType: the lengths of the axes differ.
    """
    return as_variable(x) * _aligned(x, y, axis)


class LinearInterpolate(Op):
    """y = p a + (1 - p) b, elementwise."""

    op_name = "linear_interpolate"
    x_roles = ("p", "a", "b")
    y_roles = ("y",)
    formula = "y = p a + (1 - p) b;  gp = gy (a - b);  ga = gy p;  gb = gy (1 - p)"
    retained_x = (0, 1, 2)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        p, a, b = inputs
        require_float("p", p)
        for name, x in (("x", a), ("y", b)):
            require_equal("p.dtype", p.dtype, f"{name}.dtype", x.dtype)
            require_equal("p.shape", p.shape, f"{name}.shape", x.shape)
        return (p * a + (1 - p) * b,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        p, a, b = xs
        (gy,) = gys
        ga = gy * p
        return gy * (a - b) if 0 in wanted else None, ga, gy - ga if 2 in wanted else None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(linear_interpolate, tuple(rng.uniform(size=(3, 2, 3))))]


def linear_interpolate(p: Any, x: Any, y: Any) -> Any:
    """p * x + (1 - p) * y, elementwise.

    Args:
        p, x, y: variables or arrays of one shape and float dtype.

    Raises:
        InvalidType: shapes or dtypes differ.
    """
    return LinearInterpolate().apply((p, x, y))[0]
