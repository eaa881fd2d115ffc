"""binary_accuracy: how often the sign of a score is right."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require_equal, require_float
from ..loss.checks import require_labels
from ..op import Example, Op

__all__ = ["binary_accuracy"]


class BinaryAccuracy(Op):
    """y = the share of scores that are >= 0 for label 1, < 0 for label 0; label -1 doesn't count."""

    op_name = "binary_accuracy"
    called = True
    x_roles = ("x", "t")
    y_roles = ("y",)
    formula = "y = share of elements with t != -1 where (x >= 0) = t;  no gradient"
    differentiable = False
    ignore_label = -1

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, t = inputs
        require_float("y", x)
        require_labels(t)
        require_equal("y.shape", x.shape, "t.shape", t.shape)
        xp = backend.get_array_module(x, t)
        counted = t != self.ignore_label
        right = ((x >= 0).astype(t.dtype) == t) & counted
        share = right.sum() / xp.maximum(counted.sum(), 1)
        return (xp.asarray(share.astype(x.dtype)),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return None, None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        t = rng.integers(-1, 2, size=(3, 2))
        return [Example(lambda x: binary_accuracy(x, x.xp.asarray(t)), (rng.normal(size=(3, 2)),))]


def binary_accuracy(y: Any, t: Any) -> Any:
    """The share of scores on the right side of 0.

    Args:
        y: scores, float, any shape.
        t: labels of the same shape: 1, 0, or -1 for "don't count".

    Returns:
        Variable of shape (), of the dtype of y; without gradient.

    Raises:
        InvalidType: shapes or dtypes don't fit.
    """
    return BinaryAccuracy().apply((y, t))[0]
