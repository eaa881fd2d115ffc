"""contrastive: pairs of one kind are pulled together, pairs of two kinds pushed apart."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal
from .. import either
from ..op import Example, Op
from .checks import require_choice, require_labels, require_pair

__all__ = ["contrastive"]


class Contrastive(Op):
    """y = (t d^2 + (1 - t) max(margin - d, 0)^2) / 2, for the distance d of a and b; the mean over the pairs."""

    op_name = "contrastive"
    x_roles = ("a", "b", "t")
    y_roles = ("y",)
    formula = (
        "d = |a - b|;  y = mean of (t d^2 + (1 - t) max(margin - d, 0)^2) / 2;  "
        "ga = gy / n * (a - b) where t = 1, gy / n * (b - a) max(margin - d, 0) / d where t = 0;  gb = -ga"
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
        a, b, t = inputs
        require_pair(a, b)
        require_labels(t)
        require(a.ndim == 2, "x0.ndim == 2", f"{a.ndim} != 2")
        require_equal("y.shape", t.shape, "x0.shape[:1]", a.shape[:1])
        xp = backend.get_array_module(a, b, t)
        difference = a - b
        square = (difference * difference).sum(axis=1)
        gap = xp.maximum(self.margin - xp.sqrt(square), 0)
        loss = (t * square + (1 - t) * (gap * gap)) * 0.5
        if self.reduce == "mean":
            loss = loss.sum() / len(a)
        return (loss.astype(a.dtype),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        a, b, t = xs
        (gy,) = gys
        t = either.array_of(t).reshape(-1, 1).astype(a.dtype)
        difference = a - b
        square = either.sum(difference * difference, 1, True)
        apart = either.array_of(square) > 0  # the distance has no slope at 0; there the pair isn't pushed
        d = either.sqrt(square + (~apart).astype(a.dtype))
        gap = self.margin - d
        push = either.masked(gap, either.array_of(gap) > 0) / d
        gy = gy * (1.0 / a.shape[0]) if self.reduce == "mean" else either.reshape(gy, (a.shape[0], 1))
        ga = (
            either.broadcast_to(either.broadcast_to(gy, t.shape) * (t - (1 - t) * push), a.shape) * difference
        )
        return ga, -ga if 1 in wanted else None, None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a, b = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
        b[3] = a[3] + 0.1
        t = rng.permutation([0, 0, 1, 0])

        def loss(a: Any, b: Any, **kwargs: Any) -> Any:
            return contrastive(a, b, a.xp.asarray(t), **kwargs)

        return [
            Example(lambda a, b: loss(a, b, margin=3), (a, b)),
            Example(lambda a, b: loss(a, b, reduce="no"), (a, b), "one loss a pair"),
        ]


def contrastive(x0: Any, x1: Any, y: Any, margin: float = 1, reduce: str = "mean") -> Any:
    """The contrastive loss of pairs of vectors.

    Args:
        x0, x1: variables or arrays (n, length), of one float dtype.
        y: integers (n,): 1 for pairs of one kind, 0 for pairs of two kinds.
        margin: > 0; how far pairs of two kinds are pushed apart.
        reduce: `mean` gives one number, `no` one loss a pair.

    Raises:
        InvalidType: shapes or dtypes don't fit.
        ValueError: margin is not positive, or reduce is neither.

    Reference: Hadsell, Chopra, LeCun 2006.
    """
    return Contrastive(margin, reduce).apply((x0, x1, y))[0]
