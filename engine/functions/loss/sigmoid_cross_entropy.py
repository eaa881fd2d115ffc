"""sigmoid_cross_entropy: the loss of independent yes/no labels."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..activation.sigmoid import sigmoid
from ..op import Example, Op

__all__ = ["sigmoid_cross_entropy"]


class SigmoidCrossEntropy(Op):
    """y = log(1 + e^x) - t x, the mean over the labels that are not -1."""

    op_name = "sigmoid_cross_entropy"
    x_roles = ("x", "t")
    y_roles = ("y",)
    formula = "y = mean of log(1 + e^x) - t x;  gx = gy * (sigmoid(x) - t) / n, and 0 where t = -1"
    retained_x = (0, 1)
    ignore_label = -1
    count: Any = None  # how many labels the mean is over; after forward

    def __init__(self, normalize: bool = True, reduce: str = "mean") -> None:
        if reduce not in ("mean", "no"):
            raise ValueError(f"only 'mean' and 'no' are valid for 'reduce', but {reduce!r} is given")
        self.normalize = normalize
        self.reduce = reduce

    def attributes(self) -> dict[str, Any]:
        return {"normalize": self.normalize, "reduce": self.reduce}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, t = inputs
        require_float("x", x)
        require(t.dtype.kind == "i", "t.dtype.kind == i", f"{t.dtype.kind} != i")
        require_equal("x.shape", x.shape, "t.shape", t.shape)
        xp = backend.get_array_module(x, t)
        self.ignore_mask = t != self.ignore_label
        loss = self.ignore_mask * (xp.log1p(xp.exp(-abs(x))) - x * (t - (x >= 0)).astype(x.dtype))
        if self.reduce == "no":
            return (loss,)
        count = self.ignore_mask.sum() if self.normalize else xp.asarray(max(len(x), 1))
        self.count = xp.maximum(count, 1)
        self.weight = (1.0 / self.count).astype(x.dtype)
        return (loss.sum() * self.weight,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x = xs[0]
        t = either.array_of(xs[1]).astype(x.dtype)
        if isinstance(x, Variable):
            y = sigmoid(x)
        else:
            y = backend.get_array_module(x).tanh(x * 0.5) * 0.5 + 0.5
        gx = either.masked(y - t, self.ignore_mask)
        if self.reduce == "mean":
            gx = gx * either.broadcast_to(gys[0] * self.weight, x.shape)
        else:
            gx = gx * gys[0]
        return gx, None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        t = rng.integers(-1, 2, size=(3, 4))

        def loss(x: Any, **kwargs: Any) -> Any:
            return sigmoid_cross_entropy(x, x.xp.asarray(t), **kwargs)

        x = rng.normal(size=(3, 4))
        return [
            Example(loss, (x,)),
            Example(lambda x: loss(x, reduce="no"), (x,), "one loss an element"),
            Example(lambda x: loss(x, normalize=False), (x,), "divided by the batch size"),
        ]


def sigmoid_cross_entropy(x: Any, t: Any, normalize: bool = True, reduce: str = "mean") -> Any:
    """Cross entropy of sigmoid(x) and the labels t: 0, 1, or -1 for "don't count".

    Args:
        x: variable or array, float: the scores before the sigmoid.
        t: integers, of the same shape.
        normalize: divide by the number of labels that count; else by the length of the batch.
        reduce: `mean` gives one number, `no` one loss an element.

    Raises:
        InvalidType: shapes differ, or the dtypes are not float and int.
        ValueError: reduce is neither.
    """
    return SigmoidCrossEntropy(normalize, reduce).apply((x, t))[0]
