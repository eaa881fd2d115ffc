"""huber_loss: squared near 0, linear far from it."""

from __future__ import annotations

from typing import Any

from ... import backend
from .. import either
from ..op import Example, Op
from .checks import require_pair

__all__ = ["huber_loss"]


class HuberLoss(Op):
    """y = d^2 / 2 where |d| <= c, else c (|d| - c / 2), for d = x - t and a threshold c; summed over axis 1."""

    op_name = "huber_loss"
    x_roles = ("x", "t")
    y_roles = ("y",)
    formula = (
        "y = sum along axis 1 of (x-t)^2 / 2 where |x-t| <= c, else of c (|x-t| - c/2), for c = the threshold;  "
        "gx = gy * (x - t clipped to -c .. c);  gt = -gx"
    )
    retained_x = (0, 1)

    def __init__(self, delta: float, reduce: str = "sum_along_second_axis") -> None:
        if reduce not in ("sum_along_second_axis", "no"):
            raise ValueError(
                f"Only 'sum_along_second_axis' and 'no' are valid for 'reduce', but {reduce!r} is given"
            )
        self.delta = delta
        self.reduce = reduce

    def attributes(self) -> dict[str, Any]:
        return {"delta": self.delta, "reduce": self.reduce}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, t = inputs
        require_pair(x, t)
        xp = backend.get_array_module(x, t)
        difference = x - t
        size = abs(difference)
        y = xp.where(
            size <= self.delta, difference * difference * 0.5, (size - 0.5 * self.delta) * self.delta
        )
        return (y.sum(axis=1) if self.reduce != "no" else y,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, t = xs
        (gy,) = gys
        difference = x - t
        d = either.array_of(difference)
        xp = backend.get_array_module(d)
        near = abs(d) <= self.delta
        slope = either.where(near, difference, xp.sign(d) * self.delta)
        if self.reduce != "no":
            gy = either.broadcast_to(either.reshape(gy, (gy.shape[0], 1, *gy.shape[1:])), x.shape)
        gx = gy * slope
        return gx, -gx if 1 in wanted else None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 4))
        t = x + rng.permutation([-1.5, -0.4, 0.3, 2.0])
        return [
            Example(lambda x, t: huber_loss(x, t, 0.7), (x, t)),
            Example(lambda x, t: huber_loss(x, t, 1.0, "no"), (x, t), "one loss an element"),
        ]


def huber_loss(x: Any, t: Any, delta: float, reduce: str = "sum_along_second_axis") -> Any:
    """A loss that outliers can't dominate: quadratic up to `delta`, then linear.

    Args:
        x, t: variables or arrays of one shape and float dtype.
        delta: where the two parts meet.
        reduce: `sum_along_second_axis`, or `no` for one loss an element.

    Raises:
        InvalidType: shape or dtype differ.
        ValueError: reduce is neither.

    Reference: Huber 1964.
    """
    return HuberLoss(delta, reduce).apply((x, t))[0]
