"""accuracy: how often the largest score is that of the right class."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ..op import Example, Op

__all__ = ["accuracy"]


class Accuracy(Op):
    """y = the share of samples whose largest score is that of their label."""

    op_name = "accuracy"
    x_roles = ("x", "t")
    y_roles = ("y",)
    formula = "y = share of samples whose largest x is at t;  no gradient"
    differentiable = False

    def __init__(self, ignore_label: int | None = None) -> None:
        self.ignore_label = ignore_label

    def attributes(self) -> dict[str, Any]:
        return {"ignore_label": self.ignore_label}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, t = inputs
        require_float("y", x)
        require(t.dtype.kind == "i", "t.dtype.kind == i", f"{t.dtype.kind} != i")
        require(x.ndim >= 2, "y.ndim >= 2", f"y.ndim is {x.ndim}")
        if x.size // x.shape[1] != t.size if x.shape[1] else True:
            require_equal("y.shape without its axis 1", x.shape[:1] + x.shape[2:], "t.shape", t.shape)
        require_equal("y.shape[:1]", x.shape[:1], "t.shape[:1]", t.shape[:1])
        xp = backend.get_array_module(x, t)
        right = x.argmax(axis=1).reshape(t.shape) == t
        if self.ignore_label is None:
            return (xp.asarray(right.mean(dtype=x.dtype)),)
        counted = t != self.ignore_label
        count = counted.sum()
        share = (right & counted).sum() / xp.maximum(count, 1)
        return (xp.asarray(share.astype(x.dtype)),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return None, None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        t = rng.integers(0, 3, size=4)
        return [
            Example(lambda x: accuracy(x, x.xp.asarray(t)), (rng.normal(size=(4, 3)),)),
            Example(
                lambda x: accuracy(x, x.xp.asarray(t), ignore_label=0), (rng.normal(size=(4, 3)),), "ignore"
            ),
        ]


def accuracy(y: Any, t: Any, ignore_label: int | None = None) -> Any:
    """The share of samples whose largest score is that of the right class.

    Args:
        y: scores of shape (n, classes, ...), float.
        t: labels, integers, of shape (n, ...).
        ignore_label: samples with this label don't count.

    Returns:
        Variable of shape (), of the dtype of y; without gradient.

    Raises:
        InvalidType: shapes or dtypes don't fit.
    """
    return Accuracy(ignore_label).apply((y, t))[0]
