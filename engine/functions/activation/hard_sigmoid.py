"""hard_sigmoid: a sigmoid of three straight lines."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from .. import either
from ..op import Example, Op

__all__ = ["hard_sigmoid"]


class HardSigmoid(Op):
    """y = 0.2 x + 0.5, but between 0 and 1."""

    op_name = "hard_sigmoid"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = min(max(0, 0.2 x + 0.5), 1);  gx = 0.2 gy where -2.5 < x < 2.5, else 0"
    retained_x = (0,)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (backend.get_array_module(x).clip(x * 0.2 + 0.5, 0, 1),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x = either.array_of(xs[0])
        return (either.masked(gys[0], (x > -2.5) & (x < 2.5)) * 0.2,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(hard_sigmoid, (rng.permutation(6).reshape(2, 3) * 1.5 - 3.6,))]


def hard_sigmoid(x: Any) -> Any:
    """0.2 x + 0.5, but at least 0 and at most 1.

    Args:
        x: variable or array, float, any shape.
    """
    return HardSigmoid().apply((x,))[0]
