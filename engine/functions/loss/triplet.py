"""triplet: an anchor shall be nearer to the positive than to the negative."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_equal, require_float
from .. import either
from ..op import Example, Op
from .checks import require_choice

__all__ = ["triplet"]


class Triplet(Op):
    """y = max(0, |a - p|^2 - |a - q|^2 + margin), the mean over the triplets."""

    op_name = "triplet"
    x_roles = ("a", "p", "q")
    y_roles = ("y",)
    formula = (
        "y = mean of max(0, |a - p|^2 - |a - q|^2 + margin);  "
        "where that is > 0:  ga = gy 2 (q - p) / n;  gp = gy 2 (p - a) / n;  gq = gy 2 (a - q) / n"
    )
    retained_x = (0, 1, 2)

    def __init__(self, margin: float, reduce: str = "mean") -> None:
        if margin <= 0:
            raise ValueError("margin should be positive value.")
        require_choice(reduce)
        self.margin = margin
        self.reduce = reduce

    def attributes(self) -> dict[str, Any]:
        return {"margin": self.margin, "reduce": self.reduce}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, p, q = inputs
        for name, x in (("anchor", a), ("positive", p), ("negative", q)):
            require_float(name, x)
            require_equal("anchor.dtype", a.dtype, f"{name}.dtype", x.dtype)
            require_equal("anchor.shape", a.shape, f"{name}.shape", x.shape)
        xp = backend.get_array_module(a)
        near, far = a - p, a - q
        loss = xp.maximum((near * near - far * far).sum(axis=1) + self.margin, 0)
        self.counts = xp.expand_dims(loss > 0, 1).astype(a.dtype)
        if self.reduce == "mean":
            loss = (loss.sum() / len(a)).astype(a.dtype)
        return (loss,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        a, p, q = xs
        (gy,) = gys
        if self.reduce == "mean":
            gy = gy * (2.0 / a.shape[0])
        else:
            gy = either.reshape(gy, (a.shape[0], 1, *a.shape[2:])) * 2
        weight = either.broadcast_to(gy, self.counts.shape) * self.counts
        weight = either.broadcast_to(weight, a.shape)
        return weight * (q - p), weight * (p - a), weight * (a - q)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        xs = rng.normal(size=(3, 4, 2))
        return [
            Example(triplet, tuple(xs)),
            Example(lambda a, p, q: triplet(a, p, q, 0.5, "no"), tuple(xs), "one loss a triplet"),
        ]


def triplet(anchor: Any, positive: Any, negative: Any, margin: float = 0.2, reduce: str = "mean") -> Any:
    """The triplet loss of vectors.

    Args:
        anchor, positive, negative: variables or arrays (n, length), of one float dtype.
        margin: > 0; by how much the negative shall be farther than the positive, in squared distance.
        reduce: `mean` gives one number, `no` one loss a triplet.

    Raises:
        InvalidType: shapes or dtypes differ.
        ValueError: margin is not positive, or reduce is neither.

    Reference: Schroff, Kalenichenko, Philbin 2015.
    """
    return Triplet(margin, reduce).apply((anchor, positive, negative))[0]
