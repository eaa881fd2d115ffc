"""rrelu: x, or below 0 a slope that is drawn for each element while training."""

from __future__ import annotations

from typing import Any

from ... import backend, events
from ...configuration import config
from ...utils.arguments import TRAIN_REMOVED, parse_kwargs
from ...utils.random_state import snapshot
from ...utils.type_check import require_equal, require_float
from .. import either
from ..op import Example, Op

__all__ = ["rrelu"]


class RReLU(Op):
    """y = x where x >= 0, else r x, with r drawn from low .. high, or their mean in evaluation."""

    op_name = "rrelu"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x where x >= 0, else r x, r drawn from l .. u;  gx = gy where x >= 0, else r gy"
    retained_x = (0,)

    kept_as = {"lower": "low", "upper": "high"}

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, r: Any = None) -> None:
        if not 0 <= lower < upper < 1:
            raise ValueError(f"rrelu: 0 <= l < u < 1 must hold, but l is {lower} and u is {upper}")
        self.low = lower
        self.high = upper
        self.r = r

    def attributes(self) -> dict[str, Any]:
        return {"l": self.low, "u": self.high}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        xp = backend.get_array_module(x)
        if not config.train:
            self.r = xp.full(x.shape, (self.low + self.high) / 2, x.dtype)
        elif self.r is None:
            if events.observers:
                self.random_state = snapshot(xp)
            self.r = xp.random.uniform(self.low, self.high, x.shape).astype(x.dtype, copy=False)
        else:
            require_equal("r.shape", self.r.shape, "x.shape", x.shape)
        return (xp.where(x >= 0, x, x * self.r),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x = either.array_of(xs[0])
        return (either.where(x >= 0, gys[0], gys[0] * self.r),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.choice([-1, 1], size=(2, 3)) * rng.uniform(0.5, 1, size=(2, 3))
        r = rng.uniform(0.1, 0.3, size=(2, 3))
        return [Example(lambda x: rrelu(x, r=x.xp.asarray(r.astype(x.dtype))), (x,))]


def rrelu(x: Any, l: float = 1.0 / 8, u: float = 1.0 / 3, **kwargs: Any) -> Any:
    """x where it is not negative, else r * x; r is drawn while training, and (l + u) / 2 in evaluation.

    Args:
        x: variable or array, float, any shape.
        l, u: the bounds of r, 0 <= l < u < 1.
        r: array of the shape of x to use instead of random slopes.
        return_r: give r, too.

    Returns:
        Variable, or the pair (variable, r).

    Raises:
        ValueError: the bounds are no such range.

    Reference: Xu et al. 2015.
    """
    r, return_r = parse_kwargs(kwargs, ("r", None), ("return_r", False), train=TRAIN_REMOVED)
    op = RReLU(l, u, r)
    (y,) = op.apply((x,))
    return (y, op.r) if return_r else y
