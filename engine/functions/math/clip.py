"""clip: elements held between two bounds."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from .. import either
from ..op import Example, Op

__all__ = ["clip"]


class Clip(Op):
    """y = x, but at least low and at most high."""

    op_name = "clip"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = min(max(x, low), high);  gx = gy where low <= x <= high, else 0"
    retained_x = (0,)

    def __init__(self, x_min: float | None, x_max: float | None) -> None:
        if x_min is None and x_max is None:
            raise ValueError("clip: x_min and x_max can't both be None")
        if x_min is not None and x_max is not None and x_min >= x_max:
            raise ValueError(f"clip: x_min must be less than x_max, but {x_min} >= {x_max}")
        self.x_min = x_min
        self.x_max = x_max

    def attributes(self) -> dict[str, Any]:
        return {"low": self.x_min, "high": self.x_max}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).clip(x, self.x_min, self.x_max),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x = either.array_of(xs[0])
        inside = x == x
        if self.x_min is not None:
            inside = inside & (x >= self.x_min)
        if self.x_max is not None:
            inside = inside & (x <= self.x_max)
        return (either.masked(gys[0], inside),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.permutation(6).reshape(2, 3) - 2.5
        return [
            Example(lambda x: clip(x, -2, 1.25), (x,)),
            Example(lambda x: clip(x, None, 1.25), (x,), "only from above"),
        ]


def clip(x: Any, x_min: float | None, x_max: float | None) -> Any:
    """x, with what is outside of `x_min` .. `x_max` moved to the bounds.

    Args:
        x: variable or array, float, any shape.
        x_min, x_max: numbers; one of them may be None.

    Raises:
        ValueError: both are None, or x_min is not less than x_max.
    """
    return Clip(x_min, x_max).apply((x,))[0]
