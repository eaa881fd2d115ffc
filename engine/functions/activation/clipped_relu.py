"""clipped_relu and relu6: x between 0 and a bound."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from .. import either
from ..op import Example, Op

__all__ = ["clipped_relu", "relu6"]


class ClippedReLU(Op):
    """y = min(max(0, x), z)."""

    op_name = "clipped_relu"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = min(max(0, x), z);  gx = gy where 0 < x < z, else 0"
    retained_x = (0,)
    kept_as = {"z": "cap"}

    def __init__(self, z: float) -> None:
        if not isinstance(z, float):
            raise TypeError(f"clipped_relu: z must be a float, not {z!r}")
        if z <= 0:
            raise AssertionError(f"clipped_relu: z must be positive, not {z}")
        self.cap = z

    def attributes(self) -> dict[str, Any]:
        return {"z": self.cap}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).clip(x, 0, self.cap),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x = either.array_of(xs[0])
        return (either.masked(gys[0], (x > 0) & (x < self.cap)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: clipped_relu(x, 1.0), (rng.permutation(6).reshape(2, 3) * 0.6 - 1.3,))]


def clipped_relu(x: Any, z: float = 20.0) -> Any:
    """x, but at least 0 and at most z.

    Args:
        x: variable or array, float, any shape.
        z: > 0, the upper bound.

    Raises:
        TypeError: z is no float.
        AssertionError: z is not positive.
    """
    return ClippedReLU(z).apply((x,))[0]


def relu6(x: Any) -> Any:
    """x, but at least 0 and at most 6."""
    return clipped_relu(x, z=6.0)
