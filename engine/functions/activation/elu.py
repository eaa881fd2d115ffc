"""elu and selu: x above 0, an exponential towards a constant below."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_float
from .. import either
from ..op import Example, Op

__all__ = ["elu", "selu"]


class ELU(Op):
    """y = x where x > 0, else alpha (e^x - 1)."""

    op_name = "elu"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x where x > 0, else alpha (e^x - 1);  gx = gy alpha e^x where x <= 0, else gy"
    retained_x = (0,)

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = float(alpha)

    def attributes(self) -> dict[str, Any]:
        return {"alpha": self.alpha}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        xp = backend.get_array_module(x)
        return (xp.where(x > 0, x, xp.expm1(xp.minimum(x, 0)) * self.alpha),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,), (gy,) = xs, gys
        below = either.array_of(x) <= 0
        # e^x is taken there only, where it can't overflow.
        return (either.where(below, gy * either.exp(either.masked(x, below)) * self.alpha, gy),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.choice([-1, 1], size=(2, 3)) * rng.uniform(0.5, 2, size=(2, 3))
        return [Example(lambda x: elu(x, 1.3), (x,))]


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, else alpha * (e^x - 1).

    Args:
        x: variable or array, float, any shape.
        alpha: minus the value far below 0.

    Reference: Clevert, Unterthiner, Hochreiter 2015.
    """
    return ELU(alpha).apply((x,))[0]


def selu(x: Any, alpha: float = 1.6732632423543772, scale: float = 1.0507009873554805) -> Any:
    """scale * elu(x, alpha), whose defaults keep mean 0 and variance 1 from layer to layer.

    Reference: Klambauer et al. 2017.
    """
    return scale * elu(x, alpha=alpha)
