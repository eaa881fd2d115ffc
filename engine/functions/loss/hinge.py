"""hinge: the loss of a support vector machine, one against the rest."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.type_check import require_equal, require_float
from .. import either
from ..op import Example, Op
from .checks import require_choice, require_labels

__all__ = ["hinge"]


class Hinge(Op):
    """y = max(0, 1 - s x), with s = 1 for the right class and -1 for the others; its sum (of squares) / n."""

    op_name = "hinge"
    called = True
    x_roles = ("x", "t")
    y_roles = ("y",)
    formula = (
        "m = max(0, 1 - s x), s = 1 at t, else -1;  y = sum of m / n, or of m^2 / n for L2;  "
        "gx = -gy s / n where m > 0, or -gy 2 s m / n for L2"
    )
    retained_x = (0,)

    def __init__(self, norm: str = "L1", reduce: str = "mean") -> None:
        if norm not in ("L1", "L2"):
            raise NotImplementedError("norm should be either 'L1' or 'L2'")
        require_choice(reduce)
        self.norm = norm
        self.reduce = reduce

    def attributes(self) -> dict[str, Any]:
        return {"norm": self.norm, "reduce": self.reduce}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, t = inputs
        require_float("x", x)
        require_labels(t)
        require_equal("x.ndim", x.ndim, "2", 2)
        require_equal("t.ndim", t.ndim, "1", 1)
        require_equal("x.shape[0]", x.shape[0], "t.shape[0]", t.shape[0])
        xp = backend.get_array_module(x, t)
        classes = x.shape[1]
        if isinstance(t, numpy.ndarray) and t.size and not ((-classes <= t) & (t < classes)).all():
            raise IndexError(f"hinge: a label is out of bounds: x has {classes} classes, labels are {t}")
        right = xp.arange(classes) == (t % max(classes, 1)).reshape(-1, 1)
        self.side = xp.where(right, -1, 1).astype(x.dtype)
        margin = xp.maximum(0, 1 + self.side * x)
        loss = margin if self.norm == "L1" else margin * margin
        if self.reduce == "no":
            return (loss,)
        return ((loss.sum() / len(t)).astype(x.dtype),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        (gy,) = gys
        margin = x * self.side + 1
        above = either.array_of(margin) > 0
        if self.norm == "L1":
            slope = self.side * above
        else:
            slope = either.masked(margin, above) * (2 * self.side)
        if self.reduce == "mean":
            gy = either.broadcast_to(gy * (1.0 / len(x)), x.shape)
        return gy * slope, None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        t = rng.integers(0, 3, size=4)
        x = rng.uniform(1.2, 2, size=(4, 3)) * rng.choice([-1, 0.2, 1], size=(4, 3))

        def loss(x: Any, **kwargs: Any) -> Any:
            return hinge(x, x.xp.asarray(t), **kwargs)

        return [
            Example(loss, (x,)),
            Example(lambda x: loss(x, norm="L2"), (x,), "squares"),
            Example(lambda x: loss(x, reduce="no"), (x,), "one loss an element"),
            Example(lambda x: loss(x, norm="L2", reduce="no"), (x,), "squares, one loss an element"),
        ]


def hinge(x: Any, t: Any, norm: str = "L1", reduce: str = "mean") -> Any:
    """The one-against-the-rest hinge loss.

    Args:
        x: scores (n, classes), float.
        t: labels (n,), integers.
        norm: `L1`, or `L2` for squares.
        reduce: `mean` gives one number, the sum divided by n; `no` one loss an element.

    Raises:
        InvalidType: shapes or dtypes don't fit.
        IndexError: a label is no class.
        NotImplementedError: norm is neither.
        ValueError: reduce is neither.
    """
    return Hinge(norm, reduce).apply((x, t))[0]
