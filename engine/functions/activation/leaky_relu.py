"""leaky_relu: x, or a small slope below 0."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from .. import either
from ..op import Example, Op

__all__ = ["leaky_relu"]


class LeakyReLU(Op):
    """y = x where x > 0, else slope * x."""

    op_name = "leaky_relu"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x where x > 0, else slope x;  gx = gy where x > 0, else slope gy"
    retained_x = (0,)

    def __init__(self, slope: float = 0.2) -> None:
        self.slope = slope

    def attributes(self) -> dict[str, Any]:
        return {"slope": self.slope}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).where(x > 0, x, x * self.slope),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, (gy,) = either.array_of(xs[0]), gys
        return (either.where(x > 0, gy, gy * self.slope),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.choice([-1, 1], size=(2, 3)) * (0.5 + rng.uniform(size=(2, 3)))
        return [Example(lambda x: leaky_relu(x, 0.3), (x,))]


def leaky_relu(x: Any, slope: float = 0.2) -> Any:
    """x where it is positive, else slope * x.

    Args:
        x: variable or array, float, any shape.
        slope: the slope below 0.
    """
    return LeakyReLU(slope).apply((x,))[0]
