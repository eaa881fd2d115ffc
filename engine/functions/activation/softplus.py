"""softplus: a smooth relu."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from ...variable import Variable
from ..math.mul import mul
from ..op import Example, Op
from .sigmoid import sigmoid

__all__ = ["softplus"]


class Softplus(Op):
    """y = log(1 + e^(beta x)) / beta."""

    op_name = "softplus"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = log(1 + e^(beta x)) / beta;  gx = gy * sigmoid(beta x)"
    retained_x = (0,)

    def __init__(self, beta: float = 1.0) -> None:
        self.beta = float(beta)

    def attributes(self) -> dict[str, Any]:
        return {"beta": self.beta}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        xp = backend.get_array_module(x)
        scaled = x * self.beta
        return ((xp.maximum(scaled, 0) + xp.log1p(xp.exp(-abs(scaled)))) * (1 / self.beta),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,), (gy,) = xs, gys
        if isinstance(x, Variable):
            return (gy * sigmoid(mul(x, self.beta)),)
        return (gy * (backend.get_array_module(x).tanh(x * (self.beta / 2)) * 0.5 + 0.5),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3))
        return [Example(softplus, (x,)), Example(lambda x: softplus(x, 2.0), (x,), "beta")]


def softplus(x: Any, beta: float = 1.0) -> Any:
    """log(1 + e^(beta x)) / beta, elementwise.

    Args:
        x: variable or array, float, any shape.
        beta: how sharp the bend is.
    """
    return Softplus(beta).apply((x,))[0]
