"""mean and average of elements."""

from __future__ import annotations

from typing import Any

from ...utils.arguments import normalize_axes, size_of_shape
from ...utils.type_check import require_float
from ...variable import as_variable
from ..op import Example, Op
from .div import div
from .mul import mul
from .sum import checked_axis, require_axes, restored, sum

__all__ = ["average", "mean"]


class Mean(Op):
    """y is the mean of x over some axes."""

    op_name = "mean"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = sum of x over the axes / n;  gx = gy / n, repeated along them"

    def __init__(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> None:
        self.axis = axis
        self.keepdims = keepdims

    @property
    def label(self) -> str:
        return "Mean"

    def attributes(self) -> dict[str, Any]:
        return {
            "axis": list(self.axis) if isinstance(self.axis, tuple) else self.axis,
            "keepdims": self.keepdims,
        }

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require_axes(x, self.axis)
        return (x.mean(self.axis, keepdims=self.keepdims),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        shape = self.inputs[0].shape  # type: ignore[index]
        count = size_of_shape(tuple(shape[i] for i in normalize_axes(self.axis, len(shape))))
        return (restored(gys[0] * (1.0 / count), shape, self.axis, self.keepdims),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3, 4))
        return [
            Example(mean, (x,)),
            Example(lambda x: mean(x, axis=(0, -1)), (x,), "two axes"),
            Example(lambda x: mean(x, axis=1, keepdims=True), (x,), "keepdims"),
        ]


def average(
    x: Any, axis: int | tuple[int, ...] | None = None, weights: Any = None, keepdims: bool = False
) -> Any:
    """The mean of elements, weighted if `weights` are given.

    Args:
        x: variable or array, float.
        axis: int, tuple of int, or None for all.
        weights: variable or array that can be multiplied with x; or None.
        keepdims: keep the axes, with length 1.

    Raises:
        InvalidType: x has no such axis, or holds no floats.
        ValueError: an axis is named twice.
        TypeError: axis is none of these.
    """
    axis = checked_axis(axis)
    if weights is None:
        return Mean(axis, keepdims).apply((x,))[0]
    weights = as_variable(weights)
    if len(weights.shape) == 1 and isinstance(axis, int):
        weights = weights.reshape([-1 if i == axis % len(x.shape) else 1 for i in range(len(x.shape))])
    weighted = mul(x, weights)
    from ..array.broadcast import broadcast_to

    total = sum(broadcast_to(weights, weighted.shape), axis, keepdims)
    return div(sum(weighted, axis, keepdims), total)


mean = average
